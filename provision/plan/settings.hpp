#pragma once
// The SSL settings a modem gets, in one place: what provision writes, what the boot sequence repeats after every
// reboot, and what a stored verdict was measured under.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace epki::plan {

struct Setting {
  std::string key;
  std::string value;
  bool operator==(const Setting&) const = default;
};

/// Every SSL setting of a context that verifies the server, in the order in which it is written. `ca_file` is the name
/// on the modem without "UFS:"; empty leaves `cacert` out of the list.
std::vector<Setting> ssl_settings(std::string_view ca_file);

/// Whether a firmware that lacks this key cannot be used: cacert, seclevel, sslversion, sni.
bool is_required(std::string_view key);

/// The canonical text of settings for ledger::VerdictKey::settings: sorted by key, values in lower case without "UFS:"
/// and quotes, `cacert` left out (a verdict is about the firmware, whichever CA is bound). Values are those wanted, not
/// those found: `settings_key(ssl_settings(""))` is what `provision` looks a verdict up with.
std::string settings_key(std::span<const Setting> settings);

/// The name under which a certificate lies on the modem: "cacert_<first 12 hex digits of its SHA-256>.pem".
std::string file_name_for(std::string_view content);

/// Whether a name has the form of file_name_for(), whatever the content.
bool has_our_form(std::string_view name);

/// How a file is named in a setting: "UFS:" in front, once.
std::string path_of(std::string_view name);

/// The name in a setting's value: quotes and "UFS:" removed.
std::string name_in(std::string_view value);

}  // namespace epki::plan

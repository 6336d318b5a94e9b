#pragma once
// The SSL settings a modem gets, in one place: what provision writes, what the boot sequence repeats after every
// reboot, and what a stored verdict was measured under.

#include <cstdint>
#include <optional>
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

/// The files a context is bound to, by their names on the modem without "UFS:". An empty name leaves its key out.
struct BoundFiles {
  std::string ca;
  std::string client_certificate{}, client_key{};  ///< both or neither: with them the context is mutual
  bool mutual() const { return !client_certificate.empty(); }
};

/// What stands in a boot sequence for the password of the device's key.
inline constexpr std::string_view key_password_placeholder = "<client key password>";

/// Every SSL setting of a context that verifies the server (seclevel 1) or is mutual (2), in the order in which it is
/// written.
std::vector<Setting> ssl_settings(const BoundFiles& files);
/// The same without a client certificate.
std::vector<Setting> ssl_settings(std::string_view ca_file);

/// Whether a firmware that lacks this key cannot be used: cacert, clientcert, clientkey, seclevel, sslversion, sni.
bool is_required(std::string_view key);

/// cacert, clientcert, clientkey.
bool is_file_key(std::string_view key);

/// The canonical text of settings for ledger::VerdictKey::settings: sorted by key, values in lower case without "UFS:"
/// and quotes, files left out (a verdict is about the firmware, whichever CA is bound). Values are those wanted, not
/// those found: `settings_key(ssl_settings(""))` is what `provision` looks a verdict up with.
std::string settings_key(std::span<const Setting> settings);

/// What a file on the modem is; the word its name begins with.
enum class FileRole : std::uint8_t { ca, client_certificate, client_key };

/// The name under which a file lies on the modem: "cacert_<first 12 hex digits of its SHA-256>.pem", or "clientcert_…",
/// "clientkey_…".
std::string file_name_for(std::string_view content, FileRole role = FileRole::ca);

/// The role that a name of the form of file_name_for() states, whatever the content; nothing for any other name.
std::optional<FileRole> role_in_name(std::string_view name);
inline bool has_our_form(std::string_view name) {
  return role_in_name(name).has_value();
}

/// How a file is named in a setting: "UFS:" in front, once.
std::string path_of(std::string_view name);

/// The name in a setting's value: quotes and "UFS:" removed.
std::string name_in(std::string_view value);

}  // namespace epki::plan

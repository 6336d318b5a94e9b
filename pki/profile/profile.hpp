#pragma once
// A certificate profile: what a kind of certificate contains, from TOML in templates/profiles.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace epki::profile {

struct Profile {
  std::int64_t format = 1;  ///< version of the schema
  std::string name;
  std::string description;
  std::string key;                ///< default key type: "rsa-2048" …
  std::chrono::days lifetime{};   ///< default; counted from now, not from notBefore
  std::chrono::days backdate{1};  ///< notBefore lies that far back, because modem clocks are wrong
  bool ca = false;
  std::optional<std::int64_t> path_length{};
  std::vector<std::string> key_usage_rsa;  ///< OpenSSL's words: "digitalSignature" …
  std::vector<std::string> key_usage_ec;
  std::vector<std::string> extended_key_usage;  ///< "serverAuth", "clientAuth" …; empty: no extension
  bool subject_alt_name = false;                ///< carries the names it is issued for
};

/// Every key is documented in docs/profiles.md. Errc::input with file:line:column for unknown keys, missing ones
/// (format, name, key, days, ca), unknown words, and a set that cannot work: a CA without keyCertSign, a leaf with it,
/// a path length without CA.
Result<Profile> load(const std::filesystem::path& file);
/// `name` stands for the file in messages.
Result<Profile> parse(std::string_view text, std::string_view name);

/// "root", "broker": compiled in from templates/profiles/*.toml at build time, so that an installed program needs no
/// data folder. Errc::input with the list of names when there is none of that name.
Result<Profile> built_in(std::string_view name);
std::vector<std::string_view> built_in_names();

}  // namespace epki::profile

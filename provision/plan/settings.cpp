#include "provision/plan/settings.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::plan {

namespace {

constexpr std::array<std::string_view, 3> stems{"cacert_", "clientcert_", "clientkey_"};  // in the order of FileRole
constexpr std::string_view ending = ".pem";
constexpr std::size_t digits = 12;

bool is_lower_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

}  // namespace

std::vector<Setting> ssl_settings(const BoundFiles& files) {
  std::vector<Setting> all{
      {"seclevel", files.mutual() ? "2" : "1"},  // verify the server; mutual: and show it our own certificate
      {"sslversion", "3"},                       // TLS 1.2
      {"ciphersuite", "0XFFFF"},                 // all the firmware has
      {"sni", "1"},                              //
      {"ignorelocaltime", "0"},                  // check the validity period
      {"ignorecertitem", "0"},                   // ignore no verification flag
      {"ignoreinvalidcertsign", "0"},            //
      {"ignoremulticertchainverify", "0"},
      {"session_cache", "0"},  // a resumed session would skip the chain
      {"closetimemode", "0"},
  };
  // Last, so that everything else is strict by the time a file is named.
  if (!files.ca.empty()) all.push_back({"cacert", path_of(files.ca)});
  if (files.mutual()) {
    all.push_back({"clientcert", path_of(files.client_certificate)});
    all.push_back({"clientkey", path_of(files.client_key)});
  }
  return all;
}

std::vector<Setting> ssl_settings(std::string_view ca_file) {
  return ssl_settings(BoundFiles{.ca = std::string(ca_file)});
}

bool is_required(std::string_view key) {
  constexpr std::array<std::string_view, 3> required{"seclevel", "sslversion", "sni"};
  return is_file_key(key) || std::ranges::find(required, key) != required.end();
}

bool is_file_key(std::string_view key) {
  return equal_ignoring_case(key, "cacert") || equal_ignoring_case(key, "clientcert") ||
         equal_ignoring_case(key, "clientkey");
}

std::string settings_key(std::span<const Setting> settings) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : settings)
    if (!is_file_key(key)) parts.push_back(lower(key) + "=" + lower(name_in(value)));
  std::ranges::sort(parts);
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : " ") + part;
  return text;
}

std::string file_name_for(std::string_view content, FileRole role) {
  return std::string(stems[static_cast<std::size_t>(role)]) + ossl::sha256_hex(as_bytes(content)).substr(0, digits) +
         std::string(ending);
}

std::optional<FileRole> role_in_name(std::string_view name) {
  for (std::size_t i = 0; i < stems.size(); ++i) {
    const auto stem = stems[i];
    if (name.size() == stem.size() + digits + ending.size() && name.starts_with(stem) && name.ends_with(ending) &&
        std::ranges::all_of(name.substr(stem.size(), digits), is_lower_hex))
      return static_cast<FileRole>(i);
  }
  return std::nullopt;
}

std::string path_of(std::string_view name) {
  return "UFS:" + name_in(name);
}

std::string name_in(std::string_view value) {
  value = trimmed(value);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  constexpr std::string_view store = "UFS:";
  if (value.size() >= store.size() && equal_ignoring_case(value.substr(0, store.size()), store))
    value.remove_prefix(store.size());
  return std::string(value);
}

}  // namespace epki::plan

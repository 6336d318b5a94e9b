#include "provision/ec200u/names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "core/text.hpp"
#include "provision/ec200u/modem.hpp"

namespace epki::ec200u {

namespace {

constexpr std::size_t longest_name = 80;  // AT reference, 3
constexpr std::string_view storage = "UFS:";

std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

std::optional<std::uint64_t> number_of(std::string_view text, bool bare_hex) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  } else if (bare_hex && text.find_first_not_of("0123456789") != std::string_view::npos) {
    base = 16;
  }
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

bool is_safe_name(std::string_view name) {
  if (name.empty() || name.size() > longest_name) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return c > ' ' && c <= '~' && std::string_view("\",*?;\\").find(c) == std::string_view::npos;
  });
}

std::string_view without_storage(std::string_view name) {
  const bool prefixed = name.size() >= storage.size() && equal_ignoring_case(name.substr(0, storage.size()), storage);
  return prefixed ? name.substr(storage.size()) : name;
}

std::string wire_name(std::string_view name) {
  const auto bare = without_storage(name);
  const bool fits = bare.size() + storage.size() <= longest_name && bare.find(':') == std::string_view::npos;
  return (fits ? std::string(storage) : std::string()) + std::string(bare);
}

Result<std::string> quoted(std::string_view what, std::string_view text) {
  const bool bad = std::any_of(text.begin(), text.end(),
                               [](char c) { return c == '"' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (bad)
    return Error{Errc::usage,
                 "the " + std::string(what) + " holds a quote or a control character, which cannot be sent",
                 "choose another one"};
  return "\"" + std::string(text) + "\"";
}

bool is_path_key(std::string_view key) {
  constexpr std::array<std::string_view, 4> keys{"cacert", "cacertex", "clientcert", "clientkey"};
  return std::any_of(keys.begin(), keys.end(), [&](auto known) { return equal_ignoring_case(known, key); });
}

Result<std::string> ssl_wire_value(std::string_view key, std::string_view value) {
  if (!is_path_key(key)) {
    const auto bare = unquoted(value);
    const bool plain = !bare.empty() && std::all_of(bare.begin(), bare.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
    if (!plain)
      return Error{Errc::usage, "\"" + visible(value) + "\" is no value for the SSL setting " + std::string(key),
                   "numbers are written in decimal or as 0X…"};
    return std::string(bare);
  }
  const auto path = unquoted(value);
  if (path.empty()) return std::string("\"\"");  // unbinds (AT reference, 5)
  if (!is_safe_name(path))
    return Error{Errc::usage, "\"" + visible(value) + "\" is no file name for the SSL setting " + std::string(key),
                 "at most 80 printable characters, no quote, comma or wildcard"};
  return "\"" + wire_name(path) + "\"";
}

bool same_ssl_value(std::string_view key, std::string_view a, std::string_view b) {
  a = unquoted(a);
  b = unquoted(b);
  if (is_path_key(key)) return equal_ignoring_case(without_storage(a), without_storage(b));
  const bool hex = equal_ignoring_case(key, "ciphersuite");
  const auto left = number_of(a, hex);
  const auto right = number_of(b, hex);
  if (left && right) return *left == *right;
  return equal_ignoring_case(a, b);
}

std::uint16_t upload_checksum(std::string_view bytes) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned byte = static_cast<unsigned char>(bytes[i]);
    sum ^= i % 2 == 0 ? byte << 8U : byte;
  }
  return static_cast<std::uint16_t>(sum);
}

}  // namespace epki::ec200u

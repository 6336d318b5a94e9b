#include <algorithm>
#include <string>

#include "core/host_name.hpp"
#include "core/text.hpp"
#include "pki/ca/authority.hpp"

namespace epki::ca {

namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 1034, 3.5, as loosened by RFC 1123, 2.1.
bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool is_host_name(std::string_view text) {
  if (text.size() > 253) return false;
  if (text.starts_with("*.")) text.remove_prefix(2);
  const auto labels = split(text, '.');
  return std::all_of(labels.begin(), labels.end(), is_label) && !all_digits(labels.back());
}

bool is_ip_address(std::string_view text) {
  return parse_ip_address(text).has_value();
}

}  // namespace epki::ca

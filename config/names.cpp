#include "config/names.hpp"

#include <algorithm>

#include "core/connect.hpp"
#include "core/host_name.hpp"
#include "core/text.hpp"

namespace epki::config {

namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// The bytes that must follow a first one (RFC 3629, section 4); -1 for a byte that begins nothing.
int followers(unsigned char first) {
  if (first < 0x80) return 0;
  if (first >= 0xc2 && first < 0xe0) return 1;
  if (first >= 0xe0 && first < 0xf0) return 2;
  return first >= 0xf0 && first < 0xf5 ? 3 : -1;
}

// Overlong forms and surrogates pass: no file system makes them by accident, and who reads the text refuses them.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    for (int left = followers(static_cast<unsigned char>(text[i])); left != 0; --left)
      if (left < 0 || ++i == text.size() || (static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80) return false;
  return true;
}

// UTF-8 characters: every byte but a continuation.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

}  // namespace

bool is_address(std::string_view text) {
  return parse_ip_address(text).has_value();
}

std::string why_no_host(std::string_view text) {
  if (is_address(text)) return {};
  if (text.empty()) return "is empty";
  if (text.size() > 253) return "is longer than 253 characters";
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7e; }))
    return "has letters outside ASCII: write it in its xn-- form";
  for (const auto label : split(text, '.'))
    if (!is_host_label(label)) return "is no host name";
  return {};
}

std::string why_no_subject(std::string_view text) {
  if (trimmed(text).empty()) return "is empty";
  if (trimmed(text) != text) return "begins or ends with a space";
  if (characters(text) > 48) return "is longer than 48 characters";
  return why_no_line(text);
}

std::string why_no_at_text(std::string_view text) {
  for (const char c : text)
    if (is_control(c) || static_cast<unsigned char>(c) > 0x7e || c == '"' || c == '\\')
      return "holds a character that does not fit into an AT command (a quote, a backslash, a control character, or "
             "one outside ASCII)";
  return {};
}

std::string why_no_topic(std::string_view text) {
  if (text.size() > 256) return "is longer than 256 characters";
  if (!text.starts_with("ec200u/") || text == "ec200u/") return "is not under ec200u/, where the broker lets it write";
  if (text.find_first_of("+#") != std::string_view::npos) return "holds a wildcard";
  return why_no_at_text(text);
}

std::string why_no_endpoint(std::string_view text) {
  const auto place = parse_listen("", text);
  return place ? why_no_host(place->host) : "is not ADDR:PORT";
}

std::string why_no_line(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), is_control)) return "holds a control character";
  return is_utf8(text) ? "" : "is no UTF-8";
}

}  // namespace epki::config

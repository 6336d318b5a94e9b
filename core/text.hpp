#pragma once
// Small text helpers used by more than one room.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace epki {

/// Lower-case hex, two digits a byte.
std::string to_hex(std::span<const std::byte> bytes);
std::optional<std::vector<std::byte>> from_hex(std::string_view text);

/// Wire bytes for people: CR and LF spelled out as <CR> and <LF>, other control and non-ASCII bytes as <7f>.
std::string visible(std::string_view wire);
/// As one word of a shell's command line (POSIX.1-2017, 2.2): in single quotes where it needs any.
std::string shell_word(std::string_view text);

std::string_view trimmed(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// The whole text as a decimal number; nothing when anything else is in it or it does not fit.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// "1 file", "3 files".
std::string counted(std::size_t n, std::string_view singular);

/// The member of `known` a misspelt word most likely meant; empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace epki

#pragma once
// The one grammar of this modem's lines: a tag, then values between commas, some of them quoted.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace epki::ec200u {

struct Field {
  std::string text;  ///< without quotes
  bool quoted = false;
  std::optional<int> number() const;  ///< nothing when quoted or no number
};

/// The values after `tag` ("+QMTOPEN:"). Nothing when the line has another tag or does not follow the grammar.
std::optional<std::vector<Field>> parse_fields(std::string_view line, std::string_view tag);

/// All values as numbers; nothing when one is not.
std::optional<std::vector<int>> parse_numbers(std::string_view line, std::string_view tag);

/// "<doing>: the modem answered <line>, which nobody can understand".
Error not_understood(std::string_view doing, std::string_view line);

}  // namespace epki::ec200u

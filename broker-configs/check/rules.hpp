#pragma once
// Every rule of check, once: how bad it is, why, what to do.

#include <span>
#include <string_view>

#include "broker-configs/check/finding.hpp"

namespace epki::broker {

struct Rule {
  std::string_view name;  ///< e_, w_ or n_ for its severity, then what was found
  std::string_view why;
  std::string_view remedy;

  Severity severity() const {
    return name.front() == 'e' ? Severity::error : name.front() == 'w' ? Severity::warning : Severity::notice;
  }
};

std::span<const Rule> all_rules();
const Rule& rule_named(std::string_view name);  ///< it must be one; programming error otherwise

}  // namespace epki::broker

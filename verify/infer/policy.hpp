#pragma once
// The policy vocabulary of DESIGN as a value, and the classes a verdict can have. Pure data, no I/O.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.hpp"

namespace epki::infer {

enum class Class : std::uint8_t {
  uploaded,
  union_of_both,
  built_in,
  built_in_when_nothing_uploaded,
  unverified,
  uploaded_not_honoured,
  inconclusive,
};
std::string_view word(Class value);  ///< the words of the contract ("union" …)
std::optional<Class> parse_class(std::string_view text);

enum class Influence : std::uint8_t { detected, not_found, inconclusive };
std::string_view word(Influence value);

/// Row name -> word; a row that was not established holds "unknown". Rows as in DESIGN: anchors, hostname, validity,
/// signature, eku, ca_attributes, max_intermediates, self_signed_upload, decided.
struct Policy {
  std::map<std::string, std::string, std::less<>> rows;
  Json json() const;
};
Policy unknown_policy();

}  // namespace epki::infer

#pragma once
// The policy vocabulary of DESIGN as a value, and the classes a verdict can have. Pure data, no I/O.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
std::vector<Class> every_class();  ///< all that a verdict can say, `inconclusive` not among them

enum class Influence : std::uint8_t { detected, not_found, inconclusive };
std::string_view word(Influence value);

/// Row name -> word; a row that was not established holds "unknown". Rows as in DESIGN: anchors, hostname, validity,
/// signature, eku, ca_attributes, max_intermediates (decimal), self_signed_upload, decided; and the knobs
/// ignorecertitem, ignoreinvalidcertsign, ignoremulticertchainverify ("no-effect", "trusts-any", or a mask "0x…").
struct Policy {
  std::map<std::string, std::string, std::less<>> rows;
  std::string_view at(std::string_view row) const;  ///< "unknown" for a row that is not there
  void set(std::string_view row, std::string_view value);
  Json json() const;  ///< every row, in the order above; the knobs in an object of their own
  bool operator==(const Policy&) const = default;
};
Policy unknown_policy();

/// The policy with every row that cannot be seen from outside under it set to "unknown" (docs/trust-verdicts.md has the
/// reason of each): under `unverified` or decided `never` all but the anchors; under `built-in`, where nobody holds a
/// key, all but hostname, validity, signature and decided; `after-handshake` hides which anchors count, and with
/// `built-in` all else too, but for a signature that is not checked; with max_intermediates 0 no public chain fits, so
/// the anchors do not show. A knob keeps the verify flags that a chain of ours has and the policy minds; with all of
/// them, "trusts-any". Where ignorecertitem lets an unknown CA pass, CA attributes that it waives cannot be told from
/// attributes that are required. Two policies that no probe of this build can tell apart have equal canonical forms.
Policy canonical(const Policy& policy);

}  // namespace epki::infer

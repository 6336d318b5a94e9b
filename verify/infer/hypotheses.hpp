#pragma once
// The clients that the vocabulary can describe, as far as trust goes, and what each would answer: which of them the
// answers leave, whether any is left at all, and how much a further probe would tell (docs/trust-verdicts.md).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "verify/infer/evidence.hpp"
#include "verify/infer/policy.hpp"

namespace epki::infer {

/// An answer reduced to what it says of trust.
enum class Sign : std::uint8_t {
  accepted,   ///< application data
  completed,  ///< the handshake, and no data
  rejected,   ///< an alert that minds the chain
  passed,     ///< alert 51: the chain passed (key-less), or a bad signature under a known issuer (OpenSSL)
  closed,     ///< without an alert
  local,      ///< no packet
  open,       ///< not foretold
};
Sign sign_of(Outcome outcome, std::optional<int> alert);

struct Hypothesis {
  enum class Anchors : std::uint8_t { none_verified, uploaded, both, built_in, when_nothing };
  enum class Uploads : std::uint8_t { all, not_self_signed, not_this_one };
  enum class Stack : std::uint8_t { alerting, openssl, closing };

  Anchors anchors = Anchors::uploaded;
  Uploads uploads = Uploads::all;
  Stack stack = Stack::alerting;
  bool late = false;  ///< judges after the handshake
  bool checks_signatures = true;
  bool takes_intermediates = true;  ///< one at least
  bool blind_with_nothing = false;  ///< judges nothing while nothing is bound
  bool refuses_user_locally = false, refuses_nothing_locally = false;

  /// `in_store`: the firmware holds the root of the probe's anchor.
  Sign foretold(const Probe& probe, bool in_store) const;
  /// What a verdict would call it, where these anchors are in its store.
  Class named(bool any_in_store) const;
  /// The same as if signatures were checked: which anchors count is worth knowing also where forgeries pass.
  Class anchors_named(bool any_in_store) const;
};

/// The classes whose clients explain every settled answer. `counted`: anchors whose replay was read; the answers to the
/// others are not asked to fit. Empty: outside the model.
std::vector<Class> classes_that_fit(const Evidence& evidence, const std::vector<int>& counted);

/// log10 of how much less likely than the best one the best client of this class makes the answers: 6 is a million to
/// one. Each answer that a client would not give counts as one false answer of the line.
struct Odds {
  Class against;
  double log10 = 0;
};
/// Of every class, the likeliest first.
std::vector<Odds> odds_of(const Evidence& evidence, const std::vector<int>& counted);

/// Bits that one more probe is expected to tell about which anchors count.
double class_gain(const Evidence& evidence, const Probe& probe);

}  // namespace epki::infer

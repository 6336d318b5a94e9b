#pragma once
// All attempts of one probe, read as one answer: or why there is none.

#include <cstdint>
#include <optional>
#include <string>

#include "verify/infer/evidence.hpp"

namespace epki::infer {

/// mbedTLS, OpenSSL and GnuTLS answer so when the chain has passed and the key exchange is signed by nobody's key
/// (RFC 5246, 7.2.2: decrypt_error).
inline constexpr int alert_decrypt_error = 51;
inline constexpr int alert_unknown_ca = 48;

struct Reading {
  enum class State : std::uint8_t {
    absent,   ///< never tried
    too_few,  ///< fewer answers than are required
    mixed,    ///< the answers differ
    no_case,  ///< the oracle does not see the case as the probe means it
    settled,
  };
  State state = State::absent;
  Outcome outcome = Outcome::unreachable;  ///< of the first attempt
  std::optional<int> alert{};
  int count = 0;
  std::string name{};   ///< of the probe
  std::string words{};  ///< "was refused with alert 48, unknown CA (C2, 3 of 3)"

  bool settled() const { return state == State::settled; }
  bool is(Outcome wanted) const { return settled() && outcome == wanted; }
  bool refused(int number) const { return is(Outcome::refused) && alert == number; }
  /// A fatal alert that says the chain was judged and not passed.
  bool rejected() const { return is(Outcome::refused) && alert != alert_decrypt_error; }
  bool passed() const { return refused(alert_decrypt_error); }  ///< of a key-less presentation only
};

struct Query {
  Shown shown = Shown::own_chain;
  Bound bound{};
  int anchor = -1;
  Knob knob = Knob::none;
  int least = 1;  ///< answers required
};
Reading read(const Evidence& evidence, const Query& query);

/// "48, unknown CA"; the number alone when it has no name here.
std::string alert_words(int number);

}  // namespace epki::infer

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
    too_few,  ///< fewer equal answers than are required, or than a noisy line asks for
    mixed,    ///< the answers contradict each other
    no_case,  ///< the oracle does not see the case as the probe means it
    settled,
  };
  State state = State::absent;
  Outcome outcome = Outcome::unreachable;  ///< the answer that counts
  std::optional<int> alert{};
  int count = 0;        ///< attempts in all
  int equal = 0;        ///< those that gave this answer
  std::string name{};   ///< of the probe
  std::string words{};  ///< "was refused with alert 48, unknown CA (C2, 3 of 3)"

  bool settled() const { return state == State::settled; }
  bool is(Outcome wanted) const { return settled() && outcome == wanted; }
  bool refused(int number) const { return is(Outcome::refused) && alert == number; }
  /// A fatal alert that says the chain was judged and not passed.
  bool rejected() const { return is(Outcome::refused) && alert != alert_decrypt_error; }
  bool passed() const { return refused(alert_decrypt_error); }  ///< of a key-less presentation only
};

/// All attempts of `probe` together. A telling answer (data, a completed handshake, an alert) stands above silence of
/// any kind, which a broken line explains; two different telling ones are a contradiction, but for a completed
/// handshake beside an accepted one (its data were lost). `least`: equal answers required; on a line that loses answers
/// as many more as odds_needed() asks for. A refusal before any packet, and a name that leads nowhere, is no answer
/// where the line must have done it: another chain arrived from under the same CA and settings, or by the same name.
Reading read(const Evidence& evidence, const Probe& probe, int least = 1);
/// The same without its name and words, for what asks often.
Reading answer_to(const Evidence& evidence, const Probe& probe, int least = 1);

/// How often one probe is tried at most, where it settles with `least` equal answers on a quiet line.
inline constexpr int tries_for(int least) {
  return 4 * least + 5;
}

/// "48, unknown CA"; the number alone when it has no name here.
std::string alert_words(int number);

}  // namespace epki::infer

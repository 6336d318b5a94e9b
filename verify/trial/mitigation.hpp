#pragma once
// "Can it be switched off?" (--mitigate): every value of every key of the SSL context is tried beside a chain that the
// modem should not take, and beside one that it should.

#include <cstddef>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "provision/ec200u/modem.hpp"
#include "verify/infer/conclude.hpp"
#include "verify/trial/bench.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

struct Swept {
  std::string key, value;
  enum class Effect {
    none,        ///< the unwanted chain passes as before
    closes,      ///< it is refused, and a server under the uploaded CA is still accepted
    closes_all,  ///< it is refused, and so is everything else
    not_shown,   ///< with it the client offers nothing with which the chain could be shown
    unclear,     ///< the answers differ, or nothing arrived
    not_taken,   ///< this firmware does not take the value
  } effect = Effect::none;
  std::vector<std::size_t> probes{};  ///< what it rests on, by their places in Report::probes
};
std::string_view word(Swept::Effect effect);

/// What one chain's answers come to.
enum class Passing : std::uint8_t { passes, refused, unclear, not_shown };
/// One that passes is believed at once; a refusal takes `repeat` of them.
Passing passing_of(const std::vector<infer::Attempt>& answers, int repeat);
/// The unwanted chain under a setting, U's own under it, and the unwanted one again without it: only what comes back
/// with the setting was the setting's doing.
Swept::Effect effect_of(Passing unwanted, Passing wanted, Passing afterwards);

/// What came of it on one path.
struct Mitigation {
  Path path = Path::mqtt;
  std::string unwanted{};  ///< the chain that passes though it should not; empty: there is none, so nothing was swept
  int repeat = 1;          ///< equal answers that a refusal took
  std::vector<Swept> swept{};
  std::vector<std::string> not_tried{};  ///< keys with no value to try, and those that a budget left out
  bool by_binding = false;               ///< the built-in store counts only while nothing is bound
  /// A public chain dialled by a name that it does not carry: whether a name that only the own CA certifies protects.
  /// "refused", "accepted", "untested"
  std::string pinned_name = "untested";
  /// What the modem's other TLS client does with the same chain, where the run asked it: "refused", "accepted",
  /// "untested"
  std::string other_path = "untested";
  /// What refuses the unwanted chain, or what did not.
  std::string summary() const;
  Json json() const;
};

/// The values worth trying of a key: all of a short range; of a wide one the ends, and single bits where it is a mask;
/// of ciphersuite each suite that the AT reference names. Never a value that switches verification off (seclevel 0),
/// and no paths.
std::vector<std::string> values_of(const ec200u::SslKey& key);

/// After the run's own questions. Sets, asks, and writes each key back; what the run began with is restored at its end,
/// as everything else. Two to four handshakes for each value. `keys`: what the firmware names; cacertex is given U as
/// well, clientcert and clientkey a throw-away pair under seclevel 2. `budget`: the most opens of the bench, 0: no
/// limit.
struct SweepLimits {
  int repeat = 3, budget = 0;
};
Result<Mitigation> sweep(SweptBench& bench, Path path, const infer::Conclusion& verdict,
                         const std::vector<infer::Anchor>& anchors, const std::vector<ec200u::SslKey>& keys,
                         const SweepLimits& limits, Reporter& reporter);

/// What the conclusion on the other path says of the chain that `verdict` lets pass unwanted: "refused", "accepted" or
/// "untested".
std::string_view on_other_path(const infer::Conclusion& verdict, const infer::Conclusion& other);

}  // namespace epki::trial

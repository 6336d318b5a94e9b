#pragma once
// The timing ladder (--timing): does the modem take longer over a chain that names a root which it may have? Beside the
// verdict, never part of it: no class, row or exit code follows from it (trust probing, 4 and 7, T1).

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/random.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "pki/ossl/key.hpp"
#include "verify/infer/conclude.hpp"
#include "verify/infer/timing.hpp"
#include "verify/trial/bench.hpp"

namespace epki::trial {

/// The names of its attempts among the report's probes begin so: "T1" and "T1-like" of the throw-away root, "T2" and
/// "T2-like" of a genuine one. No oracle is asked about them: they say nothing of trust.
inline constexpr std::string_view ladder_probe = "T", control_ladder = "T1", genuine_ladder = "T2";
inline constexpr std::string_view likeness_ending = "-like";

/// Which ladders are shown: a throw-away root's while it is bound, the control, and where an anchor is named also that
/// genuine root's while U is bound.
struct LadderSet {
  ossl::KeyType key = ossl::KeyType::rsa_2048;
  int anchor = -1;  ///< of the deck; -1: the control alone
  int rungs = 0;
};

/// A bench that shows ladders and their likenesses. The shots are `badsig` and `unknown` under `other_key` for the
/// control, `forged_genuine` and `unknown_like` under U for a genuine root.
class TimedBench : public Bench {
 public:
  virtual Status present(const LadderSet& set) = 0;
  /// How long the last attempt's answer took, at the responder; nothing: none came.
  virtual std::optional<std::chrono::microseconds> delay() const = 0;
  /// How many attempts have a record: the number of the next one.
  virtual std::size_t recorded() const = 0;
};

/// Whether a shot of such a bench shows the ladder whose issuer is in question, not its likeness.
bool names_known_issuer(const infer::Probe& probe);

/// One connection of a comparison.
struct LadderAnswer {
  std::size_t probe = 0;  ///< its place in Report::probes
  bool control = false;   ///< a throw-away root's
  bool known = false;     ///< the ladder whose issuer is in question, not its likeness
  std::optional<int> alert{};
  std::optional<std::chrono::microseconds> delay{};
};

/// So many connections a ladder and its likeness take at most: 24 of each, and some that may be lost.
inline constexpr int most_connections = 60;

struct Comparison {
  LadderSet set{};
  std::vector<LadderAnswer> answers{};
  std::string ended{};  ///< why it was given up, a clause; empty: it was not
};
/// What counts of the answers, of the control or of the genuine root: those with alert 48.
infer::Delays delays_of(const std::vector<LadderAnswer>& answers, bool control);
/// The first alert that is not 48: then the answers themselves differ, and no delay is read.
std::optional<int> other_alert(const std::vector<LadderAnswer>& answers);
/// Pure, for a run and for whoever checks it later.
infer::Calibration calibration_of(const std::vector<LadderAnswer>& answers);
infer::TimedReading reading_of(const std::vector<LadderAnswer>& answers);
std::string_view word(infer::TimedReading::State state);  ///< "known", "unknown", "unclear"

struct TimedKey {
  Comparison control{};
  infer::Calibration calibration{};
  bool usable() const { return calibration.state == infer::Calibration::State::separates; }
  std::string because() const;  ///< a sentence
};

struct TimedRoot {
  std::string subject, sha256;
  std::string key;        ///< "ec-p384"
  std::string unasked{};  ///< why its ladder was not shown, a clause; empty: it was
  Comparison question{};
  infer::TimedReading reading{};
  std::string verdict_says{};  ///< "trusted", "not-trusted", "undecided"
  bool usable() const { return unasked.empty(); }
  std::string_view word() const;  ///< "known", "unknown", "unclear", "unusable"
  /// "agrees", "contradicts", "nothing-to-compare"
  std::string_view agrees() const;
};

struct Timing {
  Path path = Path::mqtt;
  bool restarted = false;  ///< right before it; else what was bound earlier in the run may take its time still
  std::vector<TimedKey> keys{};
  std::vector<TimedRoot> roots{};
  std::string sentence(const TimedRoot& root) const;
  /// One line for each root, or why there is none.
  std::string summary() const;
  Json json() const;
};

struct TimedAnchor {
  infer::Anchor anchor{};
  int number = 0;                       ///< in the deck
  std::string key{};                    ///< as the certificate names it
  std::optional<ossl::KeyType> like{};  ///< of a throw-away root that costs the same; nothing: there is none
};
struct TimingLimits {
  int budget = 0;  ///< the most opens of the bench; 0: no limit
};

/// Calibrates each kind of key once, then asks about each root in turn with the control, in rounds whose order is drawn
/// by lot, until they separate or `most_connections` are used up. Restarts the modem first, so that nothing counts that
/// was bound before. Whatever the peer does is a Timing; an Error is the bench's.
Result<Timing> ask_timing(TimedBench& bench, Path path, const infer::Conclusion& verdict,
                          const std::vector<TimedAnchor>& anchors, const TimingLimits& limits, RandomSource& random,
                          Reporter& reporter);

/// What the verdict says of an anchor while U is bound.
std::string_view verdict_on(const infer::Conclusion& verdict, int anchor);

}  // namespace epki::trial

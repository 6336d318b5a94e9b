#include "verify/trial/timing.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "verify/infer/reading.hpp"
#include "verify/trial/passing_bench.hpp"
#include "verify/trial/shooter.hpp"

namespace epki::trial {

namespace {

using infer::Bound;
using infer::Probe;
using infer::Shown;

constexpr std::array rung_counts{8, 4, 2};
constexpr int tries_of_a_ladder = 3;
/// More equal answers than are ever asked for: each step of the shooter is one more attempt.
constexpr int always_more = 1000;

Probe probe_of(int anchor, bool known) {
  if (anchor < 0) return {known ? Shown::badsig : Shown::unknown, {Bound::What::other_key, -1}};
  return {known ? Shown::forged_genuine : Shown::unknown_like, {}, anchor};
}

/// Notes each answer.
class Noting final : public PassingBench<Bench, TimedBench> {
 public:
  using PassingBench::PassingBench;
  Result<infer::Attempt> attempt(const Shot& shot) override {
    const auto probe = all_.recorded();
    auto seen = all_.attempt(shot);
    if (!seen) return seen;
    answers.push_back(
        {probe, shot.anchor < 0, names_known_issuer(shot), seen->alert, seen->alert ? all_.delay() : std::nullopt});
    return seen;
  }

  std::vector<LadderAnswer> answers{};
};

/// One comparison: ladders and their likenesses, shown in turn.
class Climb {
 public:
  Climb(TimedBench& bench, Path path, const TimingLimits& limits, RandomSource& random, Reporter& reporter)
      : bench_(bench),
        noting_(bench),
        shoot_(noting_, evidence_, {1, limits.budget, false}, path),
        random_(random),
        reporter_(reporter) {}

  /// The tallest ladder that is answered with alert 48; the first answer to a ladder counts nowhere.
  Result<Comparison> find(LadderSet set) {
    Comparison comparison{set};
    for (const int rungs : rung_counts) {
      comparison.set.rungs = rungs;
      auto taken = is_taken(comparison);
      if (!taken) return std::move(taken).error();
      if (*taken || over_) break;
    }
    return comparison;
  }

  Result<bool> is_taken(Comparison& comparison) {
    if (auto ready = bench_.present(comparison.set); !ready) return std::move(ready).error();
    evidence_.attempts.clear();  // of a ladder of another height, whose answers may be others
    comparison.ended.clear();
    std::optional<int> alert;
    for (int i = 0; i < tries_of_a_ladder && !alert; ++i) {
      auto seen = once(probe_of(comparison.set.anchor, false));
      if (!seen) return std::move(seen).error();
      if (over_) {
        comparison.ended = why_;
        return false;
      }
      alert = seen->alert;
    }
    noting_.answers.clear();
    if (alert == infer::alert_unknown_ca) return true;
    if (!alert) {
      comparison.ended = "a ladder got no alert" + (evidence_.absence.empty() ? "" : ": " + evidence_.absence);
    } else {
      comparison.ended = "a ladder that nobody signed is answered with alert " + infer::alert_words(*alert);
    }
    over_ = alert == infer::alert_decrypt_error;
    return false;
  }

  template <typename Wanted>
  Status run(Comparison& comparison, std::string_view what, Wanted is_wanted) {
    std::vector<Probe> round{probe_of(-1, true), probe_of(-1, false)};
    if (comparison.set.anchor >= 0) {
      round.push_back(probe_of(comparison.set.anchor, true));
      round.push_back(probe_of(comparison.set.anchor, false));
    }
    const auto total = round.size() * infer::timing_looks.back();
    const auto most = round.size() * static_cast<std::size_t>(most_connections) / 2;
    while (comparison.ended.empty() && is_wanted(noting_.answers)) {
      if (noting_.answers.size() + round.size() > most) {
        comparison.ended = counted(most, "connection") + " were used up";
        break;
      }
      reporter_.progress(what, std::min(noting_.answers.size(), total), total);
      draw_order(round);
      for (const auto& probe : round) {
        auto seen = once(probe);
        if (!seen) return std::move(seen).error();
        if (over_) break;
      }
      if (over_) comparison.ended = why_;
      if (const auto alert = other_alert(noting_.answers))
        comparison.ended = "a ladder was answered with alert " + infer::alert_words(*alert);
    }
    reporter_.progress(what, 0, 0);
    comparison.answers = std::move(noting_.answers);
    return success();
  }

 private:
  Result<infer::Attempt> once(const Probe& probe) {
    const auto before = evidence_.attempts.size();
    if (auto done = shoot_.step(probe, always_more); !done) return std::move(done).error();
    if (evidence_.attempts.size() > before) return evidence_.attempts.back();
    over_ = true;
    why_ = evidence_.ended_early.empty() ? "the answers to one ladder differ" : evidence_.ended_early;
    return infer::Attempt{};
  }
  void draw_order(std::vector<Probe>& round) {
    for (std::size_t left = round.size(); left > 1; --left) {
      std::array<std::byte, 4> drawn{};
      random_.fill(drawn);
      std::uint32_t number = 0;
      for (const auto one : drawn) number = number << 8U | std::to_integer<std::uint32_t>(one);
      std::swap(round[left - 1], round[number % left]);
    }
  }

  TimedBench& bench_;
  Noting noting_;
  infer::Evidence evidence_{};  ///< of this comparison alone: nothing is concluded from it
  Shooter shoot_;
  RandomSource& random_;
  Reporter& reporter_;
  bool over_ = false;
  std::string why_{};
};

}  // namespace

bool names_known_issuer(const infer::Probe& probe) {
  return probe.shown == Shown::badsig || probe.shown == Shown::forged_genuine;
}

infer::Delays delays_of(const std::vector<LadderAnswer>& answers, bool control) {
  infer::Delays delays;
  for (const auto& one : answers) {
    if (one.control != control || one.alert != infer::alert_unknown_ca || !one.delay) continue;
    (one.known ? delays.known : delays.unknown).push_back(static_cast<double>(one.delay->count()));
  }
  return delays;
}

std::optional<int> other_alert(const std::vector<LadderAnswer>& answers) {
  const auto other = std::find_if(answers.begin(), answers.end(), [](const LadderAnswer& one) {
    return one.alert && one.alert != infer::alert_unknown_ca;
  });
  return other == answers.end() ? std::nullopt : other->alert;
}

infer::Calibration calibration_of(const std::vector<LadderAnswer>& answers) {
  if (other_alert(answers)) return {infer::Calibration::State::does_not, {}};
  return infer::calibrate(delays_of(answers, true), true);
}

infer::TimedReading reading_of(const std::vector<LadderAnswer>& answers) {
  if (other_alert(answers)) return {infer::TimedReading::State::unclear, {}, {}};
  return infer::read_delays(delays_of(answers, false), delays_of(answers, true), true);
}

std::string_view verdict_on(const infer::Conclusion& verdict, int anchor) {
  const auto holds = [&](const std::vector<int>& some) {
    return std::find(some.begin(), some.end(), anchor) != some.end();
  };
  // Found while nothing was uploaded: with U bound it does not count.
  if (holds(verdict.found))
    return verdict.verdict == infer::Class::built_in_when_nothing_uploaded ? "not-trusted" : "trusted";
  return holds(verdict.counted) ? "not-trusted" : "undecided";
}

Result<Timing> ask_timing(TimedBench& bench, Path path, const infer::Conclusion& verdict,
                          const std::vector<TimedAnchor>& anchors, const TimingLimits& limits, RandomSource& random,
                          Reporter& reporter) {
  Timing timing{path};
  const auto spent = [&] { return limits.budget > 0 && bench.handshakes() >= limits.budget; };
  if (!anchors.empty() && bench.can_reboot() && !spent()) {
    if (auto done = bench.reboot("so that nothing that was bound before takes its time"); !done)
      return std::move(done).error();
    timing.restarted = bench.can_reboot();
  }
  const auto calibrated = [&](ossl::KeyType key) -> Result<TimedKey> {
    const auto known = std::find_if(timing.keys.begin(), timing.keys.end(),
                                    [&](const TimedKey& one) { return one.control.set.key == key; });
    if (known != timing.keys.end()) return *known;
    reporter.step(std::string(word(path)) + ": calibrating the timing ladder with a throw-away root, " +
                  std::string(ossl::word(key)));
    Climb climb(bench, path, limits, random, reporter);
    auto control = climb.find({key});
    if (!control) return std::move(control).error();
    const auto wanted = [](const std::vector<LadderAnswer>& answers) {
      return infer::calibrate(delays_of(answers, true), false).state == infer::Calibration::State::open;
    };
    if (auto done = climb.run(*control, "timing, control", wanted); !done) return std::move(done).error();
    timing.keys.push_back({std::move(*control), {}});
    auto& made = timing.keys.back();
    made.calibration = calibration_of(made.control.answers);
    return made;
  };
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const auto& [anchor, number, key, like] = anchors[i];
    TimedRoot root{anchor.subject, anchor.sha256, key};
    root.verdict_says = verdict_on(verdict, static_cast<int>(i));
    if (!like) {
      root.unasked = "no throw-away root with a key like its own (" + key + ") can calibrate it";
      timing.roots.push_back(std::move(root));
      continue;
    }
    auto control = calibrated(*like);
    if (!control) return std::move(control).error();
    if (!control->usable()) {
      root.unasked = control->control.ended.empty() ? "the control does not separate" : control->control.ended;
      timing.roots.push_back(std::move(root));
      continue;
    }
    reporter.step(std::string(word(path)) + ": timing the ladder of " + anchor.subject);
    Climb climb(bench, path, limits, random, reporter);
    Comparison question{{*like, number, control->control.set.rungs}};
    auto taken = climb.is_taken(question);
    if (!taken) return std::move(taken).error();
    const auto wanted = [](const std::vector<LadderAnswer>& answers) {
      return infer::read_delays(delays_of(answers, false), delays_of(answers, true), false).state ==
             infer::TimedReading::State::open;
    };
    if (auto done = climb.run(question, "timing", wanted); !done) return std::move(done).error();
    root.reading = reading_of(question.answers);
    root.question = std::move(question);
    timing.roots.push_back(std::move(root));
  }
  return timing;
}

}  // namespace epki::trial

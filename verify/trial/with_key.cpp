#include "verify/trial/with_key.hpp"

#include <algorithm>

#include "verify/infer/reading.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

namespace {

using infer::Bound;
using infer::Evidence;
using infer::Outcome;
using infer::Probe;
using infer::Reading;
using infer::Shown;
using State = WithKey::State;
using What = Bound::What;

const Bound bound_user{What::user, -1}, bound_nothing{What::nothing, -1};

bool passed(const Reading& reading) {
  return reading.is(Outcome::accepted);
}

/// Judged, and not passed: by an alert, or by leaving after the handshake without a word.
bool failed(const Reading& reading) {
  return reading.is(Outcome::refused) || reading.is(Outcome::completed);
}

class Asking {
 public:
  Asking(Bench& bench, std::vector<Evidence>& evidence, const std::vector<Path>& paths)
      : bench_(bench), evidence_(evidence), paths_(paths) {}

  Status on_all(const Probe& probe) {
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      Shot shot{probe};
      shot.path = paths_[i];
      shot.turn = turn_++;
      auto seen = attempt_past_a_hiccup(bench_, shot);
      if (!seen) return std::move(seen).error();
      evidence_[i].attempts.push_back(*seen);
    }
    return success();
  }

 private:
  Bench& bench_;
  std::vector<Evidence>& evidence_;
  const std::vector<Path>& paths_;
  int turn_ = 0;
};

}  // namespace

Result<std::vector<Evidence>> ask_with_key(Bench& bench, const std::vector<infer::Anchor>& anchors, int anchor,
                                           const std::vector<Path>& paths, int repeat, Reporter& reporter) {
  Evidence empty;
  empty.anchors = anchors;
  empty.repeat = std::max(1, repeat);
  std::vector<Evidence> evidence(paths.size(), empty);
  Asking asking(bench, evidence, paths);
  if (bench.can_reboot()) {
    if (auto done = bench.reboot("before the user's own certificate is shown"); !done) return std::move(done).error();
  }
  reporter.step("the user's own certificate, with its key");
  for (int i = 0; i < empty.repeat; ++i) {
    for (const auto shown : {Shown::with_key, Shown::twin_with_key}) {
      if (auto done = asking.on_all({shown, bound_user, anchor}); !done) return std::move(done).error();
    }
  }
  auto unbound = bench.unbind();
  if (!unbound) return std::move(unbound).error();
  for (int i = 0; *unbound && i < empty.repeat; ++i) {
    if (auto done = asking.on_all({Shown::with_key, bound_nothing, anchor}); !done) return std::move(done).error();
    if (auto done = asking.on_all({Shown::unknown, bound_nothing}); !done) return std::move(done).error();
  }
  const Bound own{What::genuine, anchor};
  for (int i = 0; i < empty.repeat; ++i) {
    if (auto done = asking.on_all({Shown::with_key, own, anchor}); !done) return std::move(done).error();
  }
  if (auto done = bench.forget(own); !done) return std::move(done).error();
  return evidence;
}

WithKey read_with_key(const Evidence& evidence, const Evidence& controls, int anchor) {
  const int n = evidence.repeat;
  const auto& who = evidence.anchors[static_cast<std::size_t>(anchor)];
  const auto under_user = infer::read(evidence, {Shown::with_key, bound_user, anchor}, n);
  const auto twin = infer::read(evidence, {Shown::twin_with_key, bound_user, anchor}, n);
  const auto own = infer::read(evidence, {Shown::with_key, {What::genuine, anchor}, anchor}, n);
  const auto alone = infer::read(evidence, {Shown::with_key, bound_nothing, anchor}, n);
  const auto unknown_alone = infer::read(evidence, {Shown::unknown, bound_nothing}, n);
  const auto unknown = infer::read(controls, {Shown::unknown, bound_user}, controls.repeat);
  const auto forged = infer::read(controls, {Shown::badsig, bound_user}, controls.repeat);
  WithKey answer;
  if (!who.unusable.empty()) return {State::unresolved, State::unresolved, who.unusable};
  answer.words = "the user's own certificate under " + who.subject + " " + under_user.words;
  if (!passed(own)) {
    answer.words += ", but with its own root bound it " + own.words + ", so that its answers say nothing of that root";
    return answer;
  }
  if (!failed(unknown)) {
    answer.words += ", and an unknown CA's chain " + unknown.words;
    return answer;
  }
  if (failed(under_user)) {
    answer.state = State::refused;
    answer.words += " and was accepted as soon as that root was bound";
  } else if (passed(under_user) && failed(twin) && failed(forged)) {
    answer.state = State::trusted;
    answer.words += " although that root was not bound, while its twin with one flipped bit " + twin.words +
                    " and an unknown CA's chain " + unknown.words;
  } else {
    answer.words += ", its twin with one flipped bit " + twin.words + ": that settles nothing";
  }
  if (failed(alone) || alone.is(Outcome::not_sent)) answer.with_nothing = State::refused;
  if (passed(alone) && failed(unknown_alone)) answer.with_nothing = State::trusted;
  // A root that lies there anyway need not come from the firmware.
  if (!who.lies_on_modem.empty() && (answer.state == State::trusted || answer.with_nothing == State::trusted)) {
    return {State::unresolved, State::unresolved,
            answer.words + "; but its root lay on the modem already, in " + who.lies_on_modem};
  }
  return answer;
}

namespace {

void conclude(PathVerdict& verdict, infer::Class verdict_class, infer::Influence influence) {
  verdict.verdict_class = verdict_class;
  verdict.influence = influence;
  verdict.possible = {verdict_class};
  verdict.next_step.clear();
  if (verdict_class != infer::Class::inconclusive) verdict.policy.set("anchors", infer::word(verdict_class));
}

void contradict(PathVerdict& verdict) {
  verdict.because = "The user's own certificate and the replays do not agree. " + verdict.because;
  conclude(verdict, infer::Class::inconclusive, infer::Influence::inconclusive);
  verdict.next_step = "Run again after a power cycle; look at the probes G and P2.";
}

}  // namespace

void merge_with_key(PathVerdict& verdict, const WithKey& answer, const Evidence& controls,
                    const infer::Anchor& anchor) {
  using infer::Class;
  using infer::Influence;
  verdict.because += " Full handshakes: " + answer.words + ".";
  if (answer.state == State::unresolved || verdict.verdict_class == Class::unverified || verdict.outside_the_model)
    return;
  const auto mine = infer::read(controls, {Shown::own_chain, bound_user}, controls.repeat);
  const bool open = verdict.verdict_class == Class::inconclusive && verdict.influence == Influence::inconclusive;
  const auto found = [&] {
    const auto same = [&](const AnchorName& known) { return known.sha256 == anchor.sha256; };
    if (std::none_of(verdict.anchors_found.begin(), verdict.anchors_found.end(), same))
      verdict.anchors_found.push_back({anchor.subject, anchor.sha256});
  };
  if (answer.state == State::trusted) {
    const bool fits = open || (verdict.influence == Influence::detected &&
                               verdict.verdict_class != Class::built_in_when_nothing_uploaded);
    if (!fits) return contradict(verdict);
    found();
    if (!open) return;
    verdict.anchors_tried = std::max<std::size_t>(verdict.anchors_tried, 1);
    if (passed(mine)) return conclude(verdict, Class::union_of_both, Influence::detected);
    if (mine.refused(infer::alert_unknown_ca)) return conclude(verdict, Class::built_in, Influence::detected);
    return conclude(verdict, Class::inconclusive, Influence::detected);
  }
  const bool this_one_found = std::any_of(verdict.anchors_found.begin(), verdict.anchors_found.end(),
                                          [&](const AnchorName& known) { return known.sha256 == anchor.sha256; });
  if (this_one_found && verdict.verdict_class != Class::built_in_when_nothing_uploaded) return contradict(verdict);
  if (!open || !passed(mine)) return;
  verdict.anchors_tried = std::max<std::size_t>(verdict.anchors_tried, 1);
  if (answer.with_nothing == State::trusted) {
    found();
    return conclude(verdict, Class::built_in_when_nothing_uploaded, Influence::detected);
  }
  if (answer.with_nothing == State::refused) conclude(verdict, Class::uploaded, Influence::not_found);
}

}  // namespace epki::trial

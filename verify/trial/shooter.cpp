#include "verify/trial/shooter.hpp"

#include <algorithm>

namespace epki::trial {

namespace {

using infer::Attempt;
using infer::Bound;
using infer::Outcome;

// A modem that refuses all opens after some twenty (AT reference, 2) is restarted this often in one run.
constexpr int most_restarts = 4;

bool arrived(const Attempt& attempt) {
  return attempt.outcome != Outcome::not_sent && attempt.outcome != Outcome::unreachable;
}

/// Nothing was learnt, and the network may be the reason.
bool is_hiccup(const Attempt& attempt) {
  return attempt.outcome == Outcome::unreachable || attempt.outcome == Outcome::silent;
}

}  // namespace

bool Shooter::worked(const Bound& bound) const {
  return std::any_of(evidence_.attempts.begin(), evidence_.attempts.end(),
                     [&](const Attempt& attempt) { return attempt.bound == bound && arrived(attempt); });
}

bool Shooter::name_may_work(const Shot& shot) const {
  bool tried = false;
  for (const auto& attempt : evidence_.attempts) {
    if (attempt.anchor != shot.anchor) continue;
    if (arrived(attempt)) return true;
    tried = true;
  }
  return !tried;
}

/// A bound CA under which the modem went out before and now does not: it is worn. One that never worked may be refused
/// for itself, so something that did work is tried again; its answer is evidence like any other.
Result<bool> Shooter::is_worn(const Shot& shot) {
  if (worked(shot.bound)) return true;
  // Only under U: another root would have to be uploaded again, and must not lie on the modem now.
  const auto good = std::find_if(evidence_.attempts.rbegin(), evidence_.attempts.rend(), [](const Attempt& attempt) {
    return attempt.bound == Bound{} && attempt.knob == infer::Knob::none && arrived(attempt);
  });
  if (good == evidence_.attempts.rend() || spent()) return false;
  const Shot again{good->shown, good->bound, good->anchor, good->knob, turn_};
  auto seen = bench_.attempt(again);
  if (!seen) return std::move(seen).error();
  if (!arrived(*seen)) return true;
  evidence_.attempts.push_back(*seen);
  return false;
}

Result<Attempt> Shooter::attempt(const Shot& shot) {
  auto seen = bench_.attempt(shot);
  if (!seen) return seen;
  if (is_hiccup(*seen) && name_may_work(shot) && !spent()) return bench_.attempt(shot);
  if (seen->outcome != Outcome::not_sent || !bench_.can_reboot() || restarts_ >= most_restarts) return seen;
  auto worn = is_worn(shot);
  if (!worn) return std::move(worn).error();
  if (!*worn || spent()) return seen;
  ++restarts_;
  if (auto restarted = bench_.reboot("the modem opens no more connections"); !restarted) {
    return std::move(restarted).error();
  }
  if (!bench_.can_reboot()) return seen;
  return bench_.attempt(shot);
}

Result<bool> Shooter::once(Shot shot) {
  if (spent()) {
    evidence_.ended_early = "the budget of " + std::to_string(limits_.budget) + " handshakes is used up";
    return false;
  }
  shot.turn = turn_++;
  auto seen = attempt(shot);
  if (!seen)
    return std::move(seen).error().during("trying " +
                                          infer::probe_name(shot.shown, shot.bound, shot.anchor, shot.knob));
  // Our own name is what the operator can put right; the replayed names come second.
  if (!arrived(*seen) && (evidence_.absence.empty() || shot.anchor < 0)) evidence_.absence = bench_.absence();
  evidence_.attempts.push_back(*seen);
  return true;
}

Status Shooter::times(int n, Shot shot) {
  for (int i = 0; i < n; ++i) {
    auto done = once(shot);
    if (!done) return std::move(done).error();
    if (!*done) break;
  }
  return success();
}

std::vector<Attempt> Shooter::answers(const Shot& shot) const {
  std::vector<Attempt> found;
  for (const auto& attempt : evidence_.attempts) {
    if (attempt.shown == shot.shown && attempt.bound == shot.bound && attempt.anchor == shot.anchor &&
        attempt.knob == shot.knob) {
      found.push_back(attempt);
    }
  }
  return found;
}

bool Shooter::all(const Shot& shot, Outcome outcome, std::optional<int> alert) const {
  const auto found = answers(shot);
  return !found.empty() && std::all_of(found.begin(), found.end(), [&](const Attempt& attempt) {
    return attempt.outcome == outcome && (!alert || attempt.alert == alert);
  });
}

}  // namespace epki::trial

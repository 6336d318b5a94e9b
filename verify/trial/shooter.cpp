#include "verify/trial/shooter.hpp"

#include <algorithm>

namespace epki::trial {

namespace {

using infer::Attempt;
using infer::Bound;
using infer::Outcome;
using infer::Probe;

// A modem that refuses all opens after some twenty (AT reference, 2) is restarted this often in one run.
constexpr int most_restarts = 4;
// So many in a row go out in no packet before it is called worn: one open in five may fail on a bad line.
constexpr int failures_in_a_row = 3;
// After so many attempts in a row of which none arrived, nothing is tried again: no line that still works does that.
constexpr std::size_t dead_after = 12;

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

void Shooter::keep(const Attempt& seen, const Shot& shot) {
  // Our own name is what the operator can put right; the replayed names come second.
  if (!arrived(seen) && (evidence_.absence.empty() || shot.anchor < 0)) evidence_.absence = bench_.absence();
  evidence_.attempts.push_back(seen);
}

/// A bound CA under which the modem went out before and now does not: it is worn. One that never worked may be refused
/// for itself, so something that did work is tried again; its answer is evidence like any other.
Result<bool> Shooter::is_worn(const Shot& shot) {
  if (worked(shot.bound)) return true;
  // Only under U: another root would have to be uploaded again, and must not lie on the modem now.
  const auto good = std::find_if(evidence_.attempts.rbegin(), evidence_.attempts.rend(), [](const Attempt& attempt) {
    return attempt.bound == Bound{} && attempt.settings == infer::Settings{} && arrived(attempt);
  });
  if (good == evidence_.attempts.rend()) return false;
  const Shot again{*good, path_, turn_};
  for (int i = 0; i < failures_in_a_row && !budget_is_used(); ++i) {
    auto seen = bench_.attempt(again);
    if (!seen) return std::move(seen).error();
    if (!arrived(*seen)) continue;
    evidence_.attempts.push_back(*seen);
    return false;
  }
  return true;
}

Result<Attempt> Shooter::attempt_where_nothing_goes_out(const Shot& shot, Attempt seen) {
  // On a bad line the next one goes out again.
  std::vector<Attempt> lost{seen};
  while (worked(shot.bound) && static_cast<int>(lost.size()) < failures_in_a_row && !budget_is_used()) {
    auto again = bench_.attempt(shot);
    if (!again) return again;
    if (arrived(*again)) {
      for (const auto& one : lost) keep(one, shot);
      return again;
    }
    lost.push_back(*again);
  }
  if (!bench_.can_reboot() || restarts_ >= most_restarts || budget_is_used()) return seen;
  auto worn = is_worn(shot);
  if (!worn) return std::move(worn).error();
  if (!*worn || budget_is_used()) return seen;
  ++restarts_;
  if (auto restarted = bench_.reboot("the modem opens no more connections"); !restarted) {
    return std::move(restarted).error();
  }
  if (!bench_.can_reboot()) return seen;
  return bench_.attempt(shot);
}

Result<Attempt> Shooter::attempt(const Shot& shot) {
  auto seen = bench_.attempt(shot);
  if (!seen) return seen;
  if (is_hiccup(*seen) && name_may_work(shot) && !budget_is_used()) {
    keep(*seen, shot);
    seen = bench_.attempt(shot);
    if (!seen) return seen;
  }
  if (seen->outcome != Outcome::not_sent) return seen;
  return attempt_where_nothing_goes_out(shot, *seen);
}

bool Shooter::spent() {
  if (!budget_is_used()) return false;
  evidence_.ended_early = "the budget of " + std::to_string(limits_.budget) + " handshakes is used up";
  return true;
}

Status Shooter::once(const Probe& probe) {
  const Shot shot{probe, path_, turn_++};
  auto seen = attempt(shot);
  if (!seen) return std::move(seen).error().during("trying " + infer::probe_name(probe));
  keep(*seen, shot);
  return success();
}

bool Shooter::nothing_arrives() const {
  const auto& all = evidence_.attempts;
  return all.size() >= dead_after && std::none_of(all.end() - dead_after, all.end(), arrived);
}

bool Shooter::is_done(const Probe& probe, int least) const {
  const auto now = reading(probe, least);
  if (now.state == infer::Reading::State::absent) return false;
  if (now.state != infer::Reading::State::too_few || now.count >= infer::tries_for(least)) return true;
  return now.count >= least && nothing_arrives();
}

Status Shooter::step(const Probe& probe, int least) {
  if (is_done(probe, least) || spent()) return success();
  return once(probe);
}

Status Shooter::settle(const Probe& probe, int least) {
  while (!is_done(probe, least) && !spent()) {
    if (auto done = once(probe); !done) return done;
  }
  return success();
}

}  // namespace epki::trial

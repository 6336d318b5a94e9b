#include "verify/infer/defects.hpp"

#include <algorithm>
#include <cmath>

namespace epki::infer {

namespace {

const Defect* defect_alone(Shown shown) {
  const auto& all = defects_by_rank();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Defect& one) { return one.alone == shown; });
  return found == all.end() ? nullptr : &*found;
}

std::uint32_t every_defect() {
  std::uint32_t flags = 0;
  for (const auto& one : defects_by_rank()) flags |= one.flag;
  return flags;
}

double term(double share) {
  return share <= 0 ? 0 : -share * std::log2(share);
}

}  // namespace

const std::vector<Defect>& defects_by_rank() {
  static const std::vector<Defect> all{
      {0x4, Shown::wrong_host, 42}, {0x1000, Shown::eku_client, 43}, {0x800, Shown::usage_certsign, 43},
      {0x1, Shown::expired, 45},    {0x8, Shown::unknown, 48},       {0x200, Shown::not_yet, 46},
  };
  return all;
}

std::uint32_t defects_of(const Probe& probe) {
  if (probe.shown == Shown::several) return static_cast<std::uint32_t>(probe.depth);
  // A mask of few bits asks something else: whether any value opens everything.
  const auto mask = probe.settings.ignore_items;
  return probe.shown == Shown::everything_wrong && (mask == 0 || mask == all_items) ? every_defect() : 0;
}

bool alerts_are_ranked(const Evidence& evidence, const Base& base) {
  bool seen = false;
  for (const auto& attempt : evidence.attempts) {
    if (attempt.bound != base.bound || attempt.outcome != Outcome::refused) continue;
    const auto* const alone = defect_alone(attempt.shown);
    const bool forged = attempt.shown == Shown::badsig;
    if (alone == nullptr && !forged) continue;
    if (attempt.alert != (forged ? alert_unknown_ca : alone->alert)) return false;
    seen = seen || forged || attempt.shown == Shown::not_yet;
  }
  return seen;
}

std::optional<bool> lets_through(const Probe& probe, const Reading& reading, std::uint32_t flag, bool ranked) {
  const auto flags = defects_of(probe);
  if ((flags & flag) == 0) return std::nullopt;
  if (reading.is(Outcome::accepted)) return true;
  if (!ranked || !reading.is(Outcome::refused)) return std::nullopt;
  int named = 0;  // by the alert that came
  bool above = true, is_named = false;
  for (const auto& one : defects_by_rank()) {
    if ((flags & one.flag) == 0) continue;
    const bool by_alert = reading.alert == one.alert;
    if (by_alert) ++named;
    if (one.flag == flag) is_named = by_alert;
    if (one.flag == flag && (named > 0 || by_alert)) above = false;
  }
  if (named == 0) return std::nullopt;  // an alert that none of them explains
  if (above) return true;
  if (is_named && named == 1) return false;
  return std::nullopt;
}

double ranked_gain(const std::vector<double>& chances) {
  double left = 1, bits = 0;
  for (const double through : chances) {
    bits += term(left * (1 - through));
    left *= through;
  }
  return bits + term(left);
}

}  // namespace epki::infer

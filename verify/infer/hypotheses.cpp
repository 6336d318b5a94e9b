#include "verify/infer/hypotheses.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <map>

#include "verify/infer/noise.hpp"
#include "verify/infer/reading.hpp"

namespace epki::infer {

namespace {

using Anchors = Hypothesis::Anchors;
using Uploads = Hypothesis::Uploads;
using Stack = Hypothesis::Stack;
using What = Bound::What;

bool is_genuine(Shown shown) {
  return shown == Shown::replay || shown == Shown::flipped_twin;
}

/// Of the trust question; the policy's rows have their own (factors.hpp).
bool is_about_trust(const Probe& probe) {
  if (probe.settings != Settings{}) return false;
  // What else of the uploads counts is no matter of the firmware's own anchors.
  if (probe.shown == Shown::own_chain && probe.bound.what == What::genuine) return false;
  switch (probe.shown) {
    case Shown::own_chain:
    case Shown::own_direct:
    case Shown::unknown:
    case Shown::badsig:
    case Shown::keyless:
    case Shown::replay:
    case Shown::unknown_like:
    case Shown::flipped_twin:
    case Shown::forged_genuine: return probe.bound.what < What::no_attributes;
    default: return false;
  }
}

bool is_self_signed(const Bound& bound) {
  return bound.what != What::user_intermediate && bound.what != What::genuine_issuer;
}

/// What is bound is the root (or the issuer) that the chain leads to.
bool is_under_bound(const Probe& probe) {
  if (probe.shown == Shown::unknown || probe.shown == Shown::unknown_like) return false;
  if (is_genuine(probe.shown) || probe.shown == Shown::forged_genuine) {
    return probe.bound.anchor == probe.anchor &&
           (probe.bound.what == What::genuine ||
            (probe.bound.what == What::genuine_issuer && probe.shown != Shown::forged_genuine));
  }
  return probe.bound.what == What::user || probe.bound.what == What::user_intermediate ||
         probe.bound.what == What::other_key;
}

int intermediates_of(const Probe& probe) {
  switch (probe.shown) {
    case Shown::own_direct:
    case Shown::badsig:
    case Shown::forged_genuine: return 0;
    default: return probe.bound.what == What::genuine_issuer && is_genuine(probe.shown) ? 0 : 1;
  }
}

std::vector<Hypothesis> all_hypotheses() {
  std::vector<Hypothesis> all;
  for (const auto anchors : {Anchors::uploaded, Anchors::both, Anchors::built_in, Anchors::when_nothing}) {
    for (const auto uploads : {Uploads::all, Uploads::not_self_signed, Uploads::not_this_one}) {
      if (anchors == Anchors::built_in && uploads != Uploads::all) continue;
      for (const auto stack : {Stack::alerting, Stack::openssl, Stack::closing}) {
        for (unsigned bits = 0; bits < 64; ++bits) {
          Hypothesis one{anchors, uploads, stack};
          one.late = (bits & 1U) != 0;
          one.checks_signatures = (bits & 2U) == 0;
          one.takes_intermediates = (bits & 4U) == 0;
          one.blind_with_nothing = (bits & 8U) != 0;
          one.refuses_user_locally = (bits & 16U) != 0;
          one.refuses_nothing_locally = (bits & 32U) != 0;
          if (one.blind_with_nothing && one.refuses_nothing_locally) continue;
          all.push_back(one);
        }
      }
    }
  }
  for (const auto stack : {Stack::alerting, Stack::closing}) {
    for (unsigned bits = 0; bits < 4; ++bits) {
      Hypothesis one{Anchors::none_verified, Uploads::all, stack};
      one.refuses_user_locally = (bits & 1U) != 0;
      one.refuses_nothing_locally = (bits & 2U) != 0;
      all.push_back(one);
    }
  }
  return all;
}

/// A hypothesis for each bit.
using Set = std::bitset<2048>;
using BySign = std::array<Set, 7>;

constexpr std::size_t kinds_shown = 24, kinds_of_bound = 9;

bool has_store(const Hypothesis& one) {
  return one.anchors != Anchors::uploaded && one.anchors != Anchors::none_verified;
}

/// Probes that every hypothesis answers alike: by what is shown, what is bound, and whether it is the same anchor's.
std::size_t kind_of(const Probe& probe) {
  const bool of_another = probe.bound.anchor >= 0 && probe.bound.anchor != probe.anchor;
  const auto bound = of_another ? kinds_of_bound - 1 : static_cast<std::size_t>(probe.bound.what);
  return static_cast<std::size_t>(probe.shown) * kinds_of_bound + bound;
}

/// All hypotheses, and for each kind of probe which of them foretell which sign.
struct Table {
  std::vector<Hypothesis> all = all_hypotheses();
  Set everybody{}, with_store{};
  std::array<std::array<BySign, 2>, kinds_shown * kinds_of_bound> foretold{};

  Table() {
    for (std::size_t i = 0; i < all.size(); ++i) {
      everybody[i] = true;
      with_store[i] = has_store(all[i]);
    }
    for (std::size_t shown = 0; shown < kinds_shown; ++shown) {
      for (std::size_t bound = 0; bound < kinds_of_bound; ++bound) {
        const bool of_another = bound == kinds_of_bound - 1;
        const auto what = of_another ? What::genuine : static_cast<What>(bound);
        const bool genuine = what == What::genuine || what == What::genuine_issuer;
        const Probe probe{static_cast<Shown>(shown), {what, of_another ? 1 : genuine ? 0 : -1}, 0};
        for (std::size_t stored = 0; stored < 2; ++stored) fill(probe, stored == 1, foretold[kind_of(probe)][stored]);
      }
    }
  }
  void fill(const Probe& probe, bool stored, BySign& row) const {
    for (std::size_t i = 0; i < all.size(); ++i)
      row[static_cast<std::size_t>(all[i].foretold(probe, stored))][i] = true;
  }
  /// Those that would answer so.
  const Set& saying(const Probe& probe, bool stored, Sign sign) const {
    return foretold[kind_of(probe)][stored ? 1 : 0][static_cast<std::size_t>(sign)];
  }
};

const Table& table() {
  static const Table one;
  return one;
}

/// The settled answer to one probe, and how many attempts gave it.
struct Answer {
  Probe probe;
  Sign sign;
  int equal;
};

std::vector<Answer> answers_of(const Evidence& evidence) {
  std::vector<Answer> answers;
  for (const auto& attempt : evidence.attempts) {
    const Probe& probe = attempt;
    if (!is_about_trust(probe)) continue;
    if (std::any_of(answers.begin(), answers.end(), [&](const Answer& known) { return known.probe == probe; }))
      continue;
    const auto reading = answer_to(evidence, probe);
    if (!reading.settled()) continue;
    const auto sign = sign_of(reading.outcome, reading.alert);
    if (sign != Sign::open) answers.push_back({probe, sign, reading.equal});
  }
  return answers;
}

bool counts(const std::vector<int>& counted, int anchor) {
  return anchor < 0 || std::find(counted.begin(), counted.end(), anchor) != counted.end();
}

/// Those that explain the answers, without and with anchors in their store.
struct Fit {
  Set as_they_are{};  ///< no anchor need be in the store
  Set with_some{};    ///< at least one must be
};

/// An anchor whose place in the store is given, for a probe of it that is still to come.
struct Given {
  int anchor = -1;
  bool stored = false;
};

Fit fit(const std::vector<Answer>& answers, const std::vector<int>& counted, const Given& given = {}) {
  std::map<int, std::array<Set, 2>> by_anchor;
  Set plain = table().everybody;
  for (const auto& [probe, sign, equal] : answers) {
    if (!counts(counted, probe.anchor)) continue;
    if (probe.anchor < 0) {
      plain &= table().saying(probe, false, sign);
      continue;
    }
    const auto place = by_anchor.try_emplace(probe.anchor, std::array{table().everybody, table().with_store}).first;
    for (const bool stored : {false, true}) place->second[stored ? 1 : 0] &= table().saying(probe, stored, sign);
  }
  if (given.anchor >= 0) {
    auto& place = by_anchor.try_emplace(given.anchor, std::array{table().everybody, table().with_store}).first->second;
    place[given.stored ? 0 : 1].reset();
  }
  Fit result{plain, plain};
  for (const auto& [anchor, sets] : by_anchor) {
    result.as_they_are &= sets[0];
    result.with_some &= sets[0] | sets[1];
  }
  result.with_some &= ~result.as_they_are;
  return result;
}

/// How often each class is among them.
void add_classes(std::map<Class, double>& into, const Set& set, bool with_store,
                 Class (Hypothesis::*name)(bool) const = &Hypothesis::named) {
  for (std::size_t i = 0; i < table().all.size(); ++i) {
    if (set[i]) into[(table().all[i].*name)(with_store)] += 1;
  }
}

/// log10 of what the answers cost this hypothesis, each anchor's place in the store chosen in its favour.
std::pair<double, bool> cost_of(const Hypothesis& one, const std::vector<Answer>& answers, double each,
                                const std::vector<int>& counted) {
  double lost = 0;
  bool any_stored = false;
  std::map<int, std::array<double, 2>> by_anchor;
  for (const auto& [probe, sign, equal] : answers) {
    if (!counts(counted, probe.anchor)) continue;
    for (const bool stored : {false, true}) {
      const double cost = one.foretold(probe, stored) == sign ? 0 : each * equal;
      if (probe.anchor >= 0) by_anchor[probe.anchor][stored ? 1 : 0] += cost;
      if (probe.anchor < 0 && !stored) lost += cost;
    }
  }
  for (const auto& [anchor, cost] : by_anchor) {
    const bool stored = has_store(one) && cost[1] < cost[0];
    any_stored = any_stored || stored;
    lost += stored ? cost[1] : cost[0];
  }
  return {lost, any_stored};
}

double share_entropy(const std::map<Class, double>& shares) {
  double all = 0, bits = 0;
  for (const auto& [name, share] : shares) all += share;
  for (const auto& [name, share] : shares) {
    if (share > 0) bits -= share / all * std::log2(share / all);
  }
  return bits;
}

}  // namespace

Sign sign_of(Outcome outcome, std::optional<int> alert) {
  switch (outcome) {
    case Outcome::accepted: return Sign::accepted;
    case Outcome::completed: return Sign::completed;
    case Outcome::refused: return alert == alert_decrypt_error ? Sign::passed : Sign::rejected;
    case Outcome::closed: return Sign::closed;
    case Outcome::not_sent: return Sign::local;
    default: return Sign::open;
  }
}

Sign Hypothesis::foretold(const Probe& probe, bool in_store) const {
  const bool nothing = probe.bound.what == What::nothing;
  if (nothing && refuses_nothing_locally) return Sign::local;
  if (probe.bound.what == What::user && refuses_user_locally) return Sign::local;
  const bool counts = uploads == Uploads::all ||
                      (uploads == Uploads::not_self_signed && !is_self_signed(probe.bound)) ||
                      (uploads == Uploads::not_this_one && probe.bound.what != What::user);
  const bool by_upload = anchors != Anchors::built_in && counts && is_under_bound(probe);
  const bool of_genuine = is_genuine(probe.shown) || probe.shown == Shown::forged_genuine;
  const bool by_firmware =
      of_genuine && in_store &&
      (anchors == Anchors::both || anchors == Anchors::built_in || (anchors == Anchors::when_nothing && nothing));
  const bool known = by_upload || by_firmware;
  const bool forged =
      probe.shown == Shown::badsig || probe.shown == Shown::flipped_twin || probe.shown == Shown::forged_genuine;
  const bool fits = takes_intermediates || intermediates_of(probe) == 0;
  const bool trusted = known && fits && (!forged || !checks_signatures);
  const bool blind = anchors == Anchors::none_verified || (nothing && blind_with_nothing);
  if (is_keyless(probe.shown)) {
    const bool through = trusted || blind || late;
    if (through) return stack == Stack::closing ? Sign::closed : Sign::passed;
    return stack == Stack::openssl && known && forged ? Sign::passed : Sign::rejected;
  }
  if (trusted || blind) return Sign::accepted;
  if (late) return Sign::completed;
  return stack == Stack::openssl && known && forged ? Sign::passed : Sign::rejected;
}

Class Hypothesis::named(bool any_in_store) const {
  return checks_signatures ? anchors_named(any_in_store) : Class::unverified;
}

Class Hypothesis::anchors_named(bool any_in_store) const {
  if (anchors == Anchors::none_verified) return Class::unverified;
  if (late) return Class::inconclusive;
  const bool user_counts = uploads == Uploads::all && !refuses_user_locally;
  switch (anchors) {
    case Anchors::both:
      if (any_in_store) return Class::union_of_both;
      break;
    case Anchors::when_nothing:
      if (any_in_store) return Class::built_in_when_nothing_uploaded;
      break;
    case Anchors::built_in: return any_in_store ? Class::built_in : Class::inconclusive;
    default: break;
  }
  return user_counts ? Class::uploaded : Class::uploaded_not_honoured;
}

std::vector<Class> classes_that_fit(const Evidence& evidence, const std::vector<int>& counted) {
  const auto fitting = fit(answers_of(evidence), counted);
  std::map<Class, double> found;
  add_classes(found, fitting.as_they_are, false);
  add_classes(found, fitting.with_some, true);
  // Where no anchor counted, roots that nobody asked about may still be in the store.
  if (counted.empty()) add_classes(found, fitting.as_they_are & table().with_store, true);
  std::vector<Class> names;
  names.reserve(found.size());
  for (const auto& [name, count] : found) names.push_back(name);
  return names;
}

std::vector<Odds> odds_of(const Evidence& evidence, const std::vector<int>& counted) {
  const auto answers = answers_of(evidence);
  const double each = odds_of(noise_of(evidence), 1, true);
  std::map<Class, double> best;
  for (const auto& one : table().all) {
    const auto [lost, stored] = cost_of(one, answers, each, counted);
    const auto known = best.try_emplace(one.named(stored), lost).first;
    known->second = std::min(known->second, lost);
  }
  std::vector<Odds> odds;
  odds.reserve(best.size());
  for (const auto& [name, lost] : best) odds.push_back({name, lost});
  std::sort(odds.begin(), odds.end(), [](const Odds& a, const Odds& b) { return a.log10 < b.log10; });
  const double least = odds.empty() ? 0 : odds.front().log10;
  for (auto& one : odds) one.log10 -= least;
  return odds;
}

double class_gain(const Evidence& evidence, const Probe& probe) {
  constexpr auto by_anchors = &Hypothesis::anchors_named;
  const auto answers = answers_of(evidence);
  std::vector<int> all;
  for (std::size_t i = 0; i < evidence.anchors.size(); ++i) all.push_back(static_cast<int>(i));
  std::map<Class, double> now;
  std::map<Sign, std::map<Class, double>> then;
  for (const bool stored : {false, true}) {
    if (stored && probe.anchor < 0) continue;
    const auto fitting = fit(answers, all, {probe.anchor, stored});
    add_classes(now, fitting.as_they_are, false, by_anchors);
    add_classes(now, fitting.with_some, true, by_anchors);
    for (const auto sign : {Sign::accepted, Sign::completed, Sign::rejected, Sign::passed, Sign::closed, Sign::local}) {
      const auto& saying = table().saying(probe, stored, sign);
      add_classes(then[sign], fitting.as_they_are & saying, false, by_anchors);
      add_classes(then[sign], fitting.with_some & saying, true, by_anchors);
    }
  }
  double whole = 0, after = 0;
  for (const auto& [name, weight] : now) whole += weight;
  if (whole <= 0) return 0;
  for (const auto& [sign, shares] : then) {
    double weight = 0;
    for (const auto& [name, share] : shares) weight += share;
    after += weight / whole * share_entropy(shares);
  }
  return share_entropy(now) - after;
}

}  // namespace epki::infer

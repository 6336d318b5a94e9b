#include "verify/infer/factors.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "verify/infer/defects.hpp"
#include "verify/infer/reading.hpp"

namespace epki::infer {

namespace {

using Habit = World::Habit;

// How common a habit is thought to be before anything was seen. Only the order of the probes depends on it.
constexpr double unchecked_share = 0.25;
constexpr double waived_share = 0.15;  // of CA attributes, by a knob or always
constexpr double opened_share = 0.08;  // by one of the three knobs
constexpr double by_time_share = 0.5;  // ignorelocaltime is documented to do so
constexpr double by_sni_share = 0.25;
constexpr double usual_limit_share = 0.4;  // mbedTLS ends at 8 (trust probing, 5)
constexpr int usual_limit = 8;

bool is_trust(const Check& check) {
  return check.shown == Shown::no_ca_attributes;
}

double share_of(unsigned loosener) {
  if (loosener == by_time) return by_time_share;
  return loosener == by_sni ? by_sni_share : opened_share;
}

std::vector<World> all_worlds(const Check& check) {
  std::vector<World> all;
  for (unsigned opens = 0; opens < 32; ++opens) {
    if ((opens & ~check.may_loosen) != 0) continue;
    double weight = 1;
    for (const unsigned one : {by_sni, by_time, by_items, by_signature, by_chain}) {
      if ((check.may_loosen & one) == 0) continue;
      weight *= (opens & one) != 0 ? share_of(one) : 1 - share_of(one);
    }
    if (is_trust(check)) {
      all.push_back({Habit::checked, opens, weight * (1 - 2 * waived_share)});
      all.push_back({Habit::by_item, opens, weight * waived_share});
      all.push_back({Habit::unchecked, opens, weight * waived_share});
    } else {
      all.push_back({Habit::checked, opens, weight * (1 - unchecked_share)});
    }
  }
  if (!is_trust(check)) all.push_back({Habit::unchecked, 0, unchecked_share});
  return all;
}

/// Yes: accepted. No: judged and not accepted. Nothing: it says nothing, or not yet.
std::optional<bool> acceptance(const Reading& reading) {
  if (reading.is(Outcome::accepted)) return true;
  if (reading.is(Outcome::refused) || reading.is(Outcome::completed)) return false;
  return std::nullopt;
}

int least_for(const Evidence& evidence, const Probe& probe) {
  // The name check is part of a promise of protection (DESIGN, "protected").
  const bool promised = probe.shown == Shown::wrong_host && probe.settings == Settings{};
  return promised ? evidence.repeat : std::min(2, evidence.repeat);
}

/// The settings under which a case was tried on this base.
std::vector<Settings> tried(const Evidence& evidence, const Base& base, Shown shown) {
  std::vector<Settings> all;
  const auto wanted = on(base, shown);
  for (const auto& attempt : evidence.attempts) {
    if (attempt.shown != wanted.shown || attempt.bound != wanted.bound) continue;
    if (std::find(all.begin(), all.end(), attempt.settings) == all.end()) all.push_back(attempt.settings);
  }
  return all;
}

void keep_consistent(std::vector<World>& worlds, const Evidence& evidence, const Base& base, Shown shown) {
  for (const auto& settings : tried(evidence, base, shown)) {
    const auto probe = on(base, shown, settings);
    const auto answer = acceptance(answer_to(evidence, probe, least_for(evidence, probe)));
    if (!answer) continue;
    const unsigned looseners = looseners_in(settings);
    std::erase_if(worlds, [&](const World& world) { return world.accepts(shown, looseners) != *answer; });
  }
}

/// What chains with several defects say of this one.
void keep_consistent_with_several(std::vector<World>& worlds, const Evidence& evidence, const Base& base,
                                  const Check& check) {
  const bool ranked = alerts_are_ranked(evidence, base);
  const auto shown = is_trust(check) ? Shown::unknown : check.shown;
  std::vector<const Attempt*> seen;
  for (const auto& attempt : evidence.attempts) {
    if (attempt.bound != base.bound || (defects_of(attempt) & check.flag) == 0) continue;
    const Probe& probe = attempt;
    const auto same = [&](const Attempt* one) { return static_cast<const Probe&>(*one) == probe; };
    if (std::any_of(seen.begin(), seen.end(), same)) continue;
    seen.push_back(&attempt);
    const auto reading = answer_to(evidence, probe, least_for(evidence, probe));
    const auto through = lets_through(probe, reading, check.flag, ranked);
    if (!through) continue;
    const unsigned looseners = looseners_in(probe.settings);
    std::erase_if(worlds, [&](const World& world) { return world.accepts(shown, looseners) != *through; });
  }
}

double entropy(double share) {
  if (share <= 0 || share >= 1) return 0;
  return -share * std::log2(share) - (1 - share) * std::log2(1 - share);
}

/// How likely it is to be accepted.
double chance_of(const std::vector<World>& worlds, Shown shown, unsigned looseners) {
  double all = 0, accepted = 0;
  for (const auto& world : worlds) {
    all += world.weight;
    if (world.accepts(shown, looseners)) accepted += world.weight;
  }
  return all > 0 ? accepted / all : 0;
}

double gain_of(const std::vector<World>& worlds, Shown shown, unsigned looseners) {
  return entropy(chance_of(worlds, shown, looseners));
}

/// A probe that was tried as often as it may be, without an answer.
bool is_exhausted(const Evidence& evidence, const Probe& probe) {
  const auto reading = answer_to(evidence, probe, least_for(evidence, probe));
  if (reading.state == Reading::State::absent) return false;
  if (reading.state != Reading::State::too_few) return true;
  return reading.count >= tries_for(least_for(evidence, probe));
}

/// A firmware that does not take some settings does not take them with others beside them.
bool cannot_be_set(const Evidence& evidence, const Settings& wanted) {
  const auto& all = evidence.attempts;
  return std::any_of(all.begin(), all.end(), [&](const Attempt& tried) {
    const unsigned looseners = looseners_in(tried.settings);
    if (tried.outcome != Outcome::not_presented || looseners == 0) return false;
    if ((looseners & looseners_in(wanted)) != looseners) return false;
    // Where another chain was shown under the same settings, it was the server that could not show this one.
    return std::none_of(all.begin(), all.end(), [&](const Attempt& other) {
      return other.settings == tried.settings && other.outcome != Outcome::not_presented;
    });
  });
}

void offer(std::optional<RowProbe>& best, const Evidence& evidence, const Probe& probe, double gain) {
  constexpr double negligible = 0.01;
  if (gain <= negligible || (best && best->gain >= gain) || is_exhausted(evidence, probe)) return;
  if (cannot_be_set(evidence, probe.settings)) return;
  best = RowProbe{probe, least_for(evidence, probe), gain};
}

void offer_check(std::optional<RowProbe>& best, const Evidence& evidence, const Base& base, const Check& check) {
  const auto worlds = worlds_left(evidence, base, check);
  const unsigned usable = check.may_loosen & ~known_to_open_all(evidence, base);
  std::vector<unsigned> sets{0, usable, usable & all_knobs};
  for (const unsigned one : {by_sni, by_time, by_items, by_signature, by_chain}) {
    if ((usable & one) == 0) continue;
    sets.push_back(one);
    sets.push_back(usable & all_knobs & ~one);
  }
  for (const unsigned looseners : sets) {
    offer(best, evidence, on(base, check.shown, settings_with(looseners)), gain_of(worlds, check.shown, looseners));
    if (!is_trust(check) || looseners == 0) continue;
    offer(best, evidence, on(base, Shown::unknown, settings_with(looseners)),
          gain_of(worlds, Shown::unknown, looseners));
  }
}

const Check& check_of(std::uint32_t flag) {
  return *std::find_if(checks().begin(), checks().end(), [&](const Check& one) { return one.flag == flag; });
}

/// The best chain of several defects under these settings. A chain with one is the simpler evidence, so that one of
/// several has to tell clearly more.
void offer_several(std::optional<RowProbe>& best, const Evidence& evidence, const Base& base, unsigned looseners,
                   const std::vector<std::vector<World>>& worlds) {
  constexpr double clearly = 1.15;
  const auto& ranks = defects_by_rank();
  std::vector<double> chance;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const auto& check = check_of(ranks[i].flag);
    chance.push_back(chance_of(worlds[i], is_trust(check) ? Shown::unknown : check.shown, looseners));
  }
  for (unsigned set = 1; set < 1U << ranks.size(); ++set) {
    std::vector<double> chances;
    std::uint32_t flags = 0;
    bool usable = true;
    int last_alert = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      if ((set & 1U << i) == 0) continue;
      // What is certain to pass or to be refused tells nothing; of two with one alert nobody knows which it was.
      usable = usable && chance[i] > 0 && chance[i] < 1 && ranks[i].alert != last_alert;
      // What ignorelocaltime does to a leaf that is not yet valid is no question of its own.
      usable = usable && !(ranks[i].alone == Shown::not_yet && (looseners & by_time) != 0);
      last_alert = ranks[i].alert;
      flags |= ranks[i].flag;
      chances.push_back(chance[i]);
    }
    // Expired and not yet valid at once takes two certificates.
    constexpr std::uint32_t both_dates = 0x201;
    if (!usable || chances.size() < 2 || (base.direct && (flags & both_dates) == both_dates)) continue;
    const double gain = ranked_gain(chances) / clearly;
    offer(best, evidence, on(base, Shown::several, settings_with(looseners), static_cast<int>(flags)), gain);
  }
}

/// Every set of settings that is worth trying, with all defects that are still open.
void offer_several(std::optional<RowProbe>& best, const Evidence& evidence, const Base& base) {
  if (!alerts_are_ranked(evidence, base)) return;
  const unsigned usable = ~known_to_open_all(evidence, base);
  std::vector<std::vector<World>> worlds;
  for (const auto& defect : defects_by_rank()) worlds.push_back(worlds_left(evidence, base, check_of(defect.flag)));
  for (unsigned looseners = 0; looseners < 32; ++looseners) {
    if ((looseners & ~usable) == 0) offer_several(best, evidence, base, looseners, worlds);
  }
}

/// ignorecertitem with the bit for "revoked" alone: no chain here has that defect, so only a setting that opens
/// everything whatever its value lets one pass.
Settings harmless(unsigned knob) {
  auto settings = settings_with(knob);
  if (knob == by_items) settings.ignore_items = 0x2;
  return settings;
}

/// A knob that lets an unknown CA pass: does it let everything pass?
std::optional<RowProbe> next_for_open_knobs(const Evidence& evidence, const Base& base) {
  const auto trust = worlds_left(evidence, base, checks().front());
  if (trust.empty()) return std::nullopt;
  for (const unsigned knob : {by_items, by_signature, by_chain}) {
    if (!std::all_of(trust.begin(), trust.end(), [&](const World& world) { return (world.opens & knob) != 0; }))
      continue;
    const auto probe = on(base, Shown::everything_wrong, harmless(knob));
    if (cannot_be_set(evidence, probe.settings)) continue;
    if (answer_to(evidence, probe).state == Reading::State::absent ||
        (!acceptance(answer_to(evidence, probe, least_for(evidence, probe))) && !is_exhausted(evidence, probe)))
      return RowProbe{probe, least_for(evidence, probe), 1};
  }
  return std::nullopt;
}

void offer_depth(std::optional<RowProbe>& best, const Evidence& evidence, const Base& base) {
  const auto limits = limits_left(evidence, base);
  const auto weight = [](int limit) {
    return limit == usual_limit ? usual_limit_share : (1 - usual_limit_share) / depth_searched;
  };
  for (int depth = 2; depth <= depth_searched; ++depth) {
    double all = 0, accepted = 0;
    for (const int limit : limits) {
      all += weight(limit);
      if (depth <= limit) accepted += weight(limit);
    }
    if (all > 0) offer(best, evidence, on(base, Shown::own_deep, {}, depth), entropy(accepted / all));
  }
}

}  // namespace

Settings settings_with(unsigned looseners) {
  Settings settings;
  settings.sni_off = (looseners & by_sni) != 0;
  settings.ignore_time = (looseners & by_time) != 0;
  settings.ignore_items = (looseners & by_items) != 0 ? all_items : 0;
  settings.ignore_signature = (looseners & by_signature) != 0;
  settings.ignore_chain = (looseners & by_chain) != 0;
  return settings;
}

unsigned looseners_in(const Settings& settings) {
  return (settings.sni_off ? by_sni : 0U) | (settings.ignore_time ? by_time : 0U) |
         (settings.ignore_items != 0 ? by_items : 0U) | (settings.ignore_signature ? by_signature : 0U) |
         (settings.ignore_chain ? by_chain : 0U);
}

const std::vector<Check>& checks() {
  static const std::vector<Check> all{
      {Shown::no_ca_attributes, all_knobs, 0x8},  {Shown::wrong_host, all_knobs | by_sni, 0x4},
      {Shown::expired, all_knobs | by_time, 0x1}, {Shown::not_yet, all_knobs, 0x200},
      {Shown::eku_client, all_knobs, 0x1000},     {Shown::usage_certsign, all_knobs, 0x800},
  };
  return all;
}

bool World::accepts(Shown shown, unsigned looseners) const {
  if ((opens & looseners) != 0) return true;
  if (shown == Shown::unknown) return false;
  return habit == Habit::unchecked || (habit == Habit::by_item && (looseners & by_items) != 0);
}

std::vector<World> worlds_left(const Evidence& evidence, const Base& base, const Check& check) {
  auto worlds = all_worlds(check);
  const unsigned open = known_to_open_all(evidence, base) & check.may_loosen;
  std::erase_if(worlds, [&](const World& world) {
    return (world.opens & open) != open && !(world.habit == Habit::unchecked && world.opens == 0);
  });
  keep_consistent(worlds, evidence, base, check.shown);
  if (is_trust(check)) keep_consistent(worlds, evidence, base, Shown::unknown);
  keep_consistent_with_several(worlds, evidence, base, check);
  return worlds;
}

bool may_open_all(const Evidence& evidence, const Base& base, unsigned knob) {
  const auto trust = worlds_left(evidence, base, checks().front());
  const bool lets_unknown_pass =
      std::any_of(trust.begin(), trust.end(), [&](const World& world) { return (world.opens & knob) != 0; });
  const auto probe = on(base, Shown::everything_wrong, harmless(knob));
  return lets_unknown_pass && !acceptance(answer_to(evidence, probe, least_for(evidence, probe)));
}

unsigned known_to_open_all(const Evidence& evidence, const Base& base) {
  unsigned open = 0;
  for (const unsigned knob : {by_items, by_signature, by_chain}) {
    const auto probe = on(base, Shown::everything_wrong, harmless(knob));
    if (acceptance(answer_to(evidence, probe, least_for(evidence, probe))).value_or(false)) open |= knob;
  }
  return open;
}

std::vector<int> limits_left(const Evidence& evidence, const Base& base) {
  if (!base.found || (base.direct && !base.only_direct)) return {};
  if (base.direct) return {0};
  std::vector<int> limits;
  for (int limit = 1; limit <= depth_searched; ++limit) limits.push_back(limit);
  for (int depth = 2; depth <= depth_searched; ++depth) {
    const auto probe = on(base, Shown::own_deep, {}, depth);
    const auto answer = acceptance(answer_to(evidence, probe, least_for(evidence, probe)));
    if (answer) std::erase_if(limits, [&](int limit) { return (depth <= limit) != *answer; });
  }
  return limits;
}

std::optional<RowProbe> next_row_probe(const Evidence& evidence, const Base& base) {
  if (!base.found) return std::nullopt;
  const auto name = on(base, Shown::wrong_host);
  if (!is_exhausted(evidence, name) && !answer_to(evidence, name, least_for(evidence, name)).settled())
    return RowProbe{name, least_for(evidence, name), 1};
  if (auto open = next_for_open_knobs(evidence, base)) return open;
  std::optional<RowProbe> best;
  offer_check(best, evidence, base, checks().front());
  if (best) return best;
  for (const auto& check : checks()) offer_check(best, evidence, base, check);
  offer_several(best, evidence, base);
  offer_depth(best, evidence, base);
  return best;
}

}  // namespace epki::infer

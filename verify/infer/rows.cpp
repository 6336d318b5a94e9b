#include "verify/infer/rows.hpp"

#include <algorithm>

#include "verify/infer/base.hpp"
#include "verify/infer/factors.hpp"
#include "verify/infer/reading.hpp"

namespace epki::infer {

namespace {

using What = Bound::What;
using Habit = World::Habit;
using Worlds = std::vector<World>;

const Bound user{What::user, -1};

template <class Fits>
bool all(const Worlds& worlds, Fits fits) {
  return !worlds.empty() && std::all_of(worlds.begin(), worlds.end(), fits);
}

/// "checked", "unchecked", or "unknown" where the worlds that are left differ.
std::string_view habit(const Worlds& worlds) {
  if (all(worlds, [](const World& world) { return world.habit == Habit::checked; })) return "checked";
  if (all(worlds, [](const World& world) { return world.habit == Habit::unchecked; })) return "unchecked";
  return "unknown";
}

/// Whether a loosener switches the check off: nothing where the worlds that are left differ.
std::optional<bool> opens(const Worlds& worlds, unsigned loosener) {
  if (all(worlds, [&](const World& world) { return (world.opens & loosener) != 0; })) return true;
  if (all(worlds, [&](const World& world) { return (world.opens & loosener) == 0; })) return false;
  return std::nullopt;
}

std::string_view loosened(const Worlds& worlds, unsigned loosener, std::string_view word) {
  const auto plain = habit(worlds);
  if (plain != "checked") return plain;
  const auto by = opens(worlds, loosener);
  if (!by) return "unknown";
  return *by ? word : "checked";
}

std::string_view validity(const Worlds& expired, const Worlds& not_yet) {
  // Only one of the two accepted: the modem's clock is wrong, not unchecked.
  if (habit(expired) != habit(not_yet)) return "unknown";
  return loosened(expired, by_time, "by-knob");
}

std::string_view ca_attributes(const Worlds& worlds) {
  if (all(worlds, [](const World& world) { return world.habit == Habit::by_item; })) return "by-knob";
  const auto plain = habit(worlds);
  if (plain == "checked") return "required";
  return plain == "unchecked" ? "not-required" : "unknown";
}

std::string limit(const std::vector<int>& left) {
  return left.size() == 1 && left.front() < depth_searched ? std::to_string(left.front()) : "unknown";
}

std::string knob(const Evidence& evidence, const Base& base, unsigned loosener) {
  if ((known_to_open_all(evidence, base) & loosener) != 0) return "trusts-any";
  if (may_open_all(evidence, base, loosener)) return "unknown";
  std::uint32_t mask = 0;
  for (const auto& check : checks()) {
    const auto worlds = worlds_left(evidence, base, check);
    // A check that is never made cannot be seen to be switched off.
    if (check.shown != Shown::no_ca_attributes && habit(worlds) == "unchecked") continue;
    const auto by = opens(worlds, loosener);
    if (!by) return "unknown";
    if (*by) mask |= check.flag;
  }
  return mask == 0 ? "no-effect" : mask_text(mask);
}

std::string_view checked(const Reading& reading) {
  if (reading.is(Outcome::accepted)) return "unchecked";
  if (reading.is(Outcome::refused) || reading.is(Outcome::completed)) return "checked";
  return "unknown";
}

void read_rows_on(const Base& base, const Evidence& evidence, Policy& policy) {
  const auto left = [&](std::size_t index) { return worlds_left(evidence, base, checks()[index]); };
  policy.set("ca_attributes", ca_attributes(left(0)));
  policy.set("hostname", loosened(left(1), by_sni, "checked-with-sni"));
  policy.set("validity", validity(left(2), left(3)));
  policy.set("eku", habit(left(4)));
  policy.set("signature", checked(read_forged(evidence)));
  policy.set("max_intermediates", limit(limits_left(evidence, base)));
  policy.set("ignorecertitem", knob(evidence, base, by_items));
  policy.set("ignoreinvalidcertsign", knob(evidence, base, by_signature));
  policy.set("ignoremulticertchainverify", knob(evidence, base, by_chain));
  // An intermediate with no chain below it leaves open whether it is U's nature or the chain's length.
  // Where nothing came back, nobody judged.
  const auto of_user = answer_to(evidence, {base.direct ? Shown::own_direct : Shown::own_chain, user});
  const bool user_judged = of_user.settled() && (is_telling(of_user.outcome) || of_user.outcome == Outcome::not_sent);
  if (base.bound == user) policy.set("self_signed_upload", "accepted");
  if (base.bound.what == What::user_intermediate && user_judged) policy.set("self_signed_upload", "refused");
}

/// Where nobody holds a key: what the genuine chain of an anchor answers when one thing about it is changed.
class ByReplay {
 public:
  ByReplay(const Evidence& evidence, int anchor) : evidence_(evidence), anchor_(anchor) {}

  bool is_readable() const {
    return reading(Shown::replay, {}).passed() && reading(Shown::unknown_like, {}).rejected();
  }
  bool forged_is_accepted() const { return reading(Shown::forged_genuine, {}).is(Outcome::accepted); }
  std::string_view hostname() const { return row(Shown::replay_wrong_name, {}, {.sni_off = true}, "checked-with-sni"); }
  std::string_view validity() const {
    return row(Shown::replay, {.clock = Settings::Clock::past_the_end},
               {.ignore_time = true, .clock = Settings::Clock::past_the_end}, "by-knob");
  }
  std::string_view signature() const {
    const auto forged = reading(Shown::forged_genuine, {});
    if (forged.is(Outcome::accepted)) return "unchecked";
    if (forged.is(Outcome::refused)) return "checked";
    return reading(Shown::flipped_twin, {}).rejected() ? "checked" : "unknown";
  }

 private:
  Reading reading(Shown shown, const Settings& settings) const {
    return answer_to(evidence_, {shown, user, anchor_, settings});
  }
  std::string_view row(Shown shown, const Settings& strict, const Settings& loose, std::string_view by) const {
    const auto plain = reading(shown, strict);
    if (plain.passed()) return "unchecked";
    if (!plain.rejected()) return "unknown";
    const auto loosened = reading(shown, loose);
    if (loosened.passed()) return by;
    return loosened.rejected() ? "checked" : "unknown";
  }
  const Evidence& evidence_;
  int anchor_;
};

void read_rows_by_replay(const Evidence& evidence, Policy& policy) {
  const auto set = [&](std::string_view row, std::string_view value) {
    if (policy.at(row) == "unknown") policy.set(row, value);
  };
  for (std::size_t i = 0; i < evidence.anchors.size(); ++i) {
    const int anchor = static_cast<int>(i);
    const ByReplay one(evidence, anchor);
    if (one.forged_is_accepted()) set("signature", "unchecked");
    // 51 says something only where an unknown chain gets another answer.
    if (!one.is_readable()) continue;
    set("hostname", one.hostname());
    set("validity", one.validity());
    set("signature", one.signature());
  }
}

std::string_view decided(const Evidence& evidence) {
  auto unknown = answer_to(evidence, {Shown::unknown, user});
  for (std::size_t i = 0; i < evidence.anchors.size() && unknown.is(Outcome::not_sent); ++i)
    unknown = answer_to(evidence, {Shown::unknown, {What::genuine, static_cast<int>(i)}});
  // A budget may leave it out where a chain of U itself was refused as one of an unknown CA.
  if (unknown.state == Reading::State::absent) {
    const auto own = answer_to(evidence, {Shown::own_chain, user});
    if (own.refused(alert_unknown_ca)) unknown = own;
  }
  if (unknown.is(Outcome::refused)) return "in-handshake";
  if (unknown.is(Outcome::completed)) return "after-handshake";
  return "unknown";
}

std::string_view anchors(Class verdict) {
  switch (verdict) {
    case Class::inconclusive: return "unknown";
    case Class::uploaded_not_honoured: return "uploaded";  // others that were uploaded count
    default: return word(verdict);
  }
}

}  // namespace

Policy read_rows(const Evidence& evidence, Class verdict) {
  Policy policy = unknown_policy();
  policy.set("anchors", anchors(verdict));
  policy.set("decided", decided(evidence));
  // Before an unknown CA was seen to be refused, an accepted chain says nothing of any check.
  if (policy.at("decided") == "unknown") return canonical(policy);
  const auto base = base_of(evidence);
  if (base.found) {
    read_rows_on(base, evidence, policy);
  } else {
    read_rows_by_replay(evidence, policy);
  }
  auto seen = canonical(policy);
  // A chain that fits a client without intermediates may have shown what no public one would.
  if (seen.at("max_intermediates") == "0") seen.set("anchors", policy.at("anchors"));
  return seen;
}

bool names_checked(const Evidence& evidence) {
  const auto base = base_of(evidence);
  if (base.found) return checked(answer_to(evidence, on(base, Shown::wrong_host), evidence.repeat)) == "checked";
  const auto policy = read_rows(evidence, Class::built_in);
  return policy.at("hostname") == "checked" || policy.at("hostname") == "checked-with-sni";
}

}  // namespace epki::infer

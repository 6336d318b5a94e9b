#pragma once
// A TLS client as a table of habits: what it answers to a probe, worked out from the measured alerts of four stacks
// (docs/trust-verdicts.md). It shares nothing with the simulated modem nor with infer's own hypotheses. The tests of
// infer and trial play it.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "verify/infer/evidence.hpp"
#include "verify/infer/policy.hpp"

namespace epki::infer::testing {

/// What a setting does to this client when it is on.
struct KnobHabit {
  bool opens_all = false;
  unsigned mask = 0;  ///< verify flags that it clears
};

struct ModelClient {
  enum class Anchors { unverified, uploaded, both, built_in, when_nothing, nothing_honoured };
  enum class Stack { mbedtls, openssl, gnutls, wolfssl };
  enum class Decided { in_handshake, after_handshake, never };
  enum class CaAttributes { required, by_knob, not_required };

  Anchors anchors = Anchors::uploaded;
  Stack stack = Stack::mbedtls;
  Decided decided = Decided::in_handshake;
  std::vector<int> built_in{};  ///< which anchors the firmware holds
  bool checks_name = true, checks_time = true, checks_signature = true, checks_eku = true;
  CaAttributes ca_attributes = CaAttributes::required;
  bool time_by_knob = false, name_needs_sni = false;
  bool self_signed_uploads = true;
  bool other_keys = true;  ///< false: only a root with the other kind of key is honoured
  int most_intermediates = 8;
  KnobHabit items{}, signature{}, chain{};
  bool loses_alerts = false;
  bool refuses_user_locally = false, refuses_nothing_locally = false;
  bool verifies_without_ca = true;  ///< false: with nothing bound, nothing is verified
  bool clock_behind = false;        ///< before the genuine chain's begin

  Attempt answer(const Probe& probe) const;
  Policy policy() const;  ///< as a persona would state it

 private:
  unsigned defects(const Probe& probe) const;
  bool knows_root(const Probe& probe) const;
};

namespace detail {

using What = Bound::What;
inline constexpr unsigned expired = 0x1, other_name = 0x4, not_trusted = 0x8, not_yet = 0x200, key_usage = 0x800,
                          extended_usage = 0x1000;

inline bool is_genuine(Shown shown) {
  return shown == Shown::replay || shown == Shown::flipped_twin || shown == Shown::replay_wrong_name;
}

/// Whether what is bound is the root (or the issuer) of what is shown.
inline bool bound_signs(const Probe& probe) {
  const auto [shown, bound, anchor] = std::tuple(probe.shown, probe.bound, probe.anchor);
  if (shown == Shown::several && (static_cast<unsigned>(probe.depth) & not_trusted) != 0) return false;
  if (shown == Shown::unknown || shown == Shown::unknown_like || shown == Shown::everything_wrong ||
      shown == Shown::own_certificate || shown == Shown::forgery)
    return false;
  if (is_genuine(shown) || shown == Shown::forged_genuine) {
    return (bound.what == What::genuine || bound.what == What::genuine_issuer) && bound.anchor == anchor;
  }
  return bound.what != What::genuine && bound.what != What::genuine_issuer && bound.what != What::nothing;
}

inline int intermediates(const Probe& probe) {
  switch (probe.shown) {
    case Shown::own_deep: return probe.depth;
    case Shown::own_chain:
    case Shown::keyless:
    case Shown::unknown_like:
    case Shown::no_ca_attributes: return 1;
    case Shown::replay:
    case Shown::flipped_twin:
    case Shown::replay_wrong_name: return probe.bound.what == What::genuine_issuer ? 0 : 1;
    default: return 0;
  }
}

}  // namespace detail

inline bool ModelClient::knows_root(const Probe& probe) const {
  using detail::What;
  const bool of_genuine = detail::is_genuine(probe.shown) || probe.shown == Shown::forged_genuine;
  const bool in_firmware = of_genuine && std::find(built_in.begin(), built_in.end(), probe.anchor) != built_in.end();
  const auto what = probe.bound.what;
  const bool self_signed =
      what != What::user_intermediate && what != What::genuine_issuer && what != What::no_attributes_issuer;
  const bool honoured = (self_signed_uploads || !self_signed) && (other_keys || what != What::user) &&
                        anchors != Anchors::nothing_honoured;
  const bool by_upload = anchors != Anchors::built_in && honoured && detail::bound_signs(probe);
  return by_upload || (in_firmware && (anchors == Anchors::both || anchors == Anchors::built_in ||
                                       (anchors == Anchors::when_nothing && what == What::nothing)));
}

inline unsigned ModelClient::defects(const Probe& probe) const {
  using detail::What;
  const auto& set = probe.settings;
  unsigned flags = 0;
  const auto shown = probe.shown;
  const auto has = [&](Shown alone, unsigned flag) {
    return shown == alone || shown == Shown::everything_wrong ||
           (shown == Shown::several && (static_cast<unsigned>(probe.depth) & flag) != 0);
  };
  const bool minds_time = checks_time && !(time_by_knob && set.ignore_time);
  const bool past = set.clock == Settings::Clock::past_the_end && detail::is_genuine(shown);
  if (minds_time && (has(Shown::expired, detail::expired) || past)) flags |= detail::expired;
  if (minds_time && has(Shown::not_yet, detail::not_yet)) flags |= detail::not_yet;
  if (minds_time && clock_behind && detail::is_genuine(shown) && !past) flags |= detail::not_yet;
  const bool forged = shown == Shown::badsig || shown == Shown::flipped_twin || shown == Shown::forged_genuine;
  const bool lacks = shown == Shown::no_ca_attributes || probe.bound.what == What::no_attributes ||
                     probe.bound.what == What::no_attributes_issuer;
  const bool waived = ca_attributes == CaAttributes::not_required ||
                      (ca_attributes == CaAttributes::by_knob && (set.ignore_items & detail::not_trusted) != 0);
  if (!knows_root(probe) || (forged && checks_signature) || (lacks && !waived) ||
      detail::intermediates(probe) > most_intermediates)
    flags |= detail::not_trusted;
  const bool wrong_name = has(Shown::wrong_host, detail::other_name) || shown == Shown::replay_wrong_name;
  if (wrong_name && checks_name && !(name_needs_sni && set.sni_off)) flags |= detail::other_name;
  const bool for_clients = has(Shown::eku_client, detail::extended_usage);
  if (for_clients && checks_eku) flags |= detail::extended_usage;
  if (has(Shown::usage_certsign, detail::key_usage)) flags |= detail::key_usage;
  flags &= ~(set.ignore_items & items.mask);
  if (set.ignore_signature) flags &= ~signature.mask;
  if (set.ignore_chain) flags &= ~chain.mask;
  return flags;
}

inline Attempt ModelClient::answer(const Probe& probe) const {
  using detail::What;
  Attempt seen{probe, Outcome::refused, std::nullopt, true};
  const auto with = [&](Outcome outcome, std::optional<int> alert = std::nullopt) {
    seen.outcome = outcome;
    seen.alert = alert;
    if (outcome == Outcome::refused && loses_alerts) {
      seen.outcome = Outcome::closed;
      seen.alert.reset();
    }
    return seen;
  };
  const auto& bound = probe.bound;
  if (bound.what == What::user && refuses_user_locally) return with(Outcome::not_sent);
  if (bound.what == What::nothing && refuses_nothing_locally) return with(Outcome::not_sent);
  const auto& set = probe.settings;
  const bool opened = (items.opens_all && set.ignore_items != 0) || (signature.opens_all && set.ignore_signature) ||
                      (chain.opens_all && set.ignore_chain);
  const bool blind = anchors == Anchors::unverified || decided == Decided::never || opened ||
                     (bound.what == What::nothing && !verifies_without_ca);
  const unsigned flags = defects(probe);
  // mbedTLS's order (trust probing, 3).
  int alert = 0;
  if ((flags & detail::not_yet) != 0) alert = 46;
  if ((flags & detail::not_trusted) != 0) alert = 48;
  if ((flags & detail::expired) != 0) alert = 45;
  if ((flags & (detail::key_usage | detail::extended_usage)) != 0) alert = 43;
  if ((flags & detail::other_name) != 0) alert = 42;
  const bool bad_signature =
      probe.shown == Shown::badsig || probe.shown == Shown::flipped_twin || probe.shown == Shown::forged_genuine;
  if (stack == Stack::openssl && bad_signature && knows_root(probe) && alert == 48) alert = 51;
  if (stack == Stack::gnutls && alert != 0) alert = 42;
  if (stack == Stack::wolfssl && bad_signature && alert == 48 && knows_root(probe)) alert = 42;
  // The library's own limit is an error of its own, whoever looks at the verdict later (trust probing, 5).
  const bool beyond = detail::intermediates(probe) > 8 && stack == Stack::mbedtls && !blind;
  if (beyond) return with(Outcome::refused, 49);

  if (alert != 0 && !blind && decided == Decided::in_handshake) return with(Outcome::refused, alert);
  if (is_keyless(probe.shown)) {
    return stack == Stack::wolfssl ? with(Outcome::closed) : with(Outcome::refused, 51);
  }
  return with(alert == 0 || blind ? Outcome::accepted : Outcome::completed);
}

inline std::string knob_words(const KnobHabit& habit) {
  if (habit.opens_all) return "trusts-any";
  return habit.mask == 0 ? "no-effect" : std::to_string(habit.mask);
}

inline Policy ModelClient::policy() const {
  Policy policy = unknown_policy();
  constexpr std::array words{"unverified", "uploaded", "union", "built-in", "built-in-when-nothing-uploaded",
                             "built-in"};
  constexpr std::array when{"in-handshake", "after-handshake", "never"};
  constexpr std::array attributes{"required", "by-knob", "not-required"};
  policy.set("anchors", words.at(static_cast<std::size_t>(anchors)));
  policy.set("hostname", !checks_name ? "unchecked" : name_needs_sni ? "checked-with-sni" : "checked");
  policy.set("validity", !checks_time ? "unchecked" : time_by_knob ? "by-knob" : "checked");
  policy.set("signature", checks_signature ? "checked" : "unchecked");
  policy.set("eku", checks_eku ? "checked" : "unchecked");
  policy.set("ca_attributes", attributes.at(static_cast<std::size_t>(ca_attributes)));
  policy.set("max_intermediates", std::to_string(most_intermediates));
  policy.set("self_signed_upload", self_signed_uploads ? "accepted" : "refused");
  policy.set("decided", when.at(static_cast<std::size_t>(decided)));
  policy.set("ignorecertitem", knob_words(items));
  policy.set("ignoreinvalidcertsign", knob_words(signature));
  policy.set("ignoremulticertchainverify", knob_words(chain));
  return policy;
}

/// Everything that a full run tries, `repeat` times each, answered by this client.
inline Evidence full_run(const ModelClient& client, int anchors = 1, int repeat = 3) {
  using detail::What;
  Evidence evidence;
  evidence.repeat = repeat;
  const auto shoot = [&](const Probe& probe) {
    for (int i = 0; i < repeat; ++i) evidence.attempts.push_back(client.answer(probe));
  };
  const Bound user{What::user, -1}, issuer{What::user_intermediate, -1};
  for (const auto shown : {Shown::own_chain, Shown::unknown, Shown::badsig, Shown::wrong_host, Shown::expired,
                           Shown::not_yet, Shown::eku_client}) {
    shoot({shown, user});
  }
  shoot({Shown::wrong_host, user, -1, {.sni_off = true}});
  shoot({Shown::expired, user, -1, {.ignore_time = true}});
  shoot({Shown::own_direct, user});
  shoot({Shown::own_chain, issuer});
  shoot({Shown::own_direct, issuer});
  shoot({Shown::own_chain, {What::other_key, -1}});
  for (int i = 0; i < anchors; ++i) {
    evidence.anchors.push_back({"CN=Root " + std::to_string(i + 1), std::string(64, 'a'), "www.example.test"});
    for (const auto shown : {Shown::replay, Shown::unknown_like, Shown::flipped_twin}) {
      shoot({shown, user, i});
      shoot({shown, {What::nothing, -1}, i});
      for (int j = 0; j < anchors; ++j) shoot({shown, {What::genuine, j}, i});
    }
    for (const auto shown : {Shown::replay_wrong_name, Shown::keyless, Shown::forged_genuine}) shoot({shown, user, i});
    shoot({Shown::replay_wrong_name, user, i, {.sni_off = true}});
    for (const bool ignored : {false, true})
      shoot({Shown::replay, user, i, {.ignore_time = ignored, .clock = Settings::Clock::past_the_end}});
    for (const auto shown : {Shown::replay, Shown::unknown_like}) shoot({shown, {What::genuine_issuer, i}, i});
    shoot({Shown::unknown, {What::genuine, i}});
  }
  return evidence;
}

}  // namespace epki::infer::testing

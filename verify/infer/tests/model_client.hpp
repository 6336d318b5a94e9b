#pragma once
// A TLS client as a table of habits: what it answers to a probe, worked out from the measured alerts of four stacks
// (docs/verify.md). It shares nothing with the simulated modem. The tests of infer and trial play it.

#include <algorithm>
#include <string>
#include <vector>

#include "verify/infer/evidence.hpp"

namespace epki::infer::testing {

struct ModelClient {
  enum class Anchors { unverified, uploaded, both, built_in, when_nothing, nothing_honoured };
  enum class Stack { mbedtls, openssl, gnutls, wolfssl };
  enum class Decided { in_handshake, after_handshake, never };

  Anchors anchors = Anchors::uploaded;
  Stack stack = Stack::mbedtls;
  Decided decided = Decided::in_handshake;
  std::vector<int> built_in{};  ///< which anchors the firmware holds
  bool checks_name = true, checks_time = true, checks_signature = true, checks_eku = true;
  bool time_by_knob = false, name_needs_sni = false;
  bool self_signed_uploads = true;
  bool other_keys = true;  ///< false: only a root with the other kind of key is honoured
  int most_intermediates = 8;
  bool loses_alerts = false;
  bool refuses_user_locally = false, refuses_nothing_locally = false;
  bool verifies_without_ca = true;  ///< false: with nothing bound, nothing is verified
  bool clock_behind = false;        ///< before the genuine chain's begin

  Attempt answer(Shown shown, Bound bound, int anchor = -1, Knob knob = Knob::none) const;
};

namespace detail {

using What = Bound::What;

inline bool keyless(Shown shown) {
  return shown == Shown::keyless || shown == Shown::replay || shown == Shown::unknown_like ||
         shown == Shown::flipped_twin || shown == Shown::replay_wrong_name;
}

inline bool is_genuine(Shown shown) {
  return shown == Shown::replay || shown == Shown::flipped_twin || shown == Shown::replay_wrong_name;
}

/// Whether what is bound is the root (or the issuer) of what is shown.
inline bool bound_signs(Shown shown, const Bound& bound, int anchor) {
  if (shown == Shown::unknown || shown == Shown::unknown_like) return false;
  if (is_genuine(shown)) {
    return (bound.what == What::genuine || bound.what == What::genuine_issuer) && bound.anchor == anchor;
  }
  return bound.what == What::user || bound.what == What::user_intermediate || bound.what == What::other_key;
}

}  // namespace detail

inline Attempt ModelClient::answer(Shown shown, Bound bound, int anchor, Knob knob) const {
  using detail::What;
  Attempt seen{shown, bound, anchor, knob, Outcome::refused, std::nullopt, true};
  const auto with = [&](Outcome outcome, std::optional<int> alert = std::nullopt) {
    seen.outcome = outcome;
    seen.alert = alert;
    if (outcome == Outcome::refused && loses_alerts) {
      seen.outcome = Outcome::closed;
      seen.alert.reset();
    }
    return seen;
  };
  if (bound.what == What::user && refuses_user_locally) return with(Outcome::not_sent);
  if (bound.what == What::nothing && refuses_nothing_locally) return with(Outcome::not_sent);

  const bool in_firmware =
      detail::is_genuine(shown) && std::find(built_in.begin(), built_in.end(), anchor) != built_in.end();
  const bool self_signed = bound.what != What::user_intermediate && bound.what != What::genuine_issuer;
  const bool honoured = (self_signed_uploads || !self_signed) && (other_keys || bound.what != What::user) &&
                        anchors != Anchors::nothing_honoured;
  const bool by_upload = anchors != Anchors::built_in && honoured && detail::bound_signs(shown, bound, anchor);
  const bool by_firmware = in_firmware && (anchors == Anchors::both || anchors == Anchors::built_in ||
                                           (anchors == Anchors::when_nothing && bound.what == What::nothing));
  const bool root_known = by_upload || by_firmware;
  const bool bad_signature = shown == Shown::badsig || shown == Shown::flipped_twin;
  const bool trusted = root_known && (!bad_signature || !checks_signature);
  const bool ends_at_issuer = detail::is_genuine(shown) && bound.what == What::genuine_issuer;
  const int above_leaf = shown == Shown::own_direct || shown == Shown::badsig || ends_at_issuer ? 0 : 1;
  const bool too_long = above_leaf > most_intermediates;
  const bool wrong_name = shown == Shown::wrong_host || shown == Shown::replay_wrong_name;
  const bool minds_name = checks_name && !(name_needs_sni && knob == Knob::no_sni);
  const bool minds_time = checks_time && !(time_by_knob && knob == Knob::ignore_time);
  const bool blind = anchors == Anchors::unverified || decided == Decided::never ||
                     (bound.what == What::nothing && !verifies_without_ca);

  int alert = 0;
  if (shown == Shown::not_yet && minds_time) alert = 46;
  if (clock_behind && detail::is_genuine(shown) && minds_time) alert = 46;
  if (!trusted || too_long) alert = 48;
  if (shown == Shown::expired && minds_time) alert = 45;
  if (shown == Shown::eku_client && checks_eku) alert = 43;
  if (wrong_name && minds_name) alert = 42;
  if (stack == Stack::openssl && bad_signature && root_known && alert == 48) alert = 51;
  if (stack == Stack::gnutls && alert != 0) alert = 42;
  if (stack == Stack::wolfssl && bad_signature && alert == 48 && root_known) alert = 42;

  if (alert != 0 && !blind && decided == Decided::in_handshake) return with(Outcome::refused, alert);
  if (detail::keyless(shown)) {
    return stack == Stack::wolfssl ? with(Outcome::closed) : with(Outcome::refused, 51);
  }
  return with(alert == 0 || blind ? Outcome::accepted : Outcome::completed);
}

/// Everything that a full run tries, `repeat` times each, answered by this client.
inline Evidence full_run(const ModelClient& client, int anchors = 1, int repeat = 3) {
  using detail::What;
  Evidence evidence;
  evidence.repeat = repeat;
  const auto shoot = [&](Shown shown, Bound bound, int anchor = -1, Knob knob = Knob::none) {
    for (int i = 0; i < repeat; ++i) evidence.attempts.push_back(client.answer(shown, bound, anchor, knob));
  };
  const Bound user{What::user, -1};
  for (const auto shown : {Shown::own_chain, Shown::unknown, Shown::badsig, Shown::wrong_host, Shown::expired,
                           Shown::not_yet, Shown::eku_client}) {
    shoot(shown, user);
  }
  shoot(Shown::wrong_host, user, -1, Knob::no_sni);
  shoot(Shown::expired, user, -1, Knob::ignore_time);
  shoot(Shown::own_direct, user);
  shoot(Shown::own_chain, {What::user_intermediate, -1});
  shoot(Shown::own_chain, {What::other_key, -1});
  for (int i = 0; i < anchors; ++i) {
    evidence.anchors.push_back({"CN=Root " + std::to_string(i + 1), std::string(64, 'a'), "www.example.test"});
    for (const auto shown : {Shown::replay, Shown::unknown_like, Shown::flipped_twin}) {
      shoot(shown, user, i);
      shoot(shown, {What::nothing, -1}, i);
      for (int j = 0; j < anchors; ++j) shoot(shown, {What::genuine, j}, i);
    }
    shoot(Shown::replay_wrong_name, user, i);
    shoot(Shown::keyless, user, i);
    shoot(Shown::replay, {What::genuine_issuer, i}, i);
    shoot(Shown::unknown, {What::genuine, i});
  }
  return evidence;
}

}  // namespace epki::infer::testing

#include "verify/infer/replays.hpp"

#include "verify/infer/base.hpp"

namespace epki::infer {

namespace {

using What = Bound::What;

/// A clause on why a control that should have been rejected by alert was not.
std::string unreadable(const Reading& reading) {
  switch (reading.state) {
    case Reading::State::absent: return "the control " + reading.name + " was not run";
    case Reading::State::too_few: return "the control " + reading.name + " was not repeated often enough";
    case Reading::State::mixed: return "the control " + reading.name + " contradicts itself: it " + reading.words;
    case Reading::State::no_case: return "the oracle does not agree with what " + reading.name + " is meant to be";
    case Reading::State::settled: break;
  }
  if (reading.passed()) {
    return "a chain that nobody can trust is answered like one that passed (" + reading.name +
           ": alert 51), so the modem judges chains after the key exchange or not at all";
  }
  if (reading.is(Outcome::closed)) {
    return "the modem closes without an alert (" + reading.name + "), so its answers cannot be told apart";
  }
  return "the control " + reading.words;
}

/// Why the positive control did not pass, in words that name the likely cause (alert precedence of mbedTLS).
std::string no_positive(const Reading& reading) {
  if (!reading.is(Outcome::refused)) return "the positive control P1 failed: it " + reading.words;
  std::string cause;
  switch (reading.alert.value_or(0)) {
    case 42: cause = "the name that was dialled is not one of the chain's, or a certificate cannot be read"; break;
    case 43: cause = "the modem takes no such key or usage"; break;
    case 45: cause = "the chain is expired by the modem's clock"; break;
    case 46: cause = "the modem's clock is before the chain's begin, or its signature algorithm is refused"; break;
    case 48: cause = "the root is refused even when it is bound, or the chain is too long"; break;
    default: cause = "unknown cause"; break;
  }
  return "the positive control P1 failed: with its own root bound the chain " + reading.words + ": " + cause;
}

struct Probes {
  Reading like, twin, replay, positive, issuer, positive_like, issuer_like, forged, forged_genuine, keyless, own,
      own_direct, own_issuer;
};

Probes read_all(const Evidence& evidence, int anchor, const Bound& under) {
  const int n = evidence.repeat;
  const Bound genuine{What::genuine, anchor}, user{}, issuer{What::user_intermediate, -1};
  return {read(evidence, {Shown::unknown_like, under, anchor}, n),
          read(evidence, {Shown::flipped_twin, under, anchor}, n),
          read(evidence, {Shown::replay, under, anchor}, n),
          read(evidence, {Shown::replay, genuine, anchor}, n),
          read(evidence, {Shown::replay, {What::genuine_issuer, anchor}, anchor}, n),
          read(evidence, {Shown::unknown_like, genuine, anchor}),
          read(evidence, {Shown::unknown_like, {What::genuine_issuer, anchor}, anchor}),
          read_forged(evidence),
          read(evidence, {Shown::forged_genuine, under, anchor}, n),
          read(evidence, {Shown::keyless, user, anchor}, n),
          read(evidence, {Shown::own_chain, user}, n),
          read(evidence, {Shown::own_direct, user}),
          read(evidence, {Shown::own_chain, issuer})};
}

/// The answer to a bad signature under a known issuer: 51 of a stack that says so (OpenSSL), or accepted.
bool minds_no_signature(const Reading& reading) {
  return reading.passed() || reading.is(Outcome::accepted);
}

/// Where a bad signature under an issuer it knows is no "unknown CA" to this client, the twin of a chain that it trusts
/// passes as well. C3 says beforehand whether that is so; where U does not count, the same under the genuine name.
bool twin_fits(const Probes& p) {
  if (p.twin.rejected() && p.twin.alert == p.like.alert) return true;
  return p.twin.passed() && p.replay.passed() && (minds_no_signature(p.forged) || minds_no_signature(p.forged_genuine));
}

/// Where self-signed uploads are refused, the chain's own intermediate shows that everything but trust is fine. Its
/// length too: a chain with one intermediate was accepted under another upload that is not self-signed. The root need
/// not be tried then: it is self-signed as U is.
bool passes_by_issuer(const Probes& p, const Anchor& who) {
  const bool untried = p.positive.state == Reading::State::absent && p.own.refused(alert_unknown_ca);
  const bool root_is_refused = untried || (p.positive.rejected() && p.positive.alert == p.like.alert);
  return root_is_refused && p.issuer.passed() && p.issuer_like.rejected() && p.own_issuer.is(Outcome::accepted) &&
         who.intermediates <= 1;
}

/// Neither U, nor an intermediate of it on its own, nor a root with another kind of key.
bool nothing_counts(const Evidence& evidence) {
  return answer_to(evidence, {Shown::own_chain, {}}).refused(alert_unknown_ca) &&
         answer_to(evidence, {Shown::own_direct, {What::user_intermediate, -1}}).rejected() &&
         answer_to(evidence, {Shown::own_chain, {What::other_key, -1}}).rejected();
}

std::string on_modem(const Anchor& anchor) {
  return "the replay passed, but its root lay on the modem already, in " + anchor.lies_on_modem;
}

Replay unusable(std::string why) {
  Replay replay;
  replay.why = std::move(why);
  return replay;
}

Replay unresolved(std::string why, bool contradictory) {
  Replay replay;
  replay.state = Replay::State::unresolved;
  replay.why = std::move(why);
  replay.contradictory = contradictory;
  return replay;
}

}  // namespace

Replay read_replay(const Evidence& evidence, int anchor, const Bound& under) {
  const auto& who = evidence.anchors[static_cast<std::size_t>(anchor)];
  if (!who.unusable.empty()) return unusable(who.unusable);
  const auto p = read_all(evidence, anchor, under);
  if (p.replay.state == Reading::State::mixed) {
    return unresolved("the replay contradicts itself: it " + p.replay.words, true);
  }
  if (!p.like.rejected()) return unusable(unreadable(p.like));
  const bool by_issuer = passes_by_issuer(p, who);
  if (!p.positive.passed() && !by_issuer) {
    if (p.positive.state == Reading::State::mixed)
      return unresolved("P1 contradicts itself: it " + p.positive.words, true);
    if (p.positive.settled()) return unusable(no_positive(p.positive));
    return unusable(nothing_counts(evidence) ? "no upload of any form counts, so that no positive control can pass"
                                             : unreadable(p.positive));
  }
  // A root that the modem cannot read may leave it with no CA at all, and then 51 means that nothing was judged.
  if (!by_issuer && !p.positive_like.rejected()) return unusable(unreadable(p.positive_like));
  if (!twin_fits(p)) {
    return unresolved("the twin with one flipped bit does not answer as it must: " + unreadable(p.twin),
                      p.twin.settled() || p.twin.state == Reading::State::mixed);
  }
  // Where U itself counts, its key-less chain must pass: else a 48 would say nothing about chains.
  const bool user_counts =
      p.own.is(Outcome::accepted) || (who.intermediates == 0 && p.own_direct.is(Outcome::accepted));
  if (under.what == What::user && user_counts && !p.keyless.passed()) {
    return unresolved("the key-less chain under the bound root should have passed: it " + p.keyless.words,
                      p.keyless.settled());
  }
  if (!p.replay.settled()) return unresolved(unreadable(p.replay), false);
  Replay result;
  if (p.replay.passed() && !who.lies_on_modem.empty()) return unresolved(on_modem(who), false);
  if (p.replay.passed()) {
    result.state = Replay::State::trusted;
    result.words = "the genuine chain under " + who.subject + " passed although that root was not bound: it " +
                   p.replay.words + ", while an unknown chain of the same shape " + p.like.words +
                   " and its twin with one flipped bit " + p.twin.words;
    return result;
  }
  if (!p.replay.rejected() || p.replay.alert != p.like.alert) {
    return unresolved("the replay " + p.replay.words + ", which is neither trust nor the answer to an unknown chain",
                      true);
  }
  result.state = Replay::State::refused;
  result.bound_counts = p.positive.passed();
  result.issuer_counts = by_issuer;
  result.words = "the genuine chain under " + who.subject + " " + p.replay.words + " and passed as soon as " +
                 (by_issuer ? "its intermediate" : "that root") + " was bound (" +
                 (by_issuer ? p.issuer.name : p.positive.name) + ": alert 51)";
  return result;
}

namespace {

WithNothing read_own_with_nothing(const Evidence& evidence, int anchor) {
  const Bound nothing{What::nothing, -1};
  const auto& who = evidence.anchors[static_cast<std::size_t>(anchor)];
  const auto replay = read(evidence, {Shown::replay, nothing, anchor}, evidence.repeat);
  WithNothing result;
  result.words = "with nothing bound the replay " + replay.words;
  if (replay.state == Reading::State::mixed) {
    result.state = WithNothing::State::unresolved;
    result.contradictory = true;
    return result;
  }
  if (!replay.settled()) return result;
  if (replay.rejected() || replay.is(Outcome::not_sent)) {
    result.state = WithNothing::State::refused;
    return result;
  }
  if (!replay.passed()) {
    result.state = WithNothing::State::unresolved;
    return result;
  }
  const auto p = read_all(evidence, anchor, nothing);
  // Its own controls with U bound say whether this client can tell chains apart at all.
  const bool positive = p.positive.passed() || passes_by_issuer(read_all(evidence, anchor, {}), who);
  if (positive && p.like.rejected() && (p.twin.rejected() || (p.twin.passed() && minds_no_signature(p.forged)))) {
    result.state = who.lies_on_modem.empty() ? WithNothing::State::trusted : WithNothing::State::unresolved;
    if (!who.lies_on_modem.empty()) result.words += "; " + on_modem(who);
    result.words += ", while an unknown chain " + p.like.words;
  } else if (p.like.passed()) {
    result.state = WithNothing::State::verifies_nothing;
    result.words = "with nothing bound the modem judges no chain at all (an unknown one " + p.like.words + ")";
  } else {
    result.state = WithNothing::State::unresolved;
    result.words += ", and its control does not say what that means: it " + p.like.words;
  }
  return result;
}

}  // namespace

WithNothing read_with_nothing(const Evidence& evidence, int anchor) {
  auto own = read_own_with_nothing(evidence, anchor);
  if (own.state != WithNothing::State::untested) return own;
  // What a client does without looking at the chain, it does with every chain.
  for (std::size_t i = 0; i < evidence.anchors.size(); ++i) {
    const auto other = static_cast<int>(i);
    if (other == anchor) continue;
    const auto replay = read(evidence, {Shown::replay, {What::nothing, -1}, other}, evidence.repeat);
    auto known = read_own_with_nothing(evidence, other);
    if (known.state == WithNothing::State::verifies_nothing || replay.is(Outcome::not_sent)) return known;
  }
  return own;
}

}  // namespace epki::infer

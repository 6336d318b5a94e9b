#include "verify/infer/replays.hpp"

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
  Reading like, twin, replay, positive, issuer, positive_like, forged, keyless, own, own_issuer;
};

Probes read_all(const Evidence& evidence, int anchor, const Bound& under) {
  const int n = evidence.repeat;
  const Bound genuine{What::genuine, anchor};
  return {read(evidence, {Shown::unknown_like, under, anchor, Knob::none, n}),
          read(evidence, {Shown::flipped_twin, under, anchor, Knob::none, n}),
          read(evidence, {Shown::replay, under, anchor, Knob::none, n}),
          read(evidence, {Shown::replay, genuine, anchor, Knob::none, n}),
          read(evidence, {Shown::replay, {What::genuine_issuer, anchor}, anchor, Knob::none, n}),
          read(evidence, {Shown::unknown_like, genuine, anchor, Knob::none, 1}),
          read(evidence, {Shown::badsig, {What::user, -1}, -1, Knob::none, n}),
          read(evidence, {Shown::keyless, {What::user, -1}, anchor, Knob::none, n}),
          read(evidence, {Shown::own_chain, {What::user, -1}, -1, Knob::none, n}),
          read(evidence, {Shown::own_chain, {What::user_intermediate, -1}, -1, Knob::none, 1})};
}

/// OpenSSL-like stacks answer 51 to a bad signature under a root they know: then the twin of a chain they trust shows
/// 51 as well, and C3 says beforehand that it would.
bool twin_fits(const Probes& p) {
  if (p.twin.rejected() && p.twin.alert == p.like.alert) return true;
  return p.twin.passed() && p.replay.passed() && (p.forged.passed() || p.forged.is(Outcome::accepted));
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
  // Where self-signed uploads are refused, the chain's own intermediate shows that everything but trust is fine. Its
  // length too: a chain with one intermediate was accepted under another upload that is not self-signed.
  const bool by_issuer = p.positive.rejected() && p.positive.alert == p.like.alert && p.issuer.passed() &&
                         p.own_issuer.is(Outcome::accepted) && who.intermediates <= 1;
  if (!p.positive.passed() && !by_issuer) {
    if (p.positive.state == Reading::State::mixed)
      return unresolved("P1 contradicts itself: it " + p.positive.words, true);
    return unusable(p.positive.settled() ? no_positive(p.positive) : unreadable(p.positive));
  }
  // A root that the modem cannot read may leave it with no CA at all, and then 51 means that nothing was judged.
  if (!by_issuer && !p.positive_like.rejected()) return unusable(unreadable(p.positive_like));
  if (!twin_fits(p)) {
    return unresolved("the twin with one flipped bit does not answer as it must: " + unreadable(p.twin),
                      p.twin.settled() || p.twin.state == Reading::State::mixed);
  }
  // Where U itself counts, its key-less chain must pass: else a 48 would say nothing about chains.
  if (under.what == What::user && p.own.is(Outcome::accepted) && !p.keyless.passed()) {
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

WithNothing read_with_nothing(const Evidence& evidence, int anchor) {
  const Bound nothing{What::nothing, -1};
  const auto replay = read(evidence, {Shown::replay, nothing, anchor, Knob::none, evidence.repeat});
  const auto like = read(evidence, {Shown::unknown_like, nothing, anchor, Knob::none, evidence.repeat});
  const auto twin = read(evidence, {Shown::flipped_twin, nothing, anchor, Knob::none, evidence.repeat});
  const auto forged = read(evidence, {Shown::badsig, {What::user, -1}, -1, Knob::none, evidence.repeat});
  const auto positive = read(evidence, {Shown::replay, {What::genuine, anchor}, anchor, Knob::none, evidence.repeat});
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
  } else if (!replay.passed()) {
    result.state = WithNothing::State::unresolved;
  } else if (positive.passed() && like.rejected() && (twin.rejected() || (twin.passed() && forged.passed()))) {
    const auto& who = evidence.anchors[static_cast<std::size_t>(anchor)];
    result.state = who.lies_on_modem.empty() ? WithNothing::State::trusted : WithNothing::State::unresolved;
    if (!who.lies_on_modem.empty()) result.words += "; " + on_modem(who);
    result.words += ", while an unknown chain " + like.words;
  } else if (like.passed()) {
    result.state = WithNothing::State::verifies_nothing;
    result.words = "with nothing bound the modem judges no chain at all (an unknown one " + like.words + ")";
  } else {
    result.state = WithNothing::State::unresolved;
    result.words += ", and its control does not say what that means: it " + like.words;
  }
  return result;
}

}  // namespace epki::infer

#include "verify/infer/findings.hpp"

#include <algorithm>

#include "verify/infer/base.hpp"
#include "verify/infer/forgeries.hpp"
#include "verify/infer/replays.hpp"

namespace epki::infer {

namespace {

using What = Bound::What;

const Bound user{What::user, -1};

bool arrived(const Reading& reading) {
  return reading.settled() && reading.outcome != Outcome::not_sent && reading.outcome != Outcome::unreachable &&
         reading.outcome != Outcome::not_presented;
}

/// C2 where U cannot even be dialled with: an unknown CA's chain under the root of an anchor. It also shows that our
/// own name works, so that it is the bound U that stops the modem.
Reading read_unknown_across(const Evidence& evidence) {
  Reading first;
  for (std::size_t i = 0; i < evidence.anchors.size(); ++i) {
    const Bound genuine{What::genuine, static_cast<int>(i)};
    auto reading = read(evidence, {Shown::unknown, genuine}, evidence.repeat);
    if (i == 0 || (!arrived(first) && arrived(reading))) first = std::move(reading);
  }
  return first;
}

/// C2 where it has not been asked yet, or a budget cut it short, because a chain of U was already refused as one of an
/// unknown CA: the unknown chains that stand beside the replays say the same, from the other server.
Reading read_unknown_like(const Evidence& evidence) {
  Reading first;
  for (std::size_t i = 0; i < evidence.anchors.size(); ++i) {
    auto reading = read(evidence, {Shown::unknown_like, user, static_cast<int>(i)}, evidence.repeat);
    if (i == 0 || (!first.settled() && reading.settled())) first = std::move(reading);
  }
  return first;
}

/// A chain of ours that names a genuine root as its issuer: the first anchor under which it was accepted, else any.
Reading read_forged_genuine(const Evidence& evidence) {
  Reading first;
  for (std::size_t i = 0; i < evidence.anchors.size(); ++i) {
    auto reading = read(evidence, {Shown::forged_genuine, user, static_cast<int>(i)}, evidence.repeat);
    if (i == 0 || reading.is(Outcome::accepted)) first = std::move(reading);
  }
  return first;
}

Controls read_plain_controls(const Evidence& evidence) {
  const auto base = base_of(evidence);
  const int n = evidence.repeat;
  Controls controls{read(evidence, {Shown::own_chain, user}, n),
                    read(evidence, {Shown::unknown, user}, n),
                    read_forged(evidence),
                    read_forged_genuine(evidence),
                    read(evidence, on(base, Shown::own_certificate, {.own_certificate = true})),
                    read(evidence, {Shown::own_direct, user}),
                    read(evidence, {Shown::own_chain, {What::user_intermediate, -1}}),
                    read(evidence, {Shown::own_direct, {What::user_intermediate, -1}}),
                    read(evidence, {Shown::own_chain, {What::other_key, -1}})};
  for (int i = 0; i < static_cast<int>(forgeries.size()) && controls.forgery_number < 0; ++i) {
    const auto probe = on(base, Shown::forgery, {}, i);
    if (!answer_to(evidence, probe).is(Outcome::accepted)) continue;
    controls.forgery = read(evidence, probe);
    controls.forgery_number = i;
  }
  for (int i = 0; i < static_cast<int>(evidence.anchors.size()); ++i) {
    auto unbound = read(evidence, {Shown::own_chain, {What::genuine, i}});
    if (i == 0 || unbound.is(Outcome::accepted)) controls.unbound = std::move(unbound);
  }
  return controls;
}

void keep_obstacle(Findings& findings, const std::string& why) {
  if (findings.obstacle.empty()) findings.obstacle = why;
}

void add_replay(Findings& findings, int anchor, const Replay& replay) {
  findings.contradictory = findings.contradictory || replay.contradictory;
  switch (replay.state) {
    case Replay::State::trusted:
      if (findings.trusted.empty()) findings.words = replay.words;
      findings.trusted.push_back(anchor);
      return;
    case Replay::State::refused:
      if (findings.refused.empty() && findings.trusted.empty()) findings.words = replay.words;
      findings.refused.push_back(anchor);
      findings.uploads_count = findings.uploads_count || replay.bound_counts || replay.issuer_counts;
      return;
    case Replay::State::unresolved: findings.open = true; break;
    case Replay::State::unusable: break;
  }
  keep_obstacle(findings, replay.why);
}

/// `must_know`: the anchor does not count beside U, so this is what separates the classes that are left.
void add_with_nothing(Findings& findings, const Evidence& evidence, int anchor, bool must_know) {
  const auto nothing = read_with_nothing(evidence, anchor);
  if (nothing.state != WithNothing::State::trusted && !must_know) return;
  findings.contradictory = findings.contradictory || nothing.contradictory;
  // The same chain was refused under U before its root was ever bound and passes there since: what was bound once stays
  // with this modem, and so it may with nothing bound. That came from us and not from the firmware.
  if (nothing.state == WithNothing::State::trusted &&
      answer_to(evidence, {Shown::replay, user, anchor}).state == Reading::State::mixed) {
    keep_obstacle(findings, nothing.words + ", but under the test CA the same chain contradicts itself");
    findings.nothing_open = true;
    return;
  }
  switch (nothing.state) {
    case WithNothing::State::trusted:
      findings.with_nothing.push_back(anchor);
      findings.nothing_words = nothing.words;
      return;
    case WithNothing::State::refused:
    case WithNothing::State::verifies_nothing:
      if (findings.nothing_words.empty() || nothing.state == WithNothing::State::verifies_nothing) {
        findings.nothing_words = nothing.words;
      }
      return;
    case WithNothing::State::untested:
      keep_obstacle(findings, evidence.cannot_unbind.empty() ? nothing.words : evidence.cannot_unbind);
      break;
    case WithNothing::State::unresolved: keep_obstacle(findings, nothing.words); break;
  }
  findings.nothing_open = true;
}

/// Cross-binding: with U refused before any packet, each anchor is read under the roots of the others.
Replay read_across(const Evidence& evidence, int anchor) {
  Replay worst;
  worst.why = "cross-binding needs a second genuine chain, under another root";
  for (std::size_t other = 0; other < evidence.anchors.size(); ++other) {
    const int under = static_cast<int>(other);
    if (under == anchor) continue;
    auto replay = read_replay(evidence, anchor, {What::genuine, under});
    if (replay.state == Replay::State::trusted) return replay;
    if (worst.state == Replay::State::unusable || replay.state == Replay::State::unresolved) worst = std::move(replay);
  }
  return worst;
}

}  // namespace

bool Controls::only_direct() const {
  const bool under_issuer = issuer_direct.is(Outcome::accepted) && issuer.refused(alert_unknown_ca);
  return own.refused(alert_unknown_ca) && (direct.is(Outcome::accepted) || under_issuer);
}

bool Controls::user_counts() const {
  return own.is(Outcome::accepted) || (only_direct() && direct.is(Outcome::accepted));
}

bool Controls::user_refused() const {
  if (across) return own.is(Outcome::not_sent);
  return own.refused(alert_unknown_ca) && !only_direct();
}

Controls read_controls(const Evidence& evidence) {
  auto controls = read_plain_controls(evidence);
  if (controls.own.is(Outcome::not_sent) && controls.unknown.is(Outcome::not_sent)) {
    controls.across = true;
    controls.unknown = read_unknown_across(evidence);
  }
  const bool open =
      controls.unknown.state == Reading::State::absent || controls.unknown.state == Reading::State::too_few;
  if (open && controls.own.refused(alert_unknown_ca)) {
    auto like = read_unknown_like(evidence);
    if (like.refused(alert_unknown_ca)) controls.unknown = std::move(like);
  }
  return controls;
}

Findings read_findings(const Evidence& evidence, bool across) {
  Findings findings;
  for (std::size_t i = 0; i < evidence.anchors.size(); ++i) {
    const int anchor = static_cast<int>(i);
    add_replay(findings, anchor, across ? read_across(evidence, anchor) : read_replay(evidence, anchor, user));
  }
  for (std::size_t i = 0; i < evidence.anchors.size(); ++i) {
    const int anchor = static_cast<int>(i);
    const bool must_know =
        std::find(findings.refused.begin(), findings.refused.end(), anchor) != findings.refused.end();
    if (evidence.anchors[i].unusable.empty()) add_with_nothing(findings, evidence, anchor, must_know);
  }
  return findings;
}

}  // namespace epki::infer

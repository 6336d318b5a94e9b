#include "verify/trial/inquiry.hpp"

#include <algorithm>

#include "verify/infer/base.hpp"
#include "verify/infer/hypotheses.hpp"
#include "verify/infer/noise.hpp"
#include "verify/infer/reading.hpp"

namespace epki::trial {

namespace {

using infer::Bound;
using infer::Outcome;
using infer::Probe;
using infer::Shown;
using What = infer::Bound::What;

const Bound user{What::user, -1};
const Bound nothing{What::nothing, -1};

/// Less than this many bits about the class are not worth a handshake.
constexpr double negligible = 1e-6;

}  // namespace

std::vector<int> Inquiry::usable() const {
  std::vector<int> all;
  for (std::size_t i = 0; i < evidence_.anchors.size(); ++i) {
    if (evidence_.anchors[i].unusable.empty()) all.push_back(static_cast<int>(i));
  }
  return all;
}

bool Inquiry::anything_arrived() const {
  return std::any_of(evidence_.attempts.begin(), evidence_.attempts.end(), arrived);
}

/// Where the replays arrive the place is right, and what keeps our own name away may be the line: then C2 says so too.
bool Inquiry::unreachable() const {
  if (!shoot_.reading({Shown::own_chain, user}, repeat_ > 1 ? 3 : 2).is(Outcome::unreachable)) return false;
  return !anything_arrived() || shoot_.reading({Shown::unknown, user}, some()).is(Outcome::unreachable);
}

bool Inquiry::late() const {
  return shoot_.reading({Shown::unknown, user}).is(Outcome::completed);
}

bool Inquiry::user_is_local() const {
  const int sure = std::min(2, repeat_);
  return shoot_.reading({Shown::own_chain, user}, sure).is(Outcome::not_sent) &&
         shoot_.reading({Shown::unknown, user}, sure).is(Outcome::not_sent);
}

bool Inquiry::user_is_refused() const {
  const auto own = shoot_.reading({Shown::own_chain, user}, repeat_);
  return own.rejected() || own.is(Outcome::completed);
}

/// A chain of U, and one of a root that nobody has, were both refused as those of an unknown CA: then C2 asks nothing
/// new. A client that verifies nothing would have accepted the first.
bool Inquiry::says_unknown_is_refused() const {
  const auto all = usable();
  return shoot_.reading({Shown::own_chain, user}).refused(infer::alert_unknown_ca) &&
         std::any_of(all.begin(), all.end(), [&](int anchor) {
           return shoot_.reading({Shown::unknown_like, user, anchor}).refused(infer::alert_unknown_ca);
         });
}

/// C2 decides alone when an unknown server is accepted.
bool Inquiry::over() {
  return unreachable() || shoot_.reading({Shown::unknown, user}, repeat_).is(Outcome::accepted);
}

Status Inquiry::for_each(Shown shown, int least) {
  for (const int anchor : usable()) {
    if (auto done = shoot_.step({shown, user, anchor}, least); !done) return done;
  }
  return success();
}

/// Observer and full server take turns, so that nobody can say the server was changed instead of the chain.
Status Inquiry::round(int early) {
  if (auto done = for_each(Shown::replay, early); !done) return done;
  const Probe own{Shown::own_chain, user};
  if (auto done = shoot_.step(own, repeat_); !done) return done;
  if (shoot_.reading(own).is(Outcome::unreachable)) {
    if (auto done = shoot_.settle(own, repeat_); !done) return done;
    if (anything_arrived()) {
      if (auto done = shoot_.settle({Shown::unknown, user}, some()); !done) return done;
    }
  }
  if (unreachable()) return success();
  if (auto done = for_each(Shown::unknown_like, repeat_); !done) return done;
  const Probe unknown{Shown::unknown, user};
  if (!says_unknown_is_refused()) {
    if (auto done = shoot_.step(unknown, repeat_); !done) return done;
  }
  if (user_is_local() || shoot_.reading(unknown).is(Outcome::accepted)) return success();
  if (!late()) {
    if (auto done = for_each(Shown::flipped_twin, repeat_); !done) return done;
  }
  // Under a root that does not count, a bad signature and a key-less chain say nothing.
  if (!shoot_.reading(own).is(Outcome::accepted)) return success();
  if (auto done = shoot_.step({Shown::badsig, user}, repeat_); !done) return done;
  if (late()) return success();
  return for_each(Shown::keyless, repeat_);
}

Status Inquiry::under_user() {
  tell_.step(std::string(word(path_)) + ", under the throw-away CA: replays in turn with their controls");
  // The last replay is kept for after the second reboot.
  const int early = std::max(1, repeat_ - 1);
  for (;;) {
    const auto before = evidence_.attempts.size();
    if (auto done = round(early); !done) return done;
    if (evidence_.attempts.size() == before || unreachable() || shoot_.spent()) return success();
  }
}

bool Inquiry::may_ask_about(int anchor) {
  return evidence_.anchors[static_cast<std::size_t>(anchor)].unusable.empty() && !over() && !late() && !shoot_.spent();
}

/// The positive control, unless what is known of U says that it must fail: where self-signed uploads are refused, the
/// chain's intermediate takes its place; where no intermediate is taken, nothing does.
bool Inquiry::wants_genuine(int anchor) {
  if (!may_ask_about(anchor)) return false;
  const auto own = shoot_.reading({Shown::own_chain, user}, repeat_);
  if (!own.refused(infer::alert_unknown_ca)) return true;
  const auto base = infer::base_of(evidence_);
  const int intermediates = evidence_.anchors[static_cast<std::size_t>(anchor)].intermediates;
  if (base.found && base.direct && intermediates > 0) return false;
  if (base.found && base.bound.what == What::user_intermediate && intermediates <= 1) return false;
  const Probe positive{Shown::replay, {What::genuine, anchor}, anchor};
  return base.found || shoot_.reading({Shown::replay, user, anchor}).passed() || was_asked(positive) ||
         infer::class_gain(evidence_, positive) > negligible;
}

Status Inquiry::under_genuine(int anchor) {
  const Bound genuine{What::genuine, anchor};
  tell_.step(std::string(word(path_)) + ", under " + evidence_.anchors[static_cast<std::size_t>(anchor)].subject +
             ": the positive control");
  const Probe positive{Shown::replay, genuine, anchor}, like{Shown::unknown_like, genuine, anchor};
  if (auto done = shoot_.step(positive, repeat_); !done) return done;
  if (auto done = shoot_.settle(like, 1); !done) return done;
  if (auto done = shoot_.settle(positive, repeat_); !done) return done;
  // U's file still lies on the modem, and was bound: does what is bound now count alone?
  if (anchor == usable().front() && shoot_.reading({Shown::own_chain, user}, repeat_).is(Outcome::accepted)) {
    if (auto done = shoot_.settle({Shown::own_chain, genuine}, 1); !done) return done;
  }
  return user_is_local() ? across(genuine, anchor) : success();
}

/// U never leaves the modem, so another genuine root takes its place.
Status Inquiry::across(const Bound& genuine, int bound_anchor) {
  if (auto done = shoot_.settle({Shown::unknown, genuine}, repeat_); !done) return done;
  for (const int anchor : usable()) {
    if (anchor == bound_anchor) continue;
    for (const auto shown : {Shown::unknown_like, Shown::replay, Shown::flipped_twin}) {
      if (auto done = shoot_.settle({shown, genuine, anchor}, repeat_); !done) return done;
    }
  }
  return success();
}

/// Where the chain's own root does not help, or cannot, its intermediate may: then self-signed uploads are refused.
bool Inquiry::wants_issuer(int anchor) {
  if (!may_ask_about(anchor) || !user_is_refused()) return false;
  const auto base = infer::base_of(evidence_);
  const bool by_issuer = base.found && base.bound.what == What::user_intermediate && !base.direct;
  const auto positive = shoot_.reading({Shown::replay, {What::genuine, anchor}, anchor}, repeat_);
  return by_issuer && !positive.passed() && evidence_.anchors[static_cast<std::size_t>(anchor)].intermediates <= 1;
}

Status Inquiry::under_issuer(int anchor) {
  const Bound issuer{What::genuine_issuer, anchor};
  if (auto done = shoot_.settle({Shown::unknown_like, issuer, anchor}, 1); !done) return done;
  return shoot_.settle({Shown::replay, issuer, anchor}, repeat_);
}

bool Inquiry::wants_other_uploads() {
  return user_is_refused() && !over() && !shoot_.spent() && !infer::base_of(evidence_).found;
}

/// A chain with an intermediate has passed under U: it is not the length.
bool Inquiry::a_replay_passed() const {
  const auto all = usable();
  return !late() && std::any_of(all.begin(), all.end(), [&](int anchor) {
    return evidence_.anchors[static_cast<std::size_t>(anchor)].intermediates > 0 &&
           shoot_.reading({Shown::replay, user, anchor}).passed();
  });
}

/// U is self-signed and its chain has an intermediate: each alone and both together may be the reason. Where a client
/// judges late no replay will be read, so that it is enough that something counts.
Status Inquiry::under_other_uploads() {
  tell_.step(std::string(word(path_)) + ": the throw-away CA is refused: trying other forms of it");
  const Bound issuer{What::user_intermediate, -1}, other{What::other_key, -1};
  std::vector<Probe> variants{{Shown::own_chain, issuer}, {Shown::own_direct, issuer}, {Shown::own_chain, other}};
  if (late()) variants.erase(variants.begin());
  if (a_replay_passed()) variants.erase(variants.begin() + 1);
  for (const auto& probe : variants) {
    if (auto done = shoot_.settle(probe, some()); !done) return done;
    if (infer::base_of(evidence_).found) break;
  }
  if (!late()) {
    if (auto done = refine_base(); !done) return done;
  }
  const auto base = infer::base_of(evidence_);
  return base.found ? shoot_.settle(infer::on(base, Shown::badsig), repeat_) : success();
}

/// An intermediate of U counts, and it is open whether U itself would with no intermediate below it, or whether a
/// longer chain would.
Status Inquiry::refine_base() {
  const auto base = infer::base_of(evidence_);
  if (!base.found || base.bound.what != What::user_intermediate || !base.direct) return success();
  if (auto done = shoot_.settle({Shown::own_chain, base.bound}, some()); !done) return done;
  return infer::base_of(evidence_).direct ? shoot_.settle({Shown::own_direct, user}, some()) : success();
}

bool Inquiry::wants_nothing(int anchor) {
  if (!may_ask_about(anchor)) return false;
  const Probe replay{Shown::replay, nothing, anchor};
  if (shoot_.is_done(replay, repeat_)) return false;
  // Where no positive control passes, nothing would be read from it.
  const auto passes = [&](What what) { return shoot_.reading({Shown::replay, {what, anchor}, anchor}).passed(); };
  if (!passes(What::genuine) && !passes(What::genuine_issuer)) return false;
  // What was worth asking once is worth being certain of: a first pass takes one answer.
  if (was_asked(replay)) return true;
  if (infer::class_gain(evidence_, replay) > negligible) return true;
  // Once one root is known to count while nothing is bound, which others do is worth knowing.
  const auto all = usable();
  return std::any_of(all.begin(), all.end(), [&](int other) {
    return shoot_.reading({Shown::replay, nothing, other}).passed() &&
           shoot_.reading({Shown::unknown_like, nothing, other}).rejected();
  });
}

bool Inquiry::wants_nothing() {
  const auto all = usable();
  return std::any_of(all.begin(), all.end(), [&](int anchor) { return wants_nothing(anchor); });
}

void Inquiry::cannot_unbind() {
  evidence_.cannot_unbind =
      "this firmware does not let go of a bound CA, so the replay with nothing bound (P3) was not possible";
}

/// A root that was bound before may go on counting where nothing is bound, so a pass is asked for once more after U
/// was bound last: `last`.
Status Inquiry::under_nothing(bool last) {
  tell_.step(std::string(word(path_)) + ", with no CA bound");
  for (const int anchor : usable()) {
    if (!wants_nothing(anchor)) continue;
    const Probe replay{Shown::replay, nothing, anchor};
    const int early = last ? repeat_ : std::max(1, repeat_ - 1);
    if (auto done = shoot_.settle(replay, early); !done) return done;
    if (!shoot_.reading(replay).passed()) {
      if (auto done = shoot_.settle(replay, repeat_); !done) return done;
      continue;
    }
    for (const auto shown : {Shown::unknown_like, Shown::flipped_twin}) {
      if (auto done = shoot_.settle({shown, nothing, anchor}, repeat_); !done) return done;
    }
  }
  return success();
}

bool Inquiry::wants_again() {
  return !over() && !late() && !user_is_local() && !usable().empty() && !shoot_.spent();
}

Status Inquiry::again() {
  for (const int anchor : usable()) {
    if (auto done = shoot_.settle({Shown::replay, user, anchor}, repeat_); !done) return done;
  }
  return success();
}

bool Inquiry::lost_answers() const {
  return !infer::noise_of(evidence_).quiet();
}

/// Answers that were lost late ask for more of what was certain before (infer/reading.hpp).
Status Inquiry::make_certain(bool last) {
  if (!lost_answers()) return success();
  std::vector<std::pair<Probe, int>> asked{
      {{Shown::own_chain, user}, repeat_}, {{Shown::unknown, user}, repeat_}, {{Shown::badsig, user}, repeat_}};
  for (const int anchor : usable()) {
    for (const auto shown : {Shown::unknown_like, Shown::flipped_twin, Shown::keyless}) {
      asked.push_back({{shown, user, anchor}, repeat_});
    }
    asked.push_back({{Shown::replay, user, anchor}, last ? repeat_ : std::max(1, repeat_ - 1)});
  }
  for (const auto what : {What::user_intermediate, What::other_key}) {
    for (const auto shown : {Shown::own_chain, Shown::own_direct}) asked.push_back({{shown, {what, -1}}, some()});
    asked.push_back({{Shown::badsig, {what, -1}}, repeat_});
  }
  asked.push_back({{Shown::own_direct, user}, some()});
  for (const auto& [probe, least] : asked) {
    if (!was_asked(probe) || unreachable()) continue;
    if (auto done = shoot_.settle(probe, least); !done) return done;
  }
  return success();
}

bool Inquiry::wants_genuine_again(int anchor) {
  const Probe positive{Shown::replay, {What::genuine, anchor}, anchor};
  const Probe like{Shown::unknown_like, {What::genuine, anchor}, anchor};
  if (!may_ask_about(anchor)) return false;
  if (!was_asked(positive)) return wants_genuine(anchor);
  return !shoot_.is_done(positive, repeat_) || (was_asked(like) && !shoot_.is_done(like, 1));
}

/// Only now it may be certain that U is refused.
bool Inquiry::wants_issuer_again(int anchor) {
  const Bound issuer{What::genuine_issuer, anchor};
  return wants_issuer(anchor) && (!shoot_.is_done({Shown::replay, issuer, anchor}, repeat_) ||
                                  !shoot_.is_done({Shown::unknown_like, issuer, anchor}, 1));
}

}  // namespace epki::trial

#include "verify/trial/inquiry.hpp"

#include <algorithm>

#include "verify/infer/factors.hpp"
#include "verify/infer/hypotheses.hpp"
#include "verify/infer/reading.hpp"

namespace epki::trial {

namespace {

using infer::Bound;
using infer::Outcome;
using infer::Probe;
using infer::Settings;
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

bool Inquiry::unreachable() const {
  return shoot_.reading({Shown::own_chain, user}, repeat_ > 1 ? 3 : 2).is(Outcome::unreachable);
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
  }
  if (unreachable()) return success();
  if (auto done = for_each(Shown::unknown_like, repeat_); !done) return done;
  if (auto done = shoot_.step({Shown::unknown, user}, repeat_); !done) return done;
  if (user_is_local() || over()) return success();
  if (!late()) {
    if (auto done = for_each(Shown::flipped_twin, repeat_); !done) return done;
  }
  // Under a root that does not count, a bad signature and a key-less chain say nothing.
  if (user_is_refused()) return success();
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

bool Inquiry::wants_genuine(int anchor) {
  return evidence_.anchors[static_cast<std::size_t>(anchor)].unusable.empty() && !over() && !late() && !shoot_.spent();
}

Status Inquiry::under_genuine(int anchor) {
  const Bound genuine{What::genuine, anchor};
  tell_.step(std::string(word(path_)) + ", under " + evidence_.anchors[static_cast<std::size_t>(anchor)].subject +
             ": the positive control");
  const Probe positive{Shown::replay, genuine, anchor}, like{Shown::unknown_like, genuine, anchor};
  if (auto done = shoot_.step(positive, repeat_); !done) return done;
  if (auto done = shoot_.settle(like, 1); !done) return done;
  if (auto done = shoot_.settle(positive, repeat_); !done) return done;
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

/// Where even the chain's own root does not help, its intermediate may: then self-signed uploads are refused.
bool Inquiry::wants_issuer(int anchor) {
  if (!wants_genuine(anchor) || !user_is_refused()) return false;
  return shoot_.reading({Shown::replay, {What::genuine, anchor}, anchor}, repeat_).refused(infer::alert_unknown_ca);
}

Status Inquiry::under_issuer(int anchor) {
  return shoot_.settle({Shown::replay, {What::genuine_issuer, anchor}, anchor}, repeat_);
}

bool Inquiry::wants_other_uploads() {
  return user_is_refused() && !over() && !shoot_.spent() && !infer::base_of(evidence_).found;
}

Status Inquiry::under_other_uploads() {
  tell_.step(std::string(word(path_)) + ": the throw-away CA is refused: trying other forms of it");
  const int some = std::min(2, repeat_);
  const Bound issuer{What::user_intermediate, -1}, other{What::other_key, -1};
  for (const auto& probe : {Probe{Shown::own_chain, issuer}, Probe{Shown::own_direct, user},
                            Probe{Shown::own_direct, issuer}, Probe{Shown::own_chain, other}}) {
    if (infer::base_of(evidence_).found) break;
    if (auto done = shoot_.settle(probe, some); !done) return done;
  }
  const auto base = infer::base_of(evidence_);
  if (!base.found || base.bound == user) return success();
  return shoot_.settle(infer::on(base, Shown::badsig), repeat_);
}

bool Inquiry::wants_nothing(int anchor) {
  if (!wants_genuine(anchor)) return false;
  const Probe replay{Shown::replay, nothing, anchor};
  if (shoot_.is_done(replay, repeat_)) return false;
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

Status Inquiry::under_nothing() {
  tell_.step(std::string(word(path_)) + ", with no CA bound");
  for (const int anchor : usable()) {
    if (!wants_nothing(anchor)) continue;
    const Probe replay{Shown::replay, nothing, anchor};
    if (auto done = shoot_.settle(replay, repeat_); !done) return done;
    if (!shoot_.reading(replay).passed()) continue;
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

Status Inquiry::rows() {
  if (over()) return success();
  const auto base = infer::base_of(evidence_);
  if (!base.found) return rows_by_replay();
  tell_.step(std::string(word(path_)) + ": names, dates, usages, lengths, and what the settings change");
  if (auto done = shoot_.settle(infer::on(base, Shown::badsig), repeat_); !done) return done;
  while (!shoot_.spent()) {
    const auto next = infer::next_row_probe(evidence_, base);
    if (!next) break;
    const auto before = evidence_.attempts.size();
    if (auto done = shoot_.settle(next->probe, next->least); !done) return done;
    if (evidence_.attempts.size() == before) break;  // nothing more can be done for it
  }
  return shoot_.settle(infer::on(base, Shown::own_certificate, {.own_certificate = true}), std::min(2, repeat_));
}

/// Nobody holds a key: what the genuine chain answers when one thing about it is changed, and a forged one.
Status Inquiry::rows_by_replay() {
  const int some = std::min(2, repeat_);
  for (const int anchor : usable()) {
    if (shoot_.spent()) return success();
    tell_.step(std::string(word(path_)) + ": what shows with no key: name, dates, signature");
    if (auto done = shoot_.settle({Shown::forged_genuine, user, anchor}, repeat_); !done) return done;
    const bool readable = shoot_.reading({Shown::replay, user, anchor}).passed() &&
                          shoot_.reading({Shown::unknown_like, user, anchor}).rejected();
    if (!readable) continue;
    const auto past = Settings::Clock::past_the_end;
    const Probe name{Shown::replay_wrong_name, user, anchor}, date{Shown::replay, user, anchor, {.clock = past}};
    if (auto done = shoot_.settle(name, repeat_); !done) return done;
    if (shoot_.reading(name).rejected()) {
      auto quiet = name;
      quiet.settings.sni_off = true;
      if (auto done = shoot_.settle(quiet, some); !done) return done;
    }
    if (auto done = shoot_.settle(date, some); !done) return done;
    if (!shoot_.reading(date).rejected()) return success();
    auto quiet = date;
    quiet.settings.ignore_time = true;
    return shoot_.settle(quiet, some);
  }
  return success();
}

}  // namespace epki::trial

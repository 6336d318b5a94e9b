// What is asked once the trust question is settled: forgeries, names, and the rows of the policy.

#include "verify/infer/base.hpp"
#include "verify/infer/factors.hpp"
#include "verify/infer/forgeries.hpp"
#include "verify/infer/reading.hpp"
#include "verify/trial/inquiry.hpp"

namespace epki::trial {

namespace {

using infer::Outcome;
using infer::Probe;
using infer::Settings;
using infer::Shown;

const infer::Bound user{infer::Bound::What::user, -1};

}  // namespace

/// What a stranger could show. One that is accepted decides, so that no further is asked; and where C2 or C3 was, the
/// server is not verified whatever these would say.
Status Inquiry::forgeries() {
  if (over() || infer::read_forged(evidence_).is(Outcome::accepted)) return success();
  const auto base = infer::base_of(evidence_);
  tell_.step(std::string(word(path_)) + ": chains that anybody can make");
  for (std::size_t i = 0; i < infer::forgeries.size(); ++i) {
    if (infer::forgeries[i].under_an_upload && !base.found) continue;
    const auto probe = infer::on(base, Shown::forgery, {}, static_cast<int>(i));
    if (auto done = shoot_.settle(probe, 1); !done) return done;
    if (shoot_.reading(probe).is(Outcome::accepted)) return success();
  }
  return success();
}

Status Inquiry::name() {
  const auto base = infer::base_of(evidence_);
  if (over() || !base.found) return success();
  return shoot_.settle(infer::on(base, Shown::wrong_host), repeat_);
}

Status Inquiry::rows() {
  if (over()) return success();
  // The class did not need C2 where U itself was refused as an unknown CA; when the verdict falls is read from it. A
  // client that takes an unknown CA and not U would show here, too.
  const Probe unknown{Shown::unknown, user};
  if (!was_asked(unknown)) {
    if (auto done = shoot_.settle(unknown, repeat_); !done || over()) return done;
  }
  if (auto done = refine_base(); !done) return done;
  const auto base = infer::base_of(evidence_);
  if (!base.found) return rows_by_replay();
  tell_.step(std::string(word(path_)) + ": names, dates, usages, lengths, and what the settings change");
  if (infer::read_forged(evidence_).state != infer::Reading::State::settled) {
    if (auto done = shoot_.settle(infer::on(base, Shown::badsig), repeat_); !done) return done;
  }
  while (!shoot_.spent()) {
    const auto next = infer::next_row_probe(evidence_, base);
    if (!next) break;
    const auto before = evidence_.attempts.size();
    if (auto done = shoot_.settle(next->probe, next->least); !done) return done;
    if (evidence_.attempts.size() == before) break;  // nothing more can be done for it
  }
  return shoot_.settle(infer::on(base, Shown::own_certificate, {.own_certificate = true}), some());
}

/// Nobody holds a key: what the genuine chain answers when one thing about it is changed, and a forged one.
Status Inquiry::rows_by_replay() {
  for (const int anchor : usable()) {
    if (shoot_.spent()) return success();
    tell_.step(std::string(word(path_)) + ": what shows with no key: name, dates, signature");
    // A twin that is refused where its chain passes says the same of signatures.
    const bool minded = shoot_.reading({Shown::replay, user, anchor}, repeat_).passed() &&
                        shoot_.reading({Shown::flipped_twin, user, anchor}, repeat_).rejected();
    if (!minded) {
      if (auto done = shoot_.settle({Shown::forged_genuine, user, anchor}, repeat_); !done) return done;
    }
    const bool readable = shoot_.reading({Shown::replay, user, anchor}).passed() &&
                          shoot_.reading({Shown::unknown_like, user, anchor}).rejected();
    if (!readable) continue;
    const auto past = Settings::Clock::past_the_end;
    const Probe name{Shown::replay_wrong_name, user, anchor}, date{Shown::replay, user, anchor, {.clock = past}};
    if (auto done = shoot_.settle(name, repeat_); !done) return done;
    if (shoot_.reading(name).rejected()) {
      auto quiet = name;
      quiet.settings.sni_off = true;
      if (auto done = shoot_.settle(quiet, some()); !done) return done;
    }
    if (auto done = shoot_.settle(date, some()); !done) return done;
    if (!shoot_.reading(date).rejected()) return success();
    auto quiet = date;
    quiet.settings.ignore_time = true;
    return shoot_.settle(quiet, some());
  }
  return success();
}

}  // namespace epki::trial

#include "verify/trial/schedule.hpp"

#include <algorithm>

#include "verify/infer/reading.hpp"
#include "verify/trial/shooter.hpp"

namespace epki::trial {

namespace {

using infer::Bound;
using infer::Evidence;
using infer::Knob;
using infer::Outcome;
using infer::Shown;
using What = infer::Bound::What;

const Bound user{What::user, -1};
const Bound nothing{What::nothing, -1};

class Schedule {
 public:
  Schedule(Bench& bench, Evidence& evidence, const Limits& limits, Reporter& reporter)
      : bench_(bench), evidence_(evidence), repeat_(limits.repeat), shoot_(bench, evidence, limits), tell_(reporter) {}

  Status run() {
    if (auto done = start_fresh(); !done) return done;
    if (auto done = under_user(); !done) return done;
    if (shoot_.spent()) return shoot_.times(1, {Shown::replay, user, 0});  // tries nothing, and says why
    if (over()) return success();
    if (auto done = under_genuine_roots(); !done) return done;
    if (auto done = other_uploads(); !done) return done;
    if (auto done = with_nothing(); !done) return done;
    if (auto done = replay_again(); !done) return done;
    return other_rows();
  }

 private:
  std::vector<int> usable() const {
    std::vector<int> all;
    for (std::size_t i = 0; i < evidence_.anchors.size(); ++i) {
      if (evidence_.anchors[i].unusable.empty()) all.push_back(static_cast<int>(i));
    }
    return all;
  }
  bool user_is_local() const {
    return shoot_.all({Shown::own_chain, user}, Outcome::not_sent) &&
           shoot_.all({Shown::unknown, user}, Outcome::not_sent);
  }
  bool user_refused() const { return shoot_.all({Shown::own_chain, user}, Outcome::refused, infer::alert_unknown_ca); }
  bool user_accepted() const { return shoot_.all({Shown::own_chain, user}, Outcome::accepted); }
  bool unreachable() const { return shoot_.all({Shown::own_chain, user}, Outcome::unreachable); }

  /// C2 decides alone when an unknown server is accepted, and a replay says nothing when it is judged too late.
  bool over() const {
    const Shot unknown{Shown::unknown, user};
    return unreachable() || shoot_.all(unknown, Outcome::accepted);
  }
  bool judged_after_handshake() const { return shoot_.all({Shown::unknown, user}, Outcome::completed); }

  Status start_fresh() {
    evidence_.rebooted = false;
    if (!bench_.can_reboot()) return success();
    if (auto done = bench_.reboot("so that nothing that was bound before can count"); !done) return done;
    evidence_.rebooted = bench_.can_reboot();
    return success();
  }

  /// The replays come first and in turn with the controls, so that nobody can say the server was changed instead of
  /// the chain. The last replay is kept for the end, after another reboot.
  Status under_user() {
    tell_.step("under the throw-away CA: replays in turn with their controls");
    const int early = std::max(1, repeat_ - 1);
    for (int round = 0; round < repeat_; ++round) {
      for (const int anchor : usable()) {
        if (round >= early) continue;
        if (auto done = shoot_.times(1, {Shown::replay, user, anchor}); !done) return done;
      }
      if (auto done = one_round(); !done) return done;
      if (unreachable() || shoot_.spent()) return success();
      // Refused before any packet: more rounds under U would only repeat that.
      if (user_is_local() && round + 1 >= std::min(2, repeat_)) return fill_local();
    }
    return success();
  }

  Status one_round() {
    if (auto done = shoot_.times(1, {Shown::own_chain, user}); !done) return done;
    if (unreachable()) return success();
    if (auto done = for_each(Shown::unknown_like); !done) return done;
    if (auto done = shoot_.times(1, {Shown::unknown, user}); !done) return done;
    if (user_is_local()) return success();
    if (auto done = for_each(Shown::flipped_twin); !done) return done;
    if (auto done = shoot_.times(1, {Shown::badsig, user}); !done) return done;
    return for_each(Shown::keyless);
  }

  Status for_each(Shown shown) {
    for (const int anchor : usable()) {
      if (auto done = shoot_.times(1, {shown, user, anchor}); !done) return done;
    }
    return success();
  }

  /// C1 and C2 need `repeat` equal answers also where the modem refuses them itself.
  Status fill_local() {
    for (const auto shown : {Shown::own_chain, Shown::unknown}) {
      const int have = static_cast<int>(shoot_.answers({shown, user}).size());
      if (auto done = shoot_.times(repeat_ - have, {shown, user}); !done) return done;
    }
    return success();
  }

  /// The positive controls; where U is refused before any packet, cross-binding as well.
  Status under_genuine_roots() {
    if (judged_after_handshake()) return success();
    for (const int anchor : usable()) {
      const Bound genuine{What::genuine, anchor};
      tell_.step("under " + evidence_.anchors[static_cast<std::size_t>(anchor)].subject + ": the positive control");
      if (auto done = shoot_.times(repeat_, {Shown::replay, genuine, anchor}); !done) return done;
      if (auto done = shoot_.times(1, {Shown::unknown_like, genuine, anchor}); !done) return done;
      if (user_is_local()) {
        if (auto done = across(genuine, anchor); !done) return done;
      }
      if (auto done = leave(genuine); !done) return done;
      if (auto done = issuer_instead(anchor); !done) return done;
    }
    return success();
  }

  Status across(const Bound& genuine, int bound_anchor) {
    if (auto done = shoot_.times(repeat_, {Shown::unknown, genuine}); !done) return done;
    for (const int anchor : usable()) {
      if (anchor == bound_anchor) continue;
      for (const auto shown : {Shown::unknown_like, Shown::replay, Shown::flipped_twin}) {
        if (auto done = shoot_.times(repeat_, {shown, genuine, anchor}); !done) return done;
      }
    }
    return success();
  }

  /// Where even the chain's own root does not help, its intermediate may: then self-signed uploads are refused.
  Status issuer_instead(int anchor) {
    const Bound genuine{What::genuine, anchor};
    const bool refused = shoot_.all({Shown::replay, genuine, anchor}, Outcome::refused, infer::alert_unknown_ca);
    if (!refused || !user_refused()) return success();
    const Bound issuer{What::genuine_issuer, anchor};
    if (auto done = shoot_.times(repeat_, {Shown::replay, issuer, anchor}); !done) return done;
    return leave(issuer);
  }

  /// U was judged and refused: what of it is the reason?
  Status other_uploads() {
    if (!user_refused()) return success();
    tell_.step("the throw-away CA is refused: trying other forms of it");
    if (auto done = shoot_.times(1, {Shown::own_direct, user}); !done) return done;
    for (const auto what : {What::user_intermediate, What::other_key}) {
      const Bound bound{what, -1};
      if (auto done = shoot_.times(std::min(2, repeat_), {Shown::own_chain, bound}); !done) return done;
      if (auto done = leave(bound); !done) return done;
      if (shoot_.all({Shown::own_chain, bound}, Outcome::accepted)) break;
    }
    return success();
  }

  Status with_nothing() {
    if (usable().empty() || judged_after_handshake() || shoot_.spent()) return success();
    tell_.step("with no CA bound");
    // Settings do not outlive a restart (AT reference, 2): after one, nothing is bound whatever unbinding does. And
    // silence is then not that of a worn modem.
    if (bench_.can_reboot()) {
      if (auto done = bench_.reboot("so that nothing is bound"); !done) return done;
    }
    auto unbound = bench_.unbind();
    if (!unbound) return std::move(unbound).error();
    if (!*unbound) {
      evidence_.cannot_unbind =
          "this firmware does not let go of a bound CA, so the replay with nothing bound (P3) was "
          "not possible";
      return success();
    }
    for (const int anchor : usable()) {
      const Shot replay{Shown::replay, nothing, anchor};
      if (auto done = shoot_.times(repeat_, replay); !done) return done;
      if (!shoot_.all(replay, Outcome::refused, infer::alert_decrypt_error)) continue;
      for (const auto shown : {Shown::unknown_like, Shown::flipped_twin}) {
        if (auto done = shoot_.times(repeat_, {shown, nothing, anchor}); !done) return done;
      }
    }
    return success();
  }

  /// The policy's other rows. A row is no promise by itself, so two equal answers do; the name check is, so it is
  /// repeated in full.
  Status other_rows() {
    const int some = std::min(2, repeat_);
    if (!user_accepted()) {
      for (const int anchor : usable()) {
        if (!shoot_.all({Shown::replay, user, anchor}, Outcome::refused, infer::alert_decrypt_error)) continue;
        return shoot_.times(some, {Shown::replay_wrong_name, user, anchor});
      }
      return success();
    }
    tell_.step("names, dates and usage");
    if (auto done = shoot_.times(repeat_, {Shown::wrong_host, user}); !done) return done;
    if (auto done = shoot_.times(some, {Shown::wrong_host, user, -1, Knob::no_sni}); !done) return done;
    for (const auto shown : {Shown::expired, Shown::not_yet, Shown::eku_client}) {
      if (auto done = shoot_.times(some, {shown, user}); !done) return done;
    }
    return shoot_.times(some, {Shown::expired, user, -1, Knob::ignore_time});
  }

  /// After the reboot that with_nothing() began with; the genuine roots were taken off before it.
  Status replay_again() {
    if (judged_after_handshake() || user_is_local()) return success();
    return for_each(Shown::replay);
  }

  /// An upload is taken off as soon as it is not bound any more: the next replay must not find it.
  Status leave(const Bound& bound) {
    if (shoot_.answers({Shown::own_chain, bound}).empty() &&
        shoot_.answers({Shown::replay, bound, bound.anchor}).empty()) {
      return success();
    }
    return bench_.forget(bound);
  }

  Bench& bench_;
  Evidence& evidence_;
  int repeat_;
  Shooter shoot_;
  Reporter& tell_;
};

}  // namespace

Result<Evidence> run_schedule(Bench& bench, std::vector<infer::Anchor> anchors, const Limits& limits,
                              Reporter& reporter) {
  Evidence evidence;
  evidence.anchors = std::move(anchors);
  evidence.repeat = std::max(1, limits.repeat);
  const Limits sane{evidence.repeat, limits.budget};
  if (auto done = Schedule(bench, evidence, sane, reporter).run(); !done) return std::move(done).error();
  return evidence;
}

}  // namespace epki::trial

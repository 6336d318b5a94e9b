#pragma once
// What is asked of one of the modem's TLS clients, in parts that the schedule puts in step with the other path.

#include <algorithm>
#include <vector>

#include "core/reporter.hpp"
#include "core/result.hpp"
#include "verify/infer/base.hpp"
#include "verify/infer/evidence.hpp"
#include "verify/trial/bench.hpp"
#include "verify/trial/schedule.hpp"
#include "verify/trial/shooter.hpp"

namespace epki::trial {

class Inquiry {
 public:
  Inquiry(Bench& bench, infer::Evidence& evidence, const Limits& limits, Path path, Reporter& reporter)
      : bench_(bench), evidence_(evidence), shoot_(bench, evidence, limits, path), path_(path), tell_(reporter) {}

  /// How many equal answers a decisive probe needs in this pass; a first pass may ask for one only.
  void ask_for(int repeat) { repeat_ = repeat; }

  Status under_user();               ///< U bound, straight after a reboot: replays in turn with their controls
  Status under_genuine(int anchor);  ///< its root bound: the positive control; cross-binding where U is local
  Status under_issuer(int anchor);   ///< its intermediate bound, where the root itself did not help
  Status under_other_uploads();      ///< U was refused: what of it is the reason?
  Status under_nothing(bool last);   ///< the bench has nothing bound
  Status again();                    ///< after the second reboot: the replays once more
  /// What was asked under U and the other uploads, until it is certain on a line that loses answers. `last`: the
  /// replays too that are kept for after the second reboot.
  Status make_certain(bool last);
  Status forgeries();  ///< what anybody can make and show
  Status name();       ///< whether a server with a wrong name is refused
  Status rows();       ///< names, dates, usages, lengths, and what the settings change

  bool wants_genuine(int anchor);
  bool wants_issuer(int anchor);
  bool wants_other_uploads();
  bool wants_nothing(int anchor);
  bool wants_nothing();
  bool wants_again();
  bool wants_genuine_again(int anchor);
  bool wants_issuer_again(int anchor);
  bool lost_answers() const;
  void cannot_unbind();
  bool spent() { return shoot_.spent(); }

 private:
  bool over();  ///< nothing more would tell
  bool anything_arrived() const;
  bool unreachable() const;
  bool late() const;
  bool user_is_local() const;
  bool user_is_refused() const;
  bool says_unknown_is_refused() const;
  bool a_replay_passed() const;
  bool may_ask_about(int anchor);
  bool was_asked(const infer::Probe& probe) const {
    return shoot_.reading(probe).state != infer::Reading::State::absent;
  }
  int some() const { return std::min(2, repeat_); }  ///< equal answers where no class hangs on the probe
  std::vector<int> usable() const;
  Status round(int early);
  Status for_each(infer::Shown shown, int least);
  Status across(const infer::Bound& genuine, int bound_anchor);
  Status refine_base();
  Status rows_by_replay();

  Bench& bench_;
  infer::Evidence& evidence_;
  Shooter shoot_;
  Path path_;
  Reporter& tell_;
  int repeat_ = 3;
};

}  // namespace epki::trial

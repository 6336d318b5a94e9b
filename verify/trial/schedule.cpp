#include "verify/trial/schedule.hpp"

#include <algorithm>
#include <deque>

#include "verify/trial/inquiry.hpp"

namespace epki::trial {

namespace {

using infer::Bound;
using infer::Evidence;
using What = infer::Bound::What;

/// The paths in step: what is uploaded, bound or restarted serves them all, and no genuine root comes onto the modem
/// before every path had its first replays.
class Schedule {
 public:
  Schedule(Bench& bench, std::vector<Evidence>& evidence, const std::vector<Path>& paths, const Limits& limits,
           Reporter& reporter)
      : bench_(bench), evidence_(evidence), limits_(limits) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      inquiries_.emplace_back(bench, evidence[i], limits, paths[i], reporter);
    }
    all_asked();
  }

  Status run() {
    if (auto done = start_fresh(); !done) return done;
    // A budget first buys one answer to each question of trust, then certainty, one path after the other: one verdict
    // is worth more than two halves. Then the rows.
    if (limits_.budget > 0 && limits_.repeat > 1) {
      if (auto done = trust(1); !done) return done;
      for (auto& one : inquiries_) {
        asked_ = {&one};
        if (auto done = trust(limits_.repeat); !done) return done;
      }
      all_asked();
    } else if (auto done = trust(limits_.repeat); !done) {
      return done;
    }
    if (auto done = each(&Inquiry::forgeries); !done) return done;
    return rows();
  }

 private:
  void all_asked() {
    asked_.clear();
    for (auto& one : inquiries_) asked_.push_back(&one);
  }

  Status trust(int repeat) {
    for (auto* one : asked_) one->ask_for(repeat);
    if (auto done = each(&Inquiry::under_user); !done) return done;
    // What counts of U says which positive control can pass.
    if (auto done = other_uploads(); !done) return done;
    if (auto done = make_certain(false); !done) return done;
    for (std::size_t i = 0; i < evidence_.front().anchors.size(); ++i) {
      if (auto done = genuine(static_cast<int>(i)); !done) return done;
    }
    if (auto done = second_start(); !done) return done;
    return certain_again();
  }

  Status each(Status (Inquiry::*part)()) {
    for (auto* one : asked_) {
      if (auto done = (one->*part)(); !done) return done;
    }
    return success();
  }

  bool any(bool (Inquiry::*wants)()) {
    return std::any_of(asked_.begin(), asked_.end(), [&](Inquiry* one) { return (one->*wants)(); });
  }

  Status start_fresh() {
    const bool can = bench_.can_reboot();
    if (can) {
      if (auto done = bench_.reboot("so that nothing that was bound before can count"); !done) return done;
    }
    for (auto& one : evidence_) one.rebooted = can && bench_.can_reboot();
    return success();
  }

  /// What `part` needs for this anchor is uploaded for all paths that want it, and taken off again at once: the next
  /// replay must not find it.
  Status with_upload(const Bound& bound, bool (Inquiry::*wants)(int), Status (Inquiry::*part)(int)) {
    bool used = false;
    for (auto* one : asked_) {
      if (!(one->*wants)(bound.anchor)) continue;
      used = true;
      if (auto done = (one->*part)(bound.anchor); !done) return done;
    }
    return used ? bench_.forget(bound) : success();
  }

  Status genuine(int anchor) {
    const Bound root{What::genuine, anchor}, issuer{What::genuine_issuer, anchor};
    if (auto done = with_upload(root, &Inquiry::wants_genuine, &Inquiry::under_genuine); !done) return done;
    return with_upload(issuer, &Inquiry::wants_issuer, &Inquiry::under_issuer);
  }

  Status other_uploads() {
    for (auto* one : asked_) {
      if (!one->wants_other_uploads()) continue;
      if (auto done = one->under_other_uploads(); !done) return done;
    }
    return success();
  }

  /// Settings do not outlive a restart (AT reference, 2): after one, nothing is bound whatever unbinding does, and
  /// silence is not that of a worn modem.
  Status second_start() {
    const bool unbound = any(&Inquiry::wants_nothing), again = any(&Inquiry::wants_again);
    if (!unbound && !again) return success();
    if (bench_.can_reboot() && !restarted_) {
      if (auto done = bench_.reboot(unbound ? "so that nothing is bound" : "for the last replays"); !done) return done;
      restarted_ = true;
    }
    if (unbound) {
      if (auto done = with_nothing(!again); !done) return done;
    }
    if (!again) return success();
    if (auto done = each(&Inquiry::again); !done) return done;
    return unbound && lets_go() && any(&Inquiry::wants_nothing) ? nothing_after_user() : success();
  }

  /// What passed with nothing bound, once more now that U was bound last and not the root in question.
  Status nothing_after_user() {
    auto unbound = bench_.unbind();
    if (!unbound) return std::move(unbound).error();
    if (!*unbound) {
      if (!bench_.can_reboot()) return success();
      if (auto done = bench_.reboot("so that nothing is bound"); !done) return done;
    }
    return with_nothing(true);
  }

  /// The answers that a row takes may be lost as well, and with them what was certain of the class.
  Status rows() {
    for (int time = 0; time < 3; ++time) {
      if (auto done = each(limits_.rows ? &Inquiry::rows : &Inquiry::name); !done) return done;
      const int before = bench_.handshakes();
      if (auto done = certain_again(); !done || bench_.handshakes() == before) return done;
    }
    return success();
  }

  Status make_certain(bool last) {
    for (auto* one : asked_) {
      if (auto done = one->make_certain(last); !done) return done;
    }
    return success();
  }

  /// What counted as certain on a line that seemed quiet may be open again since answers were lost. Twice, because the
  /// answers of the first time may be lost as well.
  Status certain_again() {
    for (int time = 0; time < 2 && any_lost(); ++time) {
      const int before = bench_.handshakes();
      if (auto done = make_certain(true); !done) return done;
      if (auto done = other_uploads(); !done) return done;
      for (std::size_t i = 0; i < evidence_.front().anchors.size(); ++i) {
        const int anchor = static_cast<int>(i);
        const Bound root{What::genuine, anchor}, issuer{What::genuine_issuer, anchor};
        if (auto done = with_upload(root, &Inquiry::wants_genuine_again, &Inquiry::under_genuine); !done) return done;
        if (auto done = with_upload(issuer, &Inquiry::wants_issuer_again, &Inquiry::under_issuer); !done) return done;
      }
      if (lets_go() && any(&Inquiry::wants_nothing)) {
        if (auto done = with_nothing(true); !done) return done;
      }
      if (bench_.handshakes() == before) return success();
    }
    return success();
  }

  bool any_lost() const {
    return std::any_of(asked_.begin(), asked_.end(), [](const Inquiry* one) { return one->lost_answers(); });
  }

  bool lets_go() const {
    return std::all_of(evidence_.begin(), evidence_.end(),
                       [](const Evidence& one) { return one.cannot_unbind.empty(); });
  }

  Status with_nothing(bool last) {
    auto unbound = bench_.unbind();
    if (!unbound) return std::move(unbound).error();
    for (auto* one : asked_) {
      if (!one->wants_nothing()) continue;
      if (!*unbound) {
        one->cannot_unbind();
      } else if (auto done = one->under_nothing(last); !done) {
        return done;
      }
    }
    return success();
  }

  Bench& bench_;
  std::vector<Evidence>& evidence_;
  Limits limits_;
  std::deque<Inquiry> inquiries_;
  std::vector<Inquiry*> asked_{};  ///< those whose turn it is
  bool restarted_ = false;
};

}  // namespace

Result<std::vector<Evidence>> run_schedule(Bench& bench, const std::vector<infer::Anchor>& anchors,
                                           const std::vector<Path>& paths, const Limits& limits, Reporter& reporter) {
  const Limits sane{std::max(1, limits.repeat), limits.budget, limits.rows};
  Evidence empty;
  empty.anchors = anchors;
  empty.repeat = sane.repeat;
  std::vector<Evidence> evidence(paths.size(), empty);
  if (auto done = Schedule(bench, evidence, paths, sane, reporter).run(); !done) return std::move(done).error();
  return evidence;
}

}  // namespace epki::trial

#include "verify/trial/census.hpp"

#include <algorithm>
#include <map>

#include "core/text.hpp"
#include "verify/infer/reading.hpp"
#include "verify/trial/census_reading.hpp"

namespace epki::trial {

namespace {

using infer::Attempt;
using infer::Bound;
using infer::Evidence;
using infer::Outcome;
using infer::Probe;
using infer::Shown;
using What = Bound::What;

const Bound user{What::user, -1}, other{What::other_key, -1};

class Run {
 public:
  Run(Bench& bench, const std::vector<infer::Anchor>& anchors, const std::vector<Path>& paths,
      const CensusLimits& limits, Reporter& reporter)
      : bench_(bench), anchors_(anchors), paths_(paths), limits_(limits), tell_(reporter) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      Evidence evidence;
      evidence.anchors = anchors;
      evidence.repeat = std::max(1, limits.repeat);
      evidence_.push_back(std::move(evidence));
    }
    for (std::size_t i = 0; i < anchors.size(); ++i) {
      if (anchors[i].unusable.empty()) usable_.push_back(static_cast<int>(i));
    }
    // Chains of one length look alike to a client that does not know their root; the clock is set for each of its own.
    for (const int anchor : usable_) like_.emplace(shape(anchor), anchor);
  }

  Result<Census> run() {
    if (!usable_.empty()) {
      if (auto done = restart("so that nothing that was bound before can count"); !done) return std::move(done).error();
      for (const auto part : {&Run::sweep, &Run::rebind, &Run::with_nothing, &Run::positive_controls, &Run::confirm}) {
        if (auto done = (this->*part)(); !done) return std::move(done).error();
        if (over_) break;
      }
    }
    tell_.progress("census", 0, 0);
    return result();
  }

 private:
  using Shape = std::pair<int, bool>;
  Shape shape(int anchor) const {
    const auto& who = anchors_[static_cast<std::size_t>(anchor)];
    return {who.intermediates, who.clock_is_moved};
  }
  int like_of(int anchor) const { return like_.at(shape(anchor)); }

  /// Every replay once, before any genuine root was uploaded; the controls of its shape after the first of each.
  Status sweep() {
    tell_.step("census: replaying " + counted(usable_.size(), "chain") + " under the throw-away CA");
    for (const int anchor : usable_) {
      if (auto done = on_all(Shown::replay, user, anchor); !done) return done;
      if (like_of(anchor) == anchor) {
        if (auto done = on_all(Shown::unknown_like, user, anchor); !done) return done;
      }
      if (over_) return success();
      progress();
    }
    return check_that_something_is_judged();
  }

  /// A client that passes unknown chains as well says nothing of roots, however many are asked about.
  Status check_that_something_is_judged() {
    if (!any_refused(user)) end("an unknown chain was not refused either, so that no answer says anything of a root");
    return success();
  }

  bool any_refused(const Bound& bound) const {
    for (const auto& [of, anchor] : like_) {
      for (const auto& evidence : evidence_) {
        if (infer::read(evidence, Probe{Shown::unknown_like, bound, anchor}, 1).rejected()) return true;
      }
    }
    return false;
  }

  /// U1 to U2 and back: what is bound decides, and without a restart.
  Status rebind() {
    tell_.step("census: rebinding from one throw-away CA to another");
    representative_ = usable_.front();
    for (const auto& bound : {user, other}) {
      for (const auto shown : {Shown::keyless, Shown::keyless_other}) {
        if (auto done = on_all(shown, bound, representative_); !done) return done;
      }
    }
    return bench_.forget(other);
  }

  /// A store that counts only while nothing is bound.
  Status with_nothing() {
    auto unbound = bench_.unbind();
    if (!unbound) return std::move(unbound).error();
    if (!*unbound) {
      if (auto done = restart("so that nothing is bound"); !done) return done;
      unbound = bench_.unbind();
      if (!unbound) return std::move(unbound).error();
    }
    if (!*unbound || over_) return success();
    tell_.step("census: the same chains with nothing bound");
    const Bound nothing{What::nothing, -1};
    for (const auto& [of, anchor] : like_) {
      if (auto done = on_all(Shown::unknown_like, nothing, anchor); !done) return done;
    }
    if (!any_refused(nothing)) return success();  // it judges nothing then, or opens nothing
    for (const int anchor : usable_) {
      if (auto done = on_all(Shown::replay, nothing, anchor); !done || over_) return done;
      progress();
    }
    return success();
  }

  /// Each root is uploaded, bound, asked about and taken off again.
  Status positive_controls() {
    tell_.step("census: each root's positive control");
    for (const int anchor : usable_) {
      const bool hit = candidate(anchor);
      if (!hit && !was_refused(anchor)) continue;  // nothing that a positive control could add to
      const int times = hit ? limits_.repeat : 1;
      const Bound own{What::genuine, anchor};
      for (int i = 0; i < times; ++i) {
        if (auto done = on_all(Shown::replay, own, anchor); !done) return done;
      }
      if (auto done = on_all(Shown::unknown_like, own, anchor); !done) return done;
      if (auto done = bench_.forget(own); !done) return done;
      if (over_) return success();
      progress();
    }
    return success();
  }

  /// After a restart, every hit with its controls, so often as a claim needs.
  Status confirm() {
    std::vector<int> hits;
    for (const int anchor : usable_) {
      if (candidate(anchor)) hits.push_back(anchor);
    }
    if (hits.empty()) return success();
    tell_.step("census: confirming " + counted(hits.size(), "hit") + " after a restart");
    const int before = restarts_;
    if (auto done = restart("before the hits are confirmed"); !done) return done;
    if (restarts_ == before) return success();  // unconfirmed, and the rows say so
    for (const int anchor : hits) {
      for (int i = 0; i < limits_.repeat && !over_; ++i) {
        for (const auto shown : {Shown::replay, Shown::flipped_twin, Shown::unknown_like, Shown::keyless}) {
          if (auto done = on_all(shown, user, anchor); !done) return done;
        }
      }
      if (!over_) confirmed_.push_back(anchor);
      progress();
    }
    return success();
  }

  bool was_refused(int anchor) const {
    return std::any_of(evidence_.begin(), evidence_.end(), [&](const Evidence& evidence) {
      return infer::read(evidence, Probe{Shown::replay, user, anchor}, 1).rejected();
    });
  }

  bool candidate(int anchor) const {
    return std::any_of(evidence_.begin(), evidence_.end(),
                       [&](const Evidence& evidence) { return is_candidate(evidence, anchor); });
  }

  Status on_all(Shown shown, const Bound& bound, int anchor) {
    for (std::size_t i = 0; i < paths_.size() && !over_; ++i) {
      if (auto done = once(i, Probe{shown, bound, anchor}); !done) return done;
    }
    return success();
  }

  Status once(std::size_t path, const Probe& probe) {
    if (limits_.budget > 0 && bench_.handshakes() >= limits_.budget) {
      end("the budget of " + std::to_string(limits_.budget) + " handshakes is used up");
      return success();
    }
    Shot shot{probe};
    shot.path = paths_[path];
    shot.turn = turn_++;
    auto seen = attempt_past_a_hiccup(bench_, shot);
    if (!seen) return std::move(seen).error();
    // Siblings of this modem open no more connections after some twenty (AT reference, 2).
    if (seen->outcome == Outcome::not_sent && fresh_ > 0 && restarts_ < limits_.reboots && bench_.can_reboot()) {
      auto worn = is_worn(shot);
      if (!worn) return std::move(worn).error();
      if (*worn) {
        if (auto done = restart("it opens no more connections"); !done) return done;
        seen = bench_.attempt(shot);
        if (!seen) return std::move(seen).error();
      }
    }
    if (arrived(*seen)) ++fresh_;
    evidence_[path].attempts.push_back(*seen);
    return success();
  }

  /// A root that the modem cannot read is refused before any packet, too; under U that tells the two apart.
  Result<bool> is_worn(const Shot& shot) {
    Shot known{Probe{Shown::unknown_like, user, usable_.front()}};
    known.path = shot.path;
    auto seen = bench_.attempt(known);
    if (!seen) return std::move(seen).error();
    return !arrived(*seen);
  }

  Status restart(std::string_view why) {
    if (!bench_.can_reboot()) return success();
    if (restarts_ >= limits_.reboots) {
      end("the modem was restarted " + counted(static_cast<std::size_t>(restarts_), "time") + ", which is the budget");
      return success();
    }
    if (auto done = bench_.reboot(why); !done) return done;
    if (bench_.can_reboot()) ++restarts_;
    fresh_ = 0;
    return success();
  }

  void end(std::string why) {
    over_ = true;
    ended_ = std::move(why);
    tell_.warning("the census ends early: " + ended_);
  }

  void progress() { tell_.progress("census", ++done_, 3 * usable_.size()); }

  Census result() const {
    Census census;
    census.ended_early = ended_;
    std::vector<int> like;
    for (std::size_t k = 0; k < anchors_.size(); ++k) {
      const int anchor = static_cast<int>(k);
      like.push_back(anchors_[k].unusable.empty() ? like_of(anchor) : anchor);
    }
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      CensusFacts facts{evidence_[i], like, confirmed_, usable_.empty() ? -1 : representative_};
      census.paths.push_back(read_census(std::move(facts), paths_[i]));
    }
    return census;
  }

  Bench& bench_;
  const std::vector<infer::Anchor>& anchors_;
  const std::vector<Path>& paths_;
  CensusLimits limits_;
  Reporter& tell_;
  std::vector<Evidence> evidence_{};  ///< by path
  std::vector<int> usable_{}, confirmed_{};
  std::map<Shape, int> like_{};
  int representative_ = 0;
  int turn_ = 0, restarts_ = 0;
  int fresh_ = 0;  ///< connections that arrived since the last restart
  std::uint64_t done_ = 0;
  bool over_ = false;
  std::string ended_{};
};

}  // namespace

std::string_view word(CensusRow::State state) {
  switch (state) {
    case CensusRow::State::trusted: return "trusted";
    case CensusRow::State::when_nothing: return "when-nothing-bound";
    case CensusRow::State::not_trusted: return "not-trusted";
    case CensusRow::State::untried: return "untried";
  }
  return "";
}

std::size_t PathCensus::count(CensusRow::State state) const {
  return static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [&](const CensusRow& row) { return row.state == state; }));
}

Result<Census> run_census(Bench& bench, const std::vector<infer::Anchor>& anchors, const std::vector<Path>& paths,
                          const CensusLimits& limits, Reporter& reporter) {
  return Run(bench, anchors, paths, limits, reporter).run();
}

std::vector<int> worth_a_closer_look(const Census& census, const std::vector<infer::Anchor>& anchors) {
  constexpr std::size_t most_hits = 2;
  const auto any = [&](std::size_t anchor, CensusRow::State state) {
    return std::any_of(census.paths.begin(), census.paths.end(),
                       [&](const PathCensus& path) { return path.rows[anchor].state == state; });
  };
  std::vector<int> chosen;
  for (const auto state : {CensusRow::State::trusted, CensusRow::State::when_nothing}) {
    for (std::size_t i = 0; i < anchors.size() && chosen.size() < most_hits; ++i) {
      if (any(i, state)) chosen.push_back(static_cast<int>(i));
    }
  }
  const auto wanted = std::max<std::size_t>(2, chosen.size() + 1);
  for (const auto state : {CensusRow::State::not_trusted, CensusRow::State::untried}) {
    for (std::size_t i = 0; i < anchors.size() && chosen.size() < wanted; ++i) {
      if (!anchors[i].unusable.empty() || !any(i, state)) continue;
      if (std::find(chosen.begin(), chosen.end(), static_cast<int>(i)) == chosen.end())
        chosen.push_back(static_cast<int>(i));
    }
  }
  return chosen;
}

}  // namespace epki::trial

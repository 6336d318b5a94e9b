// Clients that no policy of the vocabulary describes: trust on first use, exceptions for single hosts, moods. They must
// end in the class that they are, or outside the model; never in a better one.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "verify/infer/conclude.hpp"
#include "verify/infer/forgeries.hpp"
#include "verify/trial/schedule.hpp"
#include "verify/trial/tests/fake_bench.hpp"

namespace epki::trial {
namespace {

using infer::Attempt;
using infer::Bound;
using infer::Class;
using infer::Influence;
using infer::Outcome;
using infer::Shown;
using infer::testing::ModelClient;
using What = Bound::What;
using A = ModelClient::Anchors;

bool dials_own_name(const Shot& shot) {
  return shot.anchor < 0 || shot.shown == Shown::replay_wrong_name || shot.shown == Shown::forged_genuine;
}

/// A modem that does all it is told, with a client of its own.
class Outsider : public Bench {
 public:
  Result<Attempt> attempt(const Shot& shot) final {
    ++opens_;
    return answer(shot);
  }
  Result<bool> unbind() override { return true; }
  Status forget(const Bound&) override { return success(); }
  bool can_reboot() const override { return true; }
  Status reboot(std::string_view) override { return success(); }
  int handshakes() const override { return opens_; }
  std::string absence() const override { return {}; }

 private:
  virtual Result<Attempt> answer(const Shot& shot) = 0;
  int opens_ = 0;
};

/// What a client may remember of a chain.
enum class Pinned { certificate, authority };

std::string identity(const Shot& shot, Pinned what) {
  std::string of;
  switch (shot.shown) {
    case Shown::unknown: of = shot.turn % 2 == 0 ? "stranger's issuing" : "stranger"; break;
    case Shown::unknown_like: of = "nobody"; break;
    case Shown::replay:
    case Shown::replay_wrong_name: of = "genuine"; break;
    case Shown::flipped_twin: of = "genuine, flipped"; break;
    case Shown::everything_wrong:
    case Shown::forgery:
    case Shown::own_certificate: of = "another stranger"; break;
    default: of = "U"; break;
  }
  if (what == Pinned::authority) return of.substr(0, of.find('\''));
  return of + std::to_string(static_cast<int>(shot.shown)) + "/" + std::to_string(shot.depth) + "/" +
         std::to_string(shot.shown == Shown::own_chain ? shot.turn % 2 : 0);
}

/// Believes whoever comes first under a name, and afterwards only him.
class FirstUse final : public Outsider {
 public:
  FirstUse(Pinned what, bool only_when_complete, bool forgets)
      : what_(what), complete_(only_when_complete), forgets_(forgets) {}

  Result<Attempt> answer(const Shot& shot) override {
    const auto name = std::string(dials_own_name(shot) ? "own" : "genuine");
    const auto who = identity(shot, what_);
    const bool keyless = infer::is_keyless(shot.shown);
    const auto known = pins_.find(name);
    const bool believed = known == pins_.end() || known->second == who;
    if (believed && !(keyless && complete_)) pins_[name] = who;
    if (!believed) return Attempt{shot, Outcome::refused, 48};
    if (keyless) return Attempt{shot, Outcome::refused, 51};
    return Attempt{shot, Outcome::accepted, std::nullopt};
  }
  Status reboot(std::string_view) override {
    if (forgets_) pins_.clear();
    return success();
  }

 private:
  Pinned what_;
  bool complete_, forgets_;
  std::map<std::string, std::string> pins_;
};

/// A model client that is another one for some names.
class Exceptional final : public Outsider {
 public:
  Exceptional(ModelClient usual, ModelClient for_genuine_name, ModelClient for_own_name)
      : usual_(std::move(usual)), genuine_(std::move(for_genuine_name)), own_(std::move(for_own_name)) {}
  Result<Attempt> answer(const Shot& shot) override { return (dials_own_name(shot) ? own_ : genuine_).answer(shot); }

 private:
  ModelClient usual_, genuine_, own_;
};

infer::Conclusion judge(Bench& bench) {
  SilentReporter quiet;
  const auto evidence = run_schedule(bench, {{"CN=Root 1", "", "www.example.test"}}, {Path::mqtt}, {}, quiet);
  EXPECT_TRUE(evidence.ok());
  return infer::conclude(evidence->front());
}

TEST(OutsideTheModel, TrustOnFirstUseIsNeverCalledBetterThanItIs) {
  for (const auto what : {Pinned::certificate, Pinned::authority}) {
    for (const bool complete : {false, true}) {
      for (const bool forgets : {false, true}) {
        FirstUse bench(what, complete, forgets);
        const auto result = judge(bench);
        const auto where =
            std::to_string(static_cast<int>(what)) + (complete ? " complete" : "") + (forgets ? " forgets" : "");
        // Unverified it may be called: who comes first is believed.
        EXPECT_TRUE(result.verdict == Class::inconclusive || result.verdict == Class::unverified)
            << where << ": " << result.because;
        EXPECT_NE(result.influence, Influence::detected) << where << ": " << result.because;
        EXPECT_NE(result.influence, Influence::not_found) << where << ": " << result.because;
      }
    }
  }
}

/// Looks at the name in the certificate and at nothing else.
class NameOnly final : public Outsider {
 public:
  Result<Attempt> answer(const Shot& shot) override {
    const bool other_name = shot.shown == Shown::wrong_host || shot.shown == Shown::replay_wrong_name ||
                            shot.shown == Shown::everything_wrong;
    if (other_name) return Attempt{shot, Outcome::refused, 42};
    if (infer::is_keyless(shot.shown)) return Attempt{shot, Outcome::refused, 51};
    return Attempt{shot, Outcome::accepted, std::nullopt};
  }
};

TEST(OutsideTheModel, AClientThatComparesNamesOnlyIsUnverified) {
  NameOnly bench;
  const auto result = judge(bench);
  EXPECT_EQ(result.verdict, Class::unverified) << result.because;
  EXPECT_EQ(result.influence, Influence::inconclusive) << result.because;
  EXPECT_FALSE(result.names_checked) << "no promise hangs on the name of a server that is not verified";
}

/// Verifies all that the model knows, and takes one shortcut (infer/forgeries.hpp).
class Shortcut final : public Outsider {
 public:
  explicit Shortcut(int forgery) : forgery_(forgery) {}
  Result<Attempt> answer(const Shot& shot) override {
    if (shot.shown != Shown::forgery || shot.depth != forgery_) return honest_.answer(shot);
    return Attempt{shot, Outcome::accepted, std::nullopt};
  }

 private:
  int forgery_;
  ModelClient honest_{};
};

TEST(OutsideTheModel, WhoTakesWhatAnybodyCanMakeIsUnverified) {
  for (int i = 0; i < static_cast<int>(infer::forgeries.size()); ++i) {
    Shortcut bench(i);
    const auto result = judge(bench);
    EXPECT_EQ(result.verdict, Class::unverified)
        << infer::forgeries[static_cast<std::size_t>(i)].name << ": " << result.because;
    EXPECT_FALSE(result.outside_the_model) << result.because;
    EXPECT_EQ(result.policy.at("anchors"), "unverified") << "no persona that is saved may say better";
  }
  Shortcut honest(-1);
  const auto result = judge(honest);
  EXPECT_EQ(result.verdict, Class::uploaded) << result.because;
  EXPECT_EQ(result.because.find("was not tried"), std::string::npos) << result.because;
}

TEST(OutsideTheModel, AVerdictSaysWhichForgeriesABudgetLeftOut) {
  SilentReporter quiet;
  Shortcut bench(-1);
  const auto evidence = run_schedule(bench, {{"CN=Root 1", "", "www.example.test"}}, {Path::mqtt}, {3, 32}, quiet);
  ASSERT_TRUE(evidence.ok());
  const auto result = infer::conclude(evidence->front());
  ASSERT_EQ(result.verdict, Class::uploaded) << result.because;
  EXPECT_NE(result.because.find("no answer to C4-"), std::string::npos) << result.because;
}

/// Honours what is bound. With nothing bound it goes on with what counted last, also after a restart.
class LastSticks final : public Outsider {
 public:
  Result<Attempt> answer(const Shot& shot) override {
    Shot with_last = shot;
    if (shot.bound.what == What::nothing) with_last.bound = last_;
    last_ = with_last.bound;
    auto seen = honest_.answer(with_last);
    seen.bound = shot.bound;
    return seen;
  }

 private:
  Bound last_{What::nothing, -1};
  ModelClient honest_{};
};

/// What was once bound goes on counting; `for_ever`: over a restart too.
class Collects final : public Outsider {
 public:
  explicit Collects(bool for_ever) : for_ever_(for_ever) {}
  Result<Attempt> answer(const Shot& shot) override {
    if (std::find(seen_.begin(), seen_.end(), shot.bound) == seen_.end()) seen_.push_back(shot.bound);
    auto best = honest_.answer(shot);
    for (const auto& bound : seen_) {
      Shot other = shot;
      other.bound = bound;
      const auto answer = honest_.answer(other);
      if (answer.alert != infer::alert_unknown_ca) best = answer;
    }
    best.bound = shot.bound;
    return best;
  }
  Status reboot(std::string_view) override {
    if (!for_ever_) seen_.clear();
    return success();
  }

 private:
  bool for_ever_;
  std::vector<Bound> seen_;
  ModelClient honest_{};
};

TEST(OutsideTheModel, WhatWeBoundOurselvesIsNotTakenForBuiltIn) {
  LastSticks last;
  const auto result = judge(last);
  EXPECT_EQ(result.verdict, Class::inconclusive) << result.because;
  EXPECT_EQ(result.influence, Influence::inconclusive) << result.because;
  EXPECT_TRUE(result.found.empty());
  Collects ever(true);
  const auto collected = judge(ever);
  EXPECT_EQ(collected.verdict, Class::inconclusive) << collected.because;
  EXPECT_EQ(collected.influence, Influence::inconclusive) << collected.because;
  EXPECT_TRUE(collected.found.empty());
}

TEST(OutsideTheModel, UploadsThatCountWithoutBeingBoundAreMoreThanUploaded) {
  Collects bench(false);
  const auto result = judge(bench);
  EXPECT_EQ(result.verdict, Class::inconclusive) << result.because;
  EXPECT_EQ(result.influence, Influence::not_found) << result.because;
  EXPECT_NE(result.because.find("C1-genuine"), std::string::npos) << result.because;
}

ModelClient client(A anchors, std::vector<int> built_in = {}) {
  ModelClient model;
  model.anchors = anchors;
  model.built_in = std::move(built_in);
  return model;
}

TEST(OutsideTheModel, AnExceptionForTheReplayedNameIsNotTakenForBuiltInAnchors) {
  // Nothing is verified for that one name.
  Exceptional blind(client(A::uploaded), client(A::unverified), client(A::uploaded));
  auto result = judge(blind);
  EXPECT_EQ(result.verdict, Class::inconclusive) << result.because;
  EXPECT_EQ(result.influence, Influence::inconclusive) << result.because;
  // That name is pinned to its own root, and no upload counts for it.
  Exceptional pinned(client(A::uploaded), client(A::built_in, {0}), client(A::uploaded));
  result = judge(pinned);
  EXPECT_EQ(result.verdict, Class::inconclusive) << result.because;
  EXPECT_NE(result.influence, Influence::not_found) << result.because;
}

TEST(OutsideTheModel, AnExceptionForOurNameIsUnverifiedForThatName) {
  Exceptional bench(client(A::uploaded), client(A::uploaded), client(A::unverified));
  EXPECT_EQ(judge(bench).verdict, Class::unverified);
}

TEST(OutsideTheModel, AnotherLibrarysStoreForOneNameIsFoundAsInfluence) {
  // Union for that name only: the built-in root does make the difference there.
  Exceptional bench(client(A::uploaded), client(A::both, {0}), client(A::uploaded));
  const auto result = judge(bench);
  EXPECT_EQ(result.influence, Influence::detected) << result.because;
}

}  // namespace
}  // namespace epki::trial

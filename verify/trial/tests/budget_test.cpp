// --budget N: what is said within a budget is what an unbounded run says, or less; and a larger one never says less.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "verify/infer/conclude.hpp"
#include "verify/infer/tests/model_client.hpp"
#include "verify/trial/schedule.hpp"
#include "verify/trial/tests/fake_bench.hpp"

namespace epki::trial {
namespace {

using infer::Class;
using infer::Conclusion;
using infer::Influence;
using infer::Shown;
using infer::testing::ModelClient;
using testing::FakeBench;
using A = ModelClient::Anchors;

struct Named {
  const char* name;
  ModelClient model;
};

std::vector<Named> clients() {
  const auto one = [](A anchors, auto change) {
    ModelClient model;
    model.anchors = anchors;
    model.built_in = {0};
    change(model);
    return model;
  };
  const auto as_it_is = [](ModelClient&) {};
  return {
      {"uploaded", one(A::uploaded, as_it_is)},
      {"union", one(A::both, as_it_is)},
      {"built-in", one(A::built_in, as_it_is)},
      {"when nothing", one(A::when_nothing, as_it_is)},
      {"unverified", one(A::unverified, as_it_is)},
      {"late", one(A::both, [](ModelClient& m) { m.decided = ModelClient::Decided::after_handshake; })},
      {"no self-signed", one(A::uploaded, [](ModelClient& m) { m.self_signed_uploads = false; })},
      {"signatures unchecked", one(A::uploaded, [](ModelClient& m) { m.checks_signature = false; })},
      {"loose", one(A::both,
                    [](ModelClient& m) {
                      m.checks_eku = m.checks_time = false;
                      m.items = {true, 0};
                      m.chain = {false, 0x8};
                      m.most_intermediates = 3;
                    })},
  };
}

Conclusion within(const ModelClient& model, int budget) {
  FakeBench bench(model);
  SilentReporter quiet;
  const auto evidence = run_schedule(bench, {{"CN=Root 1", "", "www.example.test"}}, {Path::mqtt}, {3, budget}, quiet);
  EXPECT_TRUE(evidence.ok());
  if (budget > 0) {
    EXPECT_LE(bench.handshakes(), budget);
  }
  return evidence ? infer::conclude(evidence->front()) : Conclusion{};
}

/// `less` says nothing that `more` does not say: a class, an influence and rows that are known are the same ones, and
/// what it thinks impossible is impossible.
void expect_no_less(const Conclusion& less, const Conclusion& more, const std::string& where) {
  if (less.verdict != Class::inconclusive) {
    EXPECT_EQ(infer::word(less.verdict), infer::word(more.verdict)) << where << less.because << "\n" << more.because;
  }
  if (less.influence != Influence::inconclusive) {
    EXPECT_EQ(infer::word(less.influence), infer::word(more.influence)) << where;
  }
  for (const auto& [row, value] : less.policy.rows) {
    if (value != "unknown") {
      EXPECT_EQ(value, more.policy.at(row)) << where << row;
    }
  }
  for (const auto one : more.possible) {
    EXPECT_NE(std::find(less.possible.begin(), less.possible.end(), one), less.possible.end())
        << where << infer::word(one) << " was thought impossible";
  }
}

TEST(Budget, ALargerOneNeverSaysLessAndNoneSaysWhatAnUnboundedRunDoesNot) {
  for (const auto& [name, model] : clients()) {
    const auto whole = within(model, 0);
    Conclusion before;
    before.possible = infer::every_class();
    before.possible.push_back(Class::inconclusive);
    for (int budget = 1; budget <= 90; budget += budget < 40 ? 1 : 5) {
      const auto where = std::string(name) + ", " + std::to_string(budget) + " handshakes: ";
      const auto now = within(model, budget);
      expect_no_less(before, now, where);
      expect_no_less(now, whole, where + "against an unbounded run: ");
      if (::testing::Test::HasFailure()) return;
      before = now;
    }
  }
}

TEST(Budget, BuysTheControlsThenTheTrustClassThenTheRows) {
  ModelClient model;
  FakeBench bench(model);
  SilentReporter quiet;
  ASSERT_TRUE(run_schedule(bench, {{"CN=Root 1", "", "www.example.test"}}, {Path::mqtt}, {3, 200}, quiet).ok());
  const auto first = [&](auto fits) {
    return std::find_if(bench.shots.begin(), bench.shots.end(), fits) - bench.shots.begin();
  };
  const auto shows = [&](Shown shown) { return first([&](const Shot& shot) { return shot.shown == shown; }); };
  const auto second_control = [&] {
    int seen = 0;
    return first([&](const Shot& shot) { return shot.shown == Shown::own_chain && ++seen == 2; });
  }();
  const auto positive = first(
      [](const Shot& shot) { return shot.shown == Shown::replay && shot.bound.what == infer::Bound::What::genuine; });
  EXPECT_LT(shows(Shown::own_chain), positive);
  EXPECT_LT(shows(Shown::unknown), positive);
  EXPECT_LT(positive, second_control) << "every question once before any is repeated";
  EXPECT_LT(second_control, shows(Shown::wrong_host));
}

TEST(Budget, ThatIsEnoughForTheTrustClassNamesIt) {
  // Three answers to each of six questions, and to the three controls beside the replay; one to that beside P1.
  constexpr int needed = 3 * 9 + 1;
  int enough = 1;
  while (enough < 60 && within(ModelClient{}, enough).verdict == Class::inconclusive) ++enough;
  EXPECT_LE(enough, needed + 1) << "handshakes";
}

TEST(Budget, ThatIsEnoughForOnePathNamesTheClassOfTheFirst) {
  FakeBench bench(ModelClient{}, ModelClient{}, {}, 1);
  SilentReporter quiet;
  const auto both =
      run_schedule(bench, {{"CN=Root 1", "", "www.example.test"}}, {Path::mqtt, Path::ssl}, {3, 40}, quiet);
  ASSERT_TRUE(both.ok());
  EXPECT_EQ(infer::word(infer::conclude(both->front()).verdict), infer::word(Class::uploaded));
  EXPECT_EQ(infer::word(infer::conclude(both->back()).verdict), infer::word(Class::inconclusive));
  EXPECT_FALSE(both->back().attempts.empty()) << "each question was put to it once";
}

}  // namespace
}  // namespace epki::trial

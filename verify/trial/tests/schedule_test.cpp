// The order of probes, run on a model client: what must be concluded, and what must hold along the way.
#include "verify/trial/schedule.hpp"

#include <gtest/gtest.h>

#include <map>

#include "verify/infer/conclude.hpp"
#include "verify/infer/tests/model_client.hpp"
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
using testing::FakeBench;
using What = Bound::What;
using A = ModelClient::Anchors;

ModelClient client(A anchors, std::vector<int> built_in = {}) {
  ModelClient model;
  model.anchors = anchors;
  model.built_in = std::move(built_in);
  return model;
}

std::vector<infer::Anchor> anchors(int n) {
  std::vector<infer::Anchor> all;
  for (int i = 0; i < n; ++i) all.push_back({"CN=Root " + std::to_string(i + 1), "", "www.example.test"});
  return all;
}

infer::Evidence play(FakeBench& bench, int chains = 1, Limits limits = {}) {
  SilentReporter quiet;
  auto evidence = run_schedule(bench, anchors(chains), {Path::mqtt}, limits, quiet);
  EXPECT_TRUE(evidence.ok());
  return evidence ? evidence->front() : infer::Evidence{};
}

infer::Conclusion judge(FakeBench& bench, int chains = 1, Limits limits = {}) {
  return infer::conclude(play(bench, chains, limits));
}

TEST(Schedule, EveryClassIsReachedByItsOwnProbes) {
  struct Row {
    const char* name;
    ModelClient model;
    Class verdict;
    int chains = 1;
  };
  auto late = client(A::uploaded);
  late.decided = ModelClient::Decided::after_handshake;
  auto no_self_signed = client(A::uploaded);
  no_self_signed.self_signed_uploads = false;
  auto local = client(A::both, {0});
  local.refuses_user_locally = true;
  auto local_none = client(A::uploaded);
  local_none.refuses_user_locally = local_none.refuses_nothing_locally = true;
  for (const auto& row :
       {Row{"uploaded", client(A::uploaded), Class::uploaded}, Row{"union", client(A::both, {0}), Class::union_of_both},
        Row{"built-in", client(A::built_in, {0}), Class::built_in},
        Row{"when nothing", client(A::when_nothing, {0}), Class::built_in_when_nothing_uploaded},
        Row{"unverified", client(A::unverified), Class::unverified}, Row{"late", late, Class::inconclusive},
        Row{"no self-signed", no_self_signed, Class::uploaded_not_honoured},
        Row{"local, union", local, Class::union_of_both, 2},
        Row{"local, not honoured", local_none, Class::uploaded_not_honoured, 2},
        Row{"second of two", client(A::both, {1}), Class::union_of_both, 2}}) {
    FakeBench bench(row.model);
    const auto result = judge(bench, row.chains);
    EXPECT_EQ(word(result.verdict), word(row.verdict)) << row.name << ": " << result.because;
  }
}

TEST(Schedule, TheDecisiveReplayComesFirstAfterARebootAndAgainAfterAnother) {
  FakeBench bench(client(A::uploaded));
  play(bench);
  ASSERT_EQ(bench.reboot_before.size(), 2U);
  EXPECT_EQ(bench.reboot_before.front(), 0U);
  EXPECT_EQ(bench.shots.front().shown, Shown::replay);
  EXPECT_EQ(bench.shots.front().bound, Bound{});
  int again = 0;
  for (auto i = bench.reboot_before.back(); i < bench.shots.size(); ++i) {
    EXPECT_NE(bench.shots[i].bound.what, What::genuine);
    if (bench.shots[i].shown == Shown::replay && bench.shots[i].bound == Bound{}) ++again;
  }
  EXPECT_EQ(again, 1);
}

TEST(Schedule, NoGenuineRootIsOnTheModemWhileItsInfluenceIsTested) {
  FakeBench bench(client(A::when_nothing, {0}));
  play(bench, 2);
  bool bound = false;
  for (const auto& shot : bench.shots) {
    if (shot.bound.what == What::genuine) bound = true;
    if (shot.bound.what == What::nothing) {
      EXPECT_TRUE(bound);
    }
  }
  EXPECT_EQ(bench.forgotten.size(), 2U);
}

TEST(Schedule, ObserverAndFullServerAlternateUnderTheTestCa) {
  FakeBench bench(client(A::uploaded));
  play(bench);
  int switches = 0;
  for (std::size_t i = 1; i < 14; ++i) {
    if ((bench.shots[i].anchor >= 0) != (bench.shots[i - 1].anchor >= 0)) ++switches;
  }
  EXPECT_GE(switches, 8);
}

TEST(Schedule, AnUnverifyingModemIsNotProbedFurther) {
  FakeBench bench(client(A::unverified));
  play(bench);
  EXPECT_TRUE(bench.uploaded.empty());
  EXPECT_LE(bench.shots.size(), 21U);
}

TEST(Schedule, AWornModemIsRestartedAndTheVerdictStands) {
  FakeBench bench(client(A::both, {0}));
  bench.wears_after = 9;
  const auto result = judge(bench);
  EXPECT_EQ(result.verdict, Class::union_of_both) << result.because;
  EXPECT_GT(bench.reboot_before.size(), 2U);
}

TEST(Schedule, AWornModemThatMayNotBeRestartedIsInconclusive) {
  FakeBench bench(client(A::both, {0}));
  bench.wears_after = 9;
  bench.reboots_allowed = false;
  const auto result = judge(bench);
  EXPECT_EQ(result.verdict, Class::inconclusive);
}

TEST(Schedule, AWornModemIsNotTakenForOneThatRefusesWithNothingBound) {
  // Worn exactly when nothing is bound: the check under U tells.
  for (int wear = 18; wear < 40; ++wear) {
    FakeBench bench(client(A::when_nothing, {0}));
    bench.wears_after = wear;
    const auto result = judge(bench);
    EXPECT_EQ(result.verdict, Class::built_in_when_nothing_uploaded) << wear << ": " << result.because;
  }
}

TEST(Schedule, OneHiccupOfTheNetworkIsTriedAgain) {
  for (int at = 1; at < 40; ++at) {
    FakeBench bench(client(A::uploaded));
    bench.hiccup_at = at;
    EXPECT_EQ(judge(bench).verdict, Class::uploaded) << at;
  }
}

TEST(Schedule, AStreakOfLossesIsNotTakenForANameThatDoesNotLeadHere) {
  for (int lost = 1; lost < 9; ++lost) {
    FakeBench bench(client(A::uploaded));
    bench.own_chains_lost = lost;
    const auto result = judge(bench);
    EXPECT_EQ(result.verdict, Class::uploaded) << lost << ": " << result.because;
  }
  FakeBench never(client(A::uploaded));
  never.own_name_fails = true;
  EXPECT_EQ(judge(never).verdict, Class::inconclusive);
  EXPECT_LE(never.shots.size(), 12U);
}

TEST(Schedule, ANameThatDoesNotLeadHereEndsTheRunAtOnce) {
  FakeBench bench(client(A::uploaded));
  bench.own_name_fails = bench.replays_elsewhere = true;
  const auto result = judge(bench);
  EXPECT_EQ(result.verdict, Class::inconclusive);
  EXPECT_NE(result.because.find("cannot resolve broker.example"), std::string::npos) << result.because;
  EXPECT_LE(bench.shots.size(), 5U);
}

TEST(Schedule, AReplayedNameThatLeadsElsewhereIsInconclusive) {
  FakeBench bench(client(A::both, {0}));
  bench.replays_elsewhere = true;
  const auto result = judge(bench);
  EXPECT_EQ(result.verdict, Class::inconclusive);
  EXPECT_EQ(result.influence, Influence::inconclusive);
}

TEST(Schedule, AFirmwareThatDoesNotLetGoOfACaIsInconclusive) {
  FakeBench bench(client(A::uploaded));
  bench.lets_go = false;
  const auto result = judge(bench);
  EXPECT_EQ(result.verdict, Class::inconclusive);
  EXPECT_NE(result.because.find("P3"), std::string::npos) << result.because;
}

TEST(Schedule, TheBudgetIsKeptAndSaid) {
  for (const int budget : {1, 5, 12, 20, 24}) {
    FakeBench bench(client(A::uploaded));
    const auto result = judge(bench, 1, {3, budget});
    EXPECT_LE(bench.handshakes(), budget);
    EXPECT_EQ(result.verdict, Class::inconclusive);
    EXPECT_NE(result.because.find("budget of " + std::to_string(budget)), std::string::npos) << result.because;
  }
}

TEST(Schedule, AModemThatIsGoneIsAnError) {
  for (int at = 1; at < 30; at += 7) {
    FakeBench bench(client(A::uploaded));
    bench.gone_at = at;
    SilentReporter quiet;
    const auto evidence = run_schedule(bench, anchors(1), {Path::mqtt}, {}, quiet);
    ASSERT_FALSE(evidence.ok());
    EXPECT_EQ(evidence.error().code, Errc::modem_gone);
  }
}

TEST(Schedule, SettingsThatAFirmwareDoesNotTakeAreNotTriedInEveryCombination) {
  for (const unsigned lacking :
       {unsigned{infer::by_items}, infer::by_items | infer::by_chain, infer::all_knobs, unsigned{infer::by_sni}}) {
    FakeBench bench(client(A::both, {0}));
    bench.not_taken = lacking;
    const auto result = judge(bench);
    EXPECT_EQ(result.verdict, Class::union_of_both) << result.because;
    const auto in_vain = std::count_if(bench.shots.begin(), bench.shots.end(), [&](const Shot& shot) {
      return (infer::looseners_in(shot.settings) & lacking) != 0;
    });
    EXPECT_LE(in_vain, 31) << lacking;  // no set of them twice
    EXPECT_EQ(result.policy.at("ignorecertitem"), (lacking & infer::by_items) != 0 ? "unknown" : "no-effect");
    EXPECT_EQ(result.policy.at("ignoreinvalidcertsign"),
              (lacking & infer::by_signature) != 0 ? "unknown" : "no-effect");
    EXPECT_EQ(result.policy.at("hostname"), (lacking & infer::by_sni) != 0 ? "unknown" : "checked");
    EXPECT_EQ(result.policy.at("eku"), "checked");
  }
}

TEST(Schedule, AFullRunIsSparing) {
  FakeBench bench(client(A::uploaded));
  play(bench);
  EXPECT_LE(bench.shots.size(), 58U);  // six of them show what anybody can make
}

}  // namespace
}  // namespace epki::trial

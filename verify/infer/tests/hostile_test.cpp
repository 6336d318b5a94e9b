// Evidence that is incomplete, contradictory or from another stack: what must never be concluded from it.
#include <gtest/gtest.h>

#include "verify/infer/conclude.hpp"
#include "verify/infer/tests/model_client.hpp"

namespace epki::infer {
namespace {

using testing::full_run;
using testing::ModelClient;
using What = Bound::What;
using A = ModelClient::Anchors;
using D = ModelClient::Decided;
using S = ModelClient::Stack;

ModelClient client(A anchors, S stack = S::mbedtls) {
  ModelClient model;
  model.anchors = anchors;
  model.stack = stack;
  model.built_in = {0};
  return model;
}

/// All clients worth having in a sweep: anchors x stack x decided x alerts.
std::vector<ModelClient> many_clients() {
  std::vector<ModelClient> all;
  for (const auto anchors : {A::unverified, A::uploaded, A::both, A::built_in, A::when_nothing, A::nothing_honoured}) {
    for (const auto stack : {S::mbedtls, S::openssl, S::gnutls, S::wolfssl}) {
      for (const auto decided : {D::in_handshake, D::after_handshake, D::never}) {
        for (int habits = 0; habits < 128; ++habits) {
          auto model = client(anchors, stack);
          model.decided = decided;
          model.loses_alerts = (habits & 1) != 0;
          model.checks_signature = (habits & 2) == 0;
          model.verifies_without_ca = (habits & 4) == 0;
          model.refuses_user_locally = (habits & 8) != 0;
          model.self_signed_uploads = (habits & 16) == 0;
          model.clock_behind = (habits & 32) != 0;
          model.most_intermediates = (habits & 64) != 0 ? 0 : 8;
          all.push_back(model);
        }
      }
    }
  }
  return all;
}

/// A firmware that judges nothing while nothing is bound never asks its store then.
A what_counts(const ModelClient& model) {
  return model.anchors == A::when_nothing && !model.verifies_without_ca ? A::uploaded : model.anchors;
}

bool really_influenced(const ModelClient& model) {
  if (what_counts(model) == A::uploaded) return false;
  return model.anchors == A::both || model.anchors == A::built_in || model.anchors == A::when_nothing;
}

/// The two worst mistakes, over every client of the sweep and every probe left out once.
void check_no_wrong_word(const ModelClient& model, const Evidence& evidence, std::string_view what) {
  const auto result = conclude(evidence);
  const bool verifies = model.anchors != A::unverified && model.decided != D::never && model.checks_signature;
  if (result.verdict == Class::uploaded) {
    EXPECT_TRUE(verifies && what_counts(model) == A::uploaded && model.decided == D::in_handshake)
        << what << ": " << result.because;
  }
  if (result.influence == Influence::detected) {
    EXPECT_TRUE(really_influenced(model) && model.decided == D::in_handshake) << what << ": " << result.because;
  }
  if (result.influence == Influence::not_found) {
    EXPECT_FALSE(really_influenced(model)) << what << ": " << result.because;
  }
  if (result.verdict == Class::unverified) {
    EXPECT_FALSE(verifies) << what << ": " << result.because;
  }
  if (result.verdict == Class::uploaded_not_honoured) {
    EXPECT_TRUE(!model.self_signed_uploads || model.refuses_user_locally || model.anchors == A::nothing_honoured)
        << what << ": " << result.because;
  }
}

TEST(Hostile, NoClientOfTheSweepIsCalledWhatItIsNot) {
  const auto clients = many_clients();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    check_no_wrong_word(clients[i], full_run(clients[i], i % 5 == 0 ? 2 : 1, 1), "complete run");
  }
}

TEST(Hostile, LeavingOutAnyProbeNeverMakesAVerdictWrong) {
  const auto clients = many_clients();
  for (std::size_t i = 0; i < clients.size(); i += 61) {
    const auto& model = clients[i];
    const auto complete = full_run(model, 1, 1);
    for (std::size_t skip = 0; skip < complete.attempts.size(); ++skip) {
      auto evidence = complete;
      evidence.attempts.erase(evidence.attempts.begin() + static_cast<std::ptrdiff_t>(skip));
      check_no_wrong_word(model, evidence, probe_name(complete.attempts[skip]));
    }
  }
}

TEST(Hostile, LostAlertsDecideNothingAboutAnchors) {
  for (const auto anchors : {A::uploaded, A::both, A::built_in, A::when_nothing}) {
    auto model = client(anchors);
    model.loses_alerts = true;
    const auto result = conclude(full_run(model));
    EXPECT_EQ(result.verdict, Class::inconclusive);
    EXPECT_EQ(result.influence, Influence::inconclusive);
    EXPECT_NE(result.because.find("without an alert"), std::string::npos) << result.because;
  }
  auto blind = client(A::unverified);
  blind.loses_alerts = true;
  EXPECT_EQ(conclude(full_run(blind)).verdict, Class::unverified);
}

TEST(Hostile, OtherStacksAreReadByWhatTheyAnswerToTheControls) {
  for (const auto stack : {S::openssl, S::gnutls}) {
    EXPECT_EQ(conclude(full_run(client(A::both, stack))).verdict, Class::union_of_both);
    EXPECT_EQ(conclude(full_run(client(A::when_nothing, stack))).verdict, Class::built_in_when_nothing_uploaded);
    auto strict = client(A::uploaded, stack);
    EXPECT_EQ(conclude(full_run(strict)).verdict, Class::uploaded);
  }
}

TEST(Hostile, AClosingStackIsInconclusiveNotTrusting) {
  for (const auto anchors : {A::both, A::uploaded, A::built_in}) {
    const auto result = conclude(full_run(client(anchors, S::wolfssl)));
    EXPECT_EQ(result.verdict, Class::inconclusive) << result.because;
    EXPECT_EQ(result.influence, Influence::inconclusive);
  }
}

void change(Evidence& evidence, Shown shown, const Bound& bound, Outcome outcome, std::optional<int> alert,
            int how_many = 1) {
  for (auto& attempt : evidence.attempts) {
    if (how_many == 0) return;
    if (attempt.shown != shown || attempt.bound != bound) continue;
    attempt.outcome = outcome;
    attempt.alert = alert;
    --how_many;
  }
}

TEST(Contradiction, IsNamedByItsProbe) {
  const Bound user{};
  struct Case {
    Shown shown;
    Bound bound;
    const char* named;
  };
  for (const auto& [shown, bound, named] :
       {Case{Shown::unknown, user, "C2"}, Case{Shown::badsig, user, "C3"}, Case{Shown::replay, user, "P2"},
        Case{Shown::replay, {What::nothing, -1}, "P3"}, Case{Shown::replay, {What::genuine, 0}, "P1"},
        Case{Shown::unknown_like, user, "P2-like"}, Case{Shown::flipped_twin, user, "P2-twin"},
        Case{Shown::keyless, user, "P2-keyless"}, Case{Shown::own_chain, user, "C1"}}) {
    auto evidence = full_run(client(A::uploaded));
    change(evidence, shown, bound, Outcome::closed, std::nullopt);
    const auto result = conclude(evidence);
    EXPECT_EQ(result.verdict, Class::inconclusive) << named;
    EXPECT_NE(result.because.find(named), std::string::npos) << result.because;
  }
}

TEST(Contradiction, OneAcceptedUnknownServerIsNotIgnored) {
  auto evidence = full_run(client(A::uploaded));
  change(evidence, Shown::unknown, {}, Outcome::accepted, std::nullopt);
  const auto result = conclude(evidence);
  EXPECT_EQ(result.verdict, Class::inconclusive);
  EXPECT_TRUE(result.contradictory);
}

TEST(Contradiction, AReplayThatPassedOnceOfThreeIsNotNotFound) {
  auto evidence = full_run(client(A::uploaded));
  change(evidence, Shown::replay, {}, Outcome::refused, 51);
  const auto result = conclude(evidence);
  EXPECT_EQ(result.verdict, Class::inconclusive);
  EXPECT_EQ(result.influence, Influence::inconclusive);
  EXPECT_TRUE(result.contradictory);
}

TEST(Missing, FewerAnswersThanRequiredDecideNothing) {
  auto evidence = full_run(client(A::uploaded), 1, 2);
  evidence.repeat = 3;
  evidence.ended_early = "the budget of 12 handshakes was used up";
  const auto result = conclude(evidence);
  EXPECT_EQ(result.verdict, Class::inconclusive);
  EXPECT_NE(result.because.find("budget"), std::string::npos) << result.because;
}

TEST(Missing, ASignatureThatWasNotAskedAboutLeavesUnverifiedPossible) {
  auto evidence = full_run(client(A::uploaded));
  std::erase_if(evidence.attempts, [](const Attempt& one) {
    return one.shown == Shown::badsig || one.shown == Shown::forged_genuine || one.shown == Shown::flipped_twin;
  });
  const auto result = conclude(evidence);
  EXPECT_EQ(result.verdict, Class::inconclusive);
  EXPECT_NE(std::find(result.possible.begin(), result.possible.end(), Class::unverified), result.possible.end());
}

TEST(Missing, NoClientHelloNamesWhatExplainsIt) {
  Evidence evidence;
  evidence.attempts.assign(3, Attempt{});
  evidence.absence = "the modem cannot resolve broker.example";
  auto result = conclude(evidence);
  EXPECT_EQ(result.verdict, Class::inconclusive);
  EXPECT_NE(result.because.find("cannot resolve broker.example"), std::string::npos) << result.because;
  EXPECT_NE(result.next_step.find("--reach-as"), std::string::npos);
  EXPECT_FALSE(result.contradictory);
}

TEST(Missing, AReplayThatDoesNotArriveIsInconclusive) {
  auto evidence = full_run(client(A::uploaded));
  for (auto& attempt : evidence.attempts) {
    if (attempt.anchor != 0) continue;
    attempt.outcome = Outcome::unreachable;
    attempt.alert.reset();
  }
  const auto result = conclude(evidence);
  EXPECT_EQ(result.verdict, Class::inconclusive);
  EXPECT_NE(result.because.find("did not arrive"), std::string::npos) << result.because;
}

TEST(Missing, AnUnusableChainSaysWhy) {
  auto evidence = full_run(client(A::both));
  evidence.anchors[0].unusable = "its root lies on the modem already, as old.pem";
  const auto result = conclude(evidence);
  EXPECT_EQ(result.influence, Influence::inconclusive);
  EXPECT_NE(result.because.find("lies on the modem already"), std::string::npos) << result.because;
}

TEST(Missing, ARootThatLayOnTheModemIsNotCalledBuiltIn) {
  auto evidence = full_run(client(A::both));
  evidence.anchors[0].lies_on_modem = "old.pem";
  const auto result = conclude(evidence);
  EXPECT_EQ(result.influence, Influence::inconclusive);
  EXPECT_NE(result.because.find("old.pem"), std::string::npos) << result.because;
  auto strict = client(A::uploaded);
  evidence = full_run(strict);
  evidence.anchors[0].lies_on_modem = "old.pem";
  EXPECT_EQ(conclude(evidence).verdict, Class::uploaded);
}

TEST(Missing, APositiveControlThatJudgesNothingCountsNothing) {
  auto evidence = full_run(client(A::uploaded));
  change(evidence, Shown::unknown_like, {What::genuine, 0}, Outcome::refused, 51, 3);
  const auto result = conclude(evidence);
  EXPECT_EQ(result.verdict, Class::inconclusive) << result.because;
  EXPECT_NE(result.because.find("P1-like"), std::string::npos) << result.because;
}

TEST(Missing, WithoutItsPositiveControlNothingIsDetected) {
  auto evidence = full_run(client(A::when_nothing));
  change(evidence, Shown::replay, {What::genuine, 0}, Outcome::refused, 45, 3);
  EXPECT_EQ(conclude(evidence).influence, Influence::inconclusive);
}

TEST(Missing, ALongerChainThanTheIssuerShowsIsNotCleared) {
  auto model = client(A::uploaded);
  model.self_signed_uploads = false;
  auto evidence = full_run(model);
  EXPECT_EQ(conclude(evidence).verdict, Class::uploaded_not_honoured);
  evidence.anchors[0].intermediates = 2;
  EXPECT_EQ(conclude(evidence).influence, Influence::inconclusive);
}

TEST(Missing, ACaseTheOracleSeesOtherwiseIsNoEvidence) {
  auto evidence = full_run(client(A::both));
  for (auto& attempt : evidence.attempts) {
    if (attempt.shown == Shown::replay) attempt.oracle_as_expected = false;
  }
  EXPECT_EQ(conclude(evidence).influence, Influence::inconclusive);
}

TEST(Confounder, AWrongNameOrClockIsNotCalledNotHonoured) {
  for (const int alert : {42, 43, 45, 46}) {
    auto upload = client(A::uploaded);
    upload.built_in = {};
    auto evidence = full_run(upload);
    change(evidence, Shown::own_chain, {}, Outcome::refused, alert, 3);
    const auto result = conclude(evidence);
    EXPECT_EQ(result.verdict, Class::inconclusive) << alert;
    EXPECT_NE(result.because.find("points to"), std::string::npos) << result.because;
  }
}

TEST(Confounder, InfluenceStandsWhereC1IsUnclear) {
  auto evidence = full_run(client(A::both));
  change(evidence, Shown::own_chain, {}, Outcome::refused, 46, 3);
  const auto result = conclude(evidence);
  EXPECT_EQ(result.influence, Influence::detected);
  EXPECT_EQ(result.verdict, Class::inconclusive);
}

TEST(Confounder, AChainLimitIsNotTakenForTheRoot) {
  auto model = client(A::uploaded);
  model.most_intermediates = 0;
  const auto result = conclude(full_run(model));
  EXPECT_EQ(result.verdict, Class::inconclusive) << result.because;
}

}  // namespace
}  // namespace epki::infer

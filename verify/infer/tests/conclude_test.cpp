// The fourteen hypotheses of the measured table, each played by a model client, and what must be concluded from each.
#include "verify/infer/conclude.hpp"

#include <gtest/gtest.h>

#include "verify/infer/reading.hpp"
#include "verify/infer/tests/model_client.hpp"

namespace epki::infer {
namespace {

using testing::full_run;
using testing::ModelClient;
using What = Bound::What;
using A = ModelClient::Anchors;
using D = ModelClient::Decided;

struct Row {
  const char* name;
  ModelClient client;
  Class verdict;
  Influence influence;
};

ModelClient client(A anchors, std::vector<int> built_in = {}) {
  ModelClient model;
  model.anchors = anchors;
  model.built_in = std::move(built_in);
  return model;
}

template <class Change>
ModelClient client(A anchors, std::vector<int> built_in, Change change) {
  auto model = client(anchors, std::move(built_in));
  change(model);
  return model;
}

std::vector<Row> rows() {
  using M = ModelClient;
  return {
      {"none", client(A::unverified), Class::unverified, Influence::inconclusive},
      {"optional", client(A::uploaded, {}, [](M& m) { m.decided = D::never; }), Class::unverified,
       Influence::inconclusive},
      {"uploaded", client(A::uploaded), Class::uploaded, Influence::not_found},
      {"union", client(A::both, {0}), Class::union_of_both, Influence::detected},
      {"builtin", client(A::built_in, {0}), Class::built_in, Influence::detected},
      {"override", client(A::when_nothing, {0}), Class::built_in_when_nothing_uploaded, Influence::detected},
      {"noselfsigned", client(A::uploaded, {}, [](M& m) { m.self_signed_uploads = false; }),
       Class::uploaded_not_honoured, Influence::not_found},
      {"notime", client(A::uploaded, {}, [](M& m) { m.checks_time = false; }), Class::uploaded, Influence::not_found},
      {"nohost", client(A::uploaded, {}, [](M& m) { m.checks_name = false; }), Class::uploaded, Influence::not_found},
      {"depth2", client(A::uploaded, {}, [](M& m) { m.most_intermediates = 0; }), Class::inconclusive,
       Influence::inconclusive},
      {"ignoresig", client(A::uploaded, {}, [](M& m) { m.checks_signature = false; }), Class::unverified,
       Influence::not_found},
      {"postcheck", client(A::uploaded, {}, [](M& m) { m.decided = D::after_handshake; }), Class::inconclusive,
       Influence::inconclusive},
      {"postcheck_union", client(A::both, {0}, [](M& m) { m.decided = D::after_handshake; }), Class::inconclusive,
       Influence::inconclusive},
      {"union_notime_nohost", client(A::both, {0}, [](M& m) { m.checks_time = m.checks_name = false; }),
       Class::union_of_both, Influence::detected},
      {"union_noselfsigned", client(A::both, {0}, [](M& m) { m.self_signed_uploads = false; }), Class::union_of_both,
       Influence::detected},
      {"builtin_without_this_root", client(A::built_in), Class::inconclusive, Influence::inconclusive},
      {"nothing_honoured", client(A::nothing_honoured), Class::inconclusive, Influence::inconclusive},
      {"other_key_only", client(A::uploaded, {}, [](M& m) { m.other_keys = false; }), Class::uploaded_not_honoured,
       Influence::not_found},
      {"blind_without_ca", client(A::uploaded, {}, [](M& m) { m.verifies_without_ca = false; }), Class::uploaded,
       Influence::not_found},
      {"nothing_bound_is_refused_locally", client(A::uploaded, {}, [](M& m) { m.refuses_nothing_locally = true; }),
       Class::uploaded, Influence::not_found},
  };
}

TEST(Conclude, EveryHypothesisGetsItsClass) {
  for (const auto& row : rows()) {
    const auto result = conclude(full_run(row.client));
    EXPECT_EQ(word(result.verdict), word(row.verdict)) << row.name << ": " << result.because;
    EXPECT_EQ(word(result.influence), word(row.influence)) << row.name << ": " << result.because;
    EXPECT_FALSE(result.because.empty()) << row.name;
    EXPECT_EQ(result.next_step.empty(), result.verdict != Class::inconclusive) << row.name;
    EXPECT_FALSE(result.possible.empty()) << row.name;
  }
}

TEST(Conclude, WhatIsNamedPossibleHoldsTheTruth) {
  const auto holds = [](const Conclusion& result, Class truth) {
    return std::find(result.possible.begin(), result.possible.end(), truth) != result.possible.end();
  };
  EXPECT_TRUE(holds(conclude(full_run(client(A::uploaded), 0)), Class::uploaded));
  EXPECT_TRUE(holds(conclude(full_run(client(A::both, {0}), 0)), Class::union_of_both));
  EXPECT_TRUE(holds(conclude(full_run(client(A::built_in), 1)), Class::built_in));
  EXPECT_FALSE(holds(conclude(full_run(client(A::uploaded), 0)), Class::unverified));
}

TEST(Conclude, NoReplayNeverYieldsUploaded) {
  const auto result = conclude(full_run(client(A::uploaded), 0));
  EXPECT_EQ(result.verdict, Class::inconclusive);
  EXPECT_EQ(result.influence, Influence::inconclusive);
  EXPECT_NE(result.because.find("no genuine chain"), std::string::npos) << result.because;
  EXPECT_NE(result.next_step.find("--replay"), std::string::npos) << result.next_step;
}

TEST(Conclude, CountsOnlyAnchorsWhosePositiveControlPassed) {
  auto evidence = full_run(client(A::uploaded), 3);
  for (auto& attempt : evidence.attempts) {
    if (attempt.anchor == 1 && attempt.bound == Bound{What::genuine, 1} && attempt.shown == Shown::replay) {
      attempt.alert = 45;
    }
  }
  const auto result = conclude(evidence);
  EXPECT_EQ(result.verdict, Class::uploaded);
  EXPECT_EQ(result.counted, (std::vector<int>{0, 2}));
  EXPECT_NE(result.because.find("none of these 2 anchors"), std::string::npos) << result.because;
}

TEST(Conclude, NamesTheAnchorsThatCount) {
  const auto result = conclude(full_run(client(A::both, {1}), 2));
  EXPECT_EQ(result.verdict, Class::union_of_both);
  EXPECT_EQ(result.found, std::vector<int>{1});
  EXPECT_EQ(result.counted.size(), 2U);
  EXPECT_NE(result.because.find("CN=Root 2"), std::string::npos) << result.because;
}

TEST(CrossBinding, DecidesWhereTheTestCaIsRefusedBeforeAnyPacket) {
  const auto local = [](ModelClient& m) { m.refuses_user_locally = true; };
  struct Case {
    A anchors;
    std::vector<int> built_in;
    Class verdict;
  };
  for (const auto& [anchors, built_in, verdict] :
       {Case{A::built_in, {0, 1}, Class::built_in}, Case{A::both, {0}, Class::union_of_both},
        Case{A::uploaded, {}, Class::uploaded_not_honoured},
        Case{A::when_nothing, {0, 1}, Class::built_in_when_nothing_uploaded},
        Case{A::unverified, {}, Class::unverified}}) {
    const auto result = conclude(full_run(client(anchors, built_in, local), 2));
    EXPECT_EQ(word(result.verdict), word(verdict)) << result.because;
  }
}

TEST(CrossBinding, NeedsASecondChain) {
  const auto result =
      conclude(full_run(client(A::built_in, {0}, [](ModelClient& m) { m.refuses_user_locally = true; })));
  EXPECT_EQ(result.verdict, Class::inconclusive);
  EXPECT_EQ(result.influence, Influence::detected) << result.because;  // with nothing bound
  const auto silent =
      conclude(full_run(client(A::uploaded, {}, [](ModelClient& m) { m.refuses_user_locally = true; })));
  EXPECT_EQ(silent.verdict, Class::inconclusive);
  EXPECT_EQ(silent.influence, Influence::inconclusive);
  EXPECT_NE(silent.because.find("second genuine chain"), std::string::npos) << silent.because;
}

/// Answers to one probe after some of another, on a line that loses every second one.
Reading after_some(const Probe& other, const Attempt& silence, int times, int least) {
  Evidence evidence;
  for (const auto outcome : {Outcome::refused, Outcome::not_sent, Outcome::refused, Outcome::not_sent}) {
    Attempt attempt{other};
    attempt.outcome = outcome;
    if (outcome == Outcome::refused) attempt.alert = alert_unknown_ca;
    evidence.attempts.push_back(attempt);
  }
  for (int i = 0; i < times; ++i) evidence.attempts.push_back(silence);
  return answer_to(evidence, silence, least);
}

TEST(Silence, IsTheLinesWhereAnotherChainArrivedUnderTheSame) {
  const Probe unknown{Shown::unknown, {What::user, -1}};
  Attempt silence{Probe{Shown::expired, {What::user, -1}}};
  silence.outcome = Outcome::not_sent;
  EXPECT_FALSE(after_some(unknown, silence, 13, 1).settled());
  silence.outcome = Outcome::unreachable;
  EXPECT_FALSE(after_some(unknown, silence, 13, 1).settled()) << "the name leads here";

  // Under another CA it may be the modem's own refusal, which on such a line takes many.
  silence.bound = {What::other_key, -1};
  silence.outcome = Outcome::not_sent;
  EXPECT_FALSE(after_some(unknown, silence, 3, 1).settled());
  EXPECT_TRUE(after_some(unknown, silence, 40, 1).is(Outcome::not_sent));
  silence.bound = {What::user, -1};
  silence.settings.ignore_chain = true;
  EXPECT_TRUE(after_some(unknown, silence, 40, 1).is(Outcome::not_sent));
}

TEST(Rows, AreReadFromTheProbesThatShowThem) {
  auto policy = conclude(full_run(client(A::uploaded))).policy;
  EXPECT_EQ(policy.at("hostname"), "checked");
  EXPECT_EQ(policy.at("validity"), "checked");
  EXPECT_EQ(policy.at("signature"), "checked");
  EXPECT_EQ(policy.at("eku"), "checked");
  EXPECT_EQ(policy.at("self_signed_upload"), "accepted");
  EXPECT_EQ(policy.at("decided"), "in-handshake");
  EXPECT_EQ(policy.at("ca_attributes"), "unknown");

  const auto row = [](auto change, std::string_view name) {
    return std::string(conclude(full_run(client(A::uploaded, {}, change))).policy.at(name));
  };
  EXPECT_EQ(row([](ModelClient& m) { m.checks_name = false; }, "hostname"), "unchecked");
  EXPECT_EQ(row([](ModelClient& m) { m.name_needs_sni = true; }, "hostname"), "checked-with-sni");
  EXPECT_EQ(row([](ModelClient& m) { m.checks_time = false; }, "validity"), "unchecked");
  EXPECT_EQ(row([](ModelClient& m) { m.time_by_knob = true; }, "validity"), "by-knob");
  EXPECT_EQ(row([](ModelClient& m) { m.checks_signature = false; }, "signature"), "unchecked");
  EXPECT_EQ(row([](ModelClient& m) { m.checks_signature = false; }, "anchors"), "uploaded");
  EXPECT_EQ(row([](ModelClient& m) { m.checks_eku = false; }, "eku"), "unchecked");
  EXPECT_EQ(row([](ModelClient& m) { m.self_signed_uploads = false; }, "self_signed_upload"), "refused");
  EXPECT_EQ(row([](ModelClient& m) { m.decided = D::after_handshake; }, "decided"), "after-handshake");
  EXPECT_EQ(row([](ModelClient& m) { m.loses_alerts = true; }, "hostname"), "unknown");
}

TEST(Rows, BuiltInShowsItsNameCheckByReplay) {
  EXPECT_EQ(conclude(full_run(client(A::built_in, {0}))).policy.at("hostname"), "checked");
  EXPECT_EQ(
      conclude(full_run(client(A::built_in, {0}, [](ModelClient& m) { m.checks_name = false; }))).policy.at("hostname"),
      "unchecked");
  EXPECT_EQ(conclude(full_run(client(A::built_in, {0}))).policy.at("signature"), "checked");
}

}  // namespace
}  // namespace epki::infer

// The child: its answer, its silence, its death.
#include "chains.hpp"
#include "verify/oracle/oracle.hpp"
#include "verify/oracle/wire.hpp"

namespace epki::oracle {
namespace {

constexpr auto short_limit = std::chrono::milliseconds(200);

Instant tomorrow() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + std::chrono::hours(24);
}

Opinion ask(const Question& question, const Worker& worker) {
  const auto opinion = judge(question, worker);
  EXPECT_TRUE(opinion) << opinion.error().what;
  return opinion ? *opinion : Opinion{};
}

TEST(Judge, TheChildSaysWhatWouldBeSaidHere) {
  Chains chains;
  chains.make("root", {"/CN=Root", "", ca_extensions});
  chains.make("other", {"/CN=Other", "", ca_extensions});
  chains.make("leaf", {"/CN=probe.test", "root", leaf_extensions()});
  const Worker worker{{ORACLE_WORKER}};
  const Question good{{chains.pem("root")}, chains.pem("leaf"), "probe.test", tomorrow()};
  EXPECT_EQ(ask(good, worker).verdict, Verdict::accept);
  const Question bad{{chains.pem("other")}, chains.pem("leaf"), "probe.test", tomorrow()};
  const auto here = judge_here(bad), there = ask(bad, worker);
  EXPECT_EQ(there.verdict, Verdict::reject);
  EXPECT_EQ(there.codes, here.codes);
  EXPECT_EQ(there.reason, here.reason);
  EXPECT_EQ(ask({{}, std::string("\xff\x00\xfe", 3), "", tomorrow()}, worker).codes,
            std::vector<std::string>{"CHAIN_EMPTY"});
}

TEST(Judge, ASilentChildIsKilledAndNothingIsDecided) {
  for (const auto* script : {"exec sleep 60", "cat >/dev/null; exec sleep 60", "exec >&-; exec sleep 60",
                             "cat >/dev/null; exec cat /dev/zero"}) {
    const auto started = std::chrono::steady_clock::now();
    const auto opinion = ask({{}, "x", "", tomorrow()}, {{"sh", "-c", script}, short_limit});
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(5)) << script;
    EXPECT_EQ(opinion.verdict, Verdict::undecided) << script;
    EXPECT_EQ(opinion.reason, "Botan gave no answer within 200 ms") << script;
  }
}

TEST(Judge, AChildThatReadsNothingOfALargeQuestionIsKilled) {
  const auto opinion = ask({{}, std::string(1U << 20U, 'x'), "", tomorrow()}, {{"sleep", "60"}, short_limit});
  EXPECT_EQ(opinion.verdict, Verdict::undecided);
}

TEST(Judge, ACrashedChildIsNamed) {
  const auto opinion = ask({{}, "x", "", tomorrow()}, {{"sh", "-c", "cat >/dev/null; kill -SEGV $$"}});
  EXPECT_EQ(opinion.verdict, Verdict::undecided);
  EXPECT_EQ(opinion.reason, "Botan's process was ended by signal 11");
}

TEST(Judge, AChildThatFailsOrBabblesDecidesNothing) {
  EXPECT_EQ(ask({{}, "x", "", tomorrow()}, {{"false"}}).reason, "Botan's process failed with exit code 1");
  for (const auto* script : {"cat", "cat >/dev/null; echo '{\"verdict\":\"accept'", "cat >/dev/null",
                             "cat >/dev/null; echo '{\"verdict\":\"maybe\"}'"})
    EXPECT_EQ(ask({{}, "x", "", tomorrow()}, {{"sh", "-c", script}}).verdict, Verdict::undecided) << script;
}

TEST(Judge, ChildThatCannotBeStartedIsAnError) {
  const auto opinion = judge({{}, "x", "", tomorrow()}, {{"/no/such/program"}});
  ASSERT_FALSE(opinion);
  EXPECT_EQ(opinion.error().code, Errc::internal);
}

TEST(Judge, EndlessInputIsNotHandedOver) {
  const auto opinion = ask({{std::string(9U << 20U, 'x')}, "x", "", tomorrow()}, {{ORACLE_WORKER}});
  EXPECT_EQ(opinion.verdict, Verdict::undecided);
}

TEST(Wire, QuestionsAndOpinionsComeBackEqual) {
  const Question question{{"a", std::string("\0\xff", 2)}, "chain\n", "höst \"x\"", Instant{std::chrono::seconds(7)}};
  const auto back = parse_question(question_text(question));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->trusted_pem, question.trusted_pem);
  EXPECT_EQ(back->chain_pem, question.chain_pem);
  EXPECT_EQ(back->host, question.host);
  EXPECT_EQ(back->at, question.at);
  const auto opinion = parse_opinion(opinion_text({Verdict::reject, "why", {"A", "B"}}));
  ASSERT_TRUE(opinion);
  EXPECT_EQ(opinion->verdict, Verdict::reject);
  EXPECT_EQ(opinion->codes, (std::vector<std::string>{"A", "B"}));
  EXPECT_FALSE(parse_question("{}"));
  EXPECT_FALSE(parse_question("{\"chain\":\"zz\",\"at\":\"2026-01-01T00:00:00Z\"}"));
}

TEST(Version, NamesTheLibraryAndItsVersion) {
  EXPECT_EQ(version().name, "Botan");
  EXPECT_TRUE(version().version.starts_with("2.") || version().version.starts_with("3.")) << version().version;
}

}  // namespace
}  // namespace epki::oracle

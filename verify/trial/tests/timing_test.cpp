// The timing ladder on a model client that takes its time, with drawn delays.
#include "verify/trial/timing.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "verify/infer/tests/model_client.hpp"
#include "verify/trial/tests/fake_bench.hpp"

namespace epki::trial {
namespace {

using Client = infer::testing::ModelClient;
using infer::Outcome;
using infer::Shown;
using std::chrono::microseconds;

constexpr std::uint32_t seed = 20261127;

class SeededBits final : public RandomSource {
 public:
  void fill(std::span<std::byte> bytes) override {
    for (auto& one : bytes) one = static_cast<std::byte>(random_() & 0xffU);
  }

 private:
  std::mt19937 random_{seed};
};

/// A modem whose delays are drawn: a ladder that names what it trusts costs it `check` microseconds.
class TimedModel final : public TimedBench {
 public:
  explicit TimedModel(std::function<double(std::mt19937&)> jitter) : jitter_(std::move(jitter)) {}

  Status present(const LadderSet& set) override {
    sets.push_back(set);
    return success();
  }
  std::optional<microseconds> delay() const override { return delay_; }
  std::size_t recorded() const override { return static_cast<std::size_t>(asked_); }

  Result<infer::Attempt> attempt(const Shot& shot) override {
    ++asked_;
    ++since_reboot_;
    infer::Attempt seen{shot, Outcome::refused, 48};
    const bool control = shot.shown == Shown::badsig, question = shot.shown == Shown::forged_genuine;
    if (sets.back().rungs > most_rungs) seen.alert = 49;
    if (control && alert_of_known != 48) seen.alert = alert_of_known;
    if (says_nothing) seen = {shot, Outcome::closed};
    if (wears_after > 0 && since_reboot_ > wears_after) seen = {shot, Outcome::not_sent};
    if (loses_each > 0 && asked_ % loses_each == 0) seen = {shot, Outcome::closed};
    const bool knows = check > 0 && (control || (question && built_in));
    delay_.reset();
    if (seen.alert) delay_ = microseconds(std::llround(jitter_(random_) + (knows ? check : 0)));
    (shot.anchor < 0 ? controls : questions) += 1;
    return seen;
  }
  Result<bool> unbind() override { return true; }
  Status forget(const infer::Bound&) override { return success(); }
  bool can_reboot() const override { return true; }
  Status reboot(std::string_view) override {
    ++reboots;
    since_reboot_ = 0;
    return success();
  }
  int handshakes() const override { return asked_; }
  std::string absence() const override { return {}; }

  double check = 22900;
  bool built_in = false, says_nothing = false;
  int alert_of_known = 48, most_rungs = 8, wears_after = 0, loses_each = 0;
  std::vector<LadderSet> sets;
  int controls = 0, questions = 0, reboots = 0;

 private:
  std::function<double(std::mt19937&)> jitter_;
  std::mt19937 random_{seed};
  std::optional<microseconds> delay_{};
  int asked_ = 0, since_reboot_ = 0;
};

double quiet(std::mt19937& random) {
  return std::uniform_real_distribution<double>(100, 200)(random);
}
/// A cellular link of the kind where even a P-384 ladder is lost.
double rough(std::mt19937& random) {
  return std::normal_distribution<double>(400000, 200000)(random);
}

infer::Conclusion verdict(bool trusted) {
  infer::Conclusion made;
  made.verdict = trusted ? infer::Class::union_of_both : infer::Class::uploaded;
  if (trusted) made.found = {0};
  made.counted = {0};
  return made;
}

Timing timed(TimedModel& model, const infer::Conclusion& says = verdict(false), int budget = 0,
             std::optional<ossl::KeyType> key = ossl::KeyType::ec_p384) {
  SeededBits random;
  SilentReporter reporter;
  TimedAnchor anchor{{}, 0, "ec-p384", key};
  anchor.anchor.subject = "CN=G";
  auto timing = ask_timing(model, Path::mqtt, says, {anchor}, {budget}, random, reporter);
  EXPECT_TRUE(timing) << timing.error().what;
  return timing ? *timing : Timing{};
}

TEST(TimingLadder, ABuiltInRootReadsAsKnown) {
  TimedModel model(quiet);
  model.built_in = true;
  const auto timing = timed(model, verdict(true));
  EXPECT_EQ(timing.roots.at(0).word(), "known") << timing.summary();
  EXPECT_EQ(timing.roots.at(0).agrees(), "agrees");
  // One to begin with, and six of each.
  EXPECT_EQ(model.controls, 13 + 6 + 6);
  EXPECT_EQ(model.questions, 13);
  EXPECT_EQ(timing.roots.at(0).question.answers.size(), 24U);
  EXPECT_EQ(model.reboots, 1) << "before it, so that nothing counts that was bound";
}

TEST(TimingLadder, NoBuiltInRootReadsAsUnknown) {
  TimedModel model(quiet);
  const auto timing = timed(model);
  EXPECT_EQ(timing.roots.at(0).word(), "unknown") << timing.summary();
  EXPECT_EQ(timing.roots.at(0).agrees(), "agrees");
}

TEST(TimingLadder, SaysPlainlyThatItContradictsTheVerdict) {
  TimedModel model(quiet);
  model.built_in = true;
  const auto timing = timed(model, verdict(false));
  EXPECT_EQ(timing.roots.at(0).agrees(), "contradicts");
  EXPECT_NE(timing.summary().find("CONTRADICTS the verdict, by which the root is not trusted"), std::string::npos)
      << timing.summary();
  TimedModel other(quiet);
  EXPECT_EQ(timed(other, verdict(true)).roots.at(0).agrees(), "contradicts");
  infer::Conclusion undecided;
  TimedModel third(quiet);
  EXPECT_EQ(timed(third, undecided).roots.at(0).agrees(), "nothing-to-compare");
}

TEST(TimingLadder, ARoughLinkMakesItUnusableAndNothingIsConcluded) {
  TimedModel model(rough);
  model.built_in = true;
  const auto timing = timed(model);
  EXPECT_EQ(timing.roots.at(0).word(), "unusable") << timing.summary();
  EXPECT_EQ(timing.roots.at(0).agrees(), "nothing-to-compare");
  EXPECT_EQ(model.questions, 0) << "without a control nothing is asked";
  EXPECT_LE(model.controls, 1 + most_connections);
  EXPECT_NE(timing.summary().find("Timing unusable"), std::string::npos) << timing.summary();
}

TEST(TimingLadder, AModemWhoseDelayDependsOnNothingIsUnusable) {
  TimedModel model(quiet);
  model.check = 0;
  const auto timing = timed(model);
  EXPECT_EQ(timing.roots.at(0).word(), "unusable") << timing.summary();
}

TEST(TimingLadder, AModemWithoutAlertsIsUnusable) {
  TimedModel model(quiet);
  model.says_nothing = true;
  const auto timing = timed(model);
  EXPECT_EQ(timing.roots.at(0).word(), "unusable");
  EXPECT_NE(timing.summary().find("got no alert"), std::string::npos) << timing.summary();
  EXPECT_LE(model.controls, 20);
}

TEST(TimingLadder, AnswersThatDifferThemselvesAreNoTiming) {
  TimedModel model(quiet);
  model.alert_of_known = 51;  // OpenSSL (trust probing, 4)
  const auto timing = timed(model);
  EXPECT_EQ(timing.roots.at(0).word(), "unusable");
  EXPECT_NE(timing.summary().find("answered with alert 51"), std::string::npos) << timing.summary();
}

TEST(TimingLadder, AShorterOneWillDoWhereTheChainIsTooLong) {
  TimedModel model(quiet);
  model.most_rungs = 4;
  const auto timing = timed(model);
  EXPECT_EQ(timing.keys.at(0).control.set.rungs, 4);
  EXPECT_EQ(timing.roots.at(0).question.set.rungs, 4);
  EXPECT_EQ(timing.roots.at(0).word(), "unknown") << timing.summary();
  TimedModel none(quiet);
  none.most_rungs = 1;
  const auto without = timed(none);
  EXPECT_EQ(without.roots.at(0).word(), "unusable");
  EXPECT_NE(without.summary().find("alert 49"), std::string::npos) << without.summary();
}

TEST(TimingLadder, AWornModemIsRestartedAndLostAnswersAreNotCounted) {
  TimedModel model(quiet);
  model.built_in = true;
  model.wears_after = 9;
  model.loses_each = 7;
  const auto timing = timed(model, verdict(true));
  EXPECT_EQ(timing.roots.at(0).word(), "known") << timing.summary();
  EXPECT_GT(model.reboots, 1);
}

TEST(TimingLadder, StopsAtTheBudget) {
  TimedModel model(quiet);
  const auto timing = timed(model, verdict(false), 10);
  EXPECT_EQ(timing.roots.at(0).word(), "unusable");
  EXPECT_LE(model.handshakes(), 10);
  EXPECT_NE(timing.summary().find("budget of 10 handshakes"), std::string::npos) << timing.summary();
  TimedModel later(quiet);
  const auto cut = timed(later, verdict(false), 17);
  EXPECT_EQ(cut.roots.at(0).word(), "unclear") << cut.summary();
  EXPECT_LE(later.handshakes(), 17);
}

TEST(TimingLadder, ARootThatNothingOfOursIsLikeIsNotAsked) {
  TimedModel model(quiet);
  const auto timing = timed(model, verdict(false), 0, std::nullopt);
  EXPECT_EQ(timing.roots.at(0).word(), "unusable");
  EXPECT_EQ(model.handshakes(), 0);
}

}  // namespace
}  // namespace epki::trial

// The sweep of settings, on a model client of which one setting switches its own store off.
#include "verify/trial/mitigation.hpp"

#include <gtest/gtest.h>

#include "verify/infer/tests/model_client.hpp"
#include "verify/trial/tests/fake_bench.hpp"

namespace epki::trial {
namespace {

using Client = infer::testing::ModelClient;
using Effect = Swept::Effect;

/// Two clients: as the modem is, and as it is while `store=0` is set. `deaf=1` lets nothing out at all.
class TwoFaced final : public SweptBench {
 public:
  TwoFaced(Client plain, Client closed) : plain_(std::move(plain)), closed_(std::move(closed)) {}

  Result<infer::Attempt> attempt(const Shot& shot) override {
    ++asked;
    if (lies && held_.empty() && asked % 2 == 0) return infer::Attempt{shot, infer::Outcome::refused, 48};
    if (held_ == "deaf=1") return infer::Attempt{shot, infer::Outcome::not_sent};
    return (held_ == "store=0" ? closed_ : plain_).attempt(shot);
  }
  Result<Held> hold(const std::string& key, const std::string& value) override {
    if (key == "fixed") return Held::not_taken;
    if (key == "store" && value == "1") return Held::same_as_before;
    held_ = key + "=" + value;
    return Held::taken;
  }
  Status let_go() override {
    held_.clear();
    return success();
  }
  Result<std::string> user_file() override { return std::string("UFS:u.pem"); }
  std::size_t recorded() const override { return static_cast<std::size_t>(asked); }
  Result<bool> unbind() override { return true; }
  Status forget(const infer::Bound&) override { return success(); }
  bool can_reboot() const override { return false; }
  Status reboot(std::string_view) override { return success(); }
  int handshakes() const override { return asked; }
  std::string absence() const override { return {}; }

  int asked = 0;
  bool lies = false;

 private:
  testing::FakeBench plain_, closed_;
  std::string held_;
};

Client client(Client::Anchors anchors) {
  Client model;
  model.anchors = anchors;
  model.built_in = {0};
  return model;
}

Mitigation swept(TwoFaced& bench, infer::Class verdict = infer::Class::union_of_both, int budget = 0) {
  SilentReporter quiet;
  infer::Conclusion conclusion;
  conclusion.verdict = verdict;
  if (verdict == infer::Class::union_of_both) {
    conclusion.influence = infer::Influence::detected;
    conclusion.found = {0};
  }
  const std::vector<ec200u::SslKey> keys{{"store", {{0, 1}}}, {"deaf", {{0, 1}}}, {"fixed", {{0, 1}}},
                                         {"cacert", {}},      {"cacertex", {}},   {"odd", {}}};
  auto result = sweep(bench, Path::mqtt, conclusion, {{"CN=Root", "00", "host.example"}}, keys, {3, budget}, quiet);
  EXPECT_TRUE(result);
  return result ? *result : Mitigation{};
}

Effect effect(const Mitigation& found, std::string_view key, std::string_view value) {
  for (const auto& one : found.swept)
    if (one.key == key && one.value == value) return one.effect;
  ADD_FAILURE() << key << "=" << value << " was not tried";
  return Effect::unclear;
}

TEST(Sweep, FindsTheSettingThatSwitchesTheStoreOff) {
  TwoFaced bench(client(Client::Anchors::both), client(Client::Anchors::uploaded));
  const auto found = swept(bench);
  EXPECT_EQ(effect(found, "store", "0"), Effect::closes);
  EXPECT_EQ(effect(found, "store", "1"), Effect::none);
  EXPECT_EQ(effect(found, "deaf", "1"), Effect::closes_all);
  EXPECT_EQ(effect(found, "fixed", "1"), Effect::not_taken);
  EXPECT_EQ(found.not_tried, std::vector<std::string>{"odd"});
  EXPECT_EQ(effect(found, "cacertex", "UFS:u.pem"), Effect::none);
  EXPECT_NE(found.summary().find("With store=0 the modem refuses"), std::string::npos) << found.summary();
}

TEST(Sweep, SaysWhereNothingHelps) {
  TwoFaced bench(client(Client::Anchors::both), client(Client::Anchors::both));
  const auto found = swept(bench);
  EXPECT_EQ(effect(found, "store", "0"), Effect::none);
  EXPECT_NE(found.summary().find("None of"), std::string::npos) << found.summary();
}

TEST(Sweep, ALineThatLosesAnswersIsNoSwitch) {
  TwoFaced bench(client(Client::Anchors::both), client(Client::Anchors::both));
  bench.lies = true;
  for (const auto& one : swept(bench).swept) EXPECT_NE(one.effect, Effect::closes) << one.key << "=" << one.value;
}

TEST(Sweep, AsksNothingWhereNothingMorePasses) {
  TwoFaced bench(client(Client::Anchors::uploaded), client(Client::Anchors::uploaded));
  const auto found = swept(bench, infer::Class::uploaded);
  EXPECT_EQ(bench.asked, 0);
  EXPECT_TRUE(found.unwanted.empty());
}

TEST(Sweep, ABudgetEndsItAndWhatWasLeftOutIsNamed) {
  TwoFaced bench(client(Client::Anchors::both), client(Client::Anchors::uploaded));
  const auto found = swept(bench, infer::Class::union_of_both, 5);
  EXPECT_LE(bench.asked, 5 + 4);
  EXPECT_FALSE(found.not_tried.empty());
  EXPECT_NE(found.summary().find("Not tried: "), std::string::npos) << found.summary();
}

TEST(Sweep, SaysWhereBindingIsWhatHelps) {
  TwoFaced bench(client(Client::Anchors::uploaded), client(Client::Anchors::uploaded));
  SilentReporter quiet;
  infer::Conclusion conclusion;
  conclusion.verdict = infer::Class::built_in_when_nothing_uploaded;
  conclusion.influence = infer::Influence::detected;
  conclusion.found = {0};
  const auto found = sweep(bench, Path::mqtt, conclusion, {{"CN=Root", "00", "host.example"}}, {}, {3, 0}, quiet);
  ASSERT_TRUE(found);
  EXPECT_NE(found->summary().find("binding the uploaded CA"), std::string::npos) << found->summary();
}

TEST(Sweep, TheOtherPathSaysWhetherItRefusesTheSameChain) {
  infer::Conclusion takes, refuses, silent, blind;
  takes.verdict = infer::Class::union_of_both;
  takes.influence = infer::Influence::detected;
  takes.found = takes.counted = {0};
  refuses.verdict = infer::Class::uploaded;
  refuses.counted = {0};
  blind.verdict = infer::Class::unverified;
  EXPECT_EQ(on_other_path(takes, refuses), "refused");
  EXPECT_EQ(on_other_path(takes, takes), "accepted");
  EXPECT_EQ(on_other_path(takes, blind), "accepted");
  EXPECT_EQ(on_other_path(takes, silent), "untested");
  EXPECT_EQ(on_other_path(blind, refuses), "refused");
  refuses.counted.clear();
  EXPECT_EQ(on_other_path(takes, refuses), "untested") << "that anchor was not tried there";
}

TEST(Sweep, TriesShortRangesWholeAndMasksBitByBit) {
  EXPECT_EQ(values_of({"sslversion", {{0, 4}}}).size(), 5U);
  EXPECT_EQ(values_of({"seclevel", {{0, 2}}}), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(values_of({"ignorecertitem", {{0, 1048575}}}).size(), 21U);
  EXPECT_EQ(values_of({"negotiatetime", {{10, 300}}}), (std::vector<std::string>{"10", "300"}));
  EXPECT_TRUE(values_of({"cacert", {}}).empty());
  EXPECT_EQ(values_of({"ciphersuite", {}}).size(), 27U);
}

}  // namespace
}  // namespace epki::trial

// Chains with several defects: what one alert says of each, and when it says nothing.
#include "verify/infer/defects.hpp"

#include <gtest/gtest.h>

#include "verify/infer/factors.hpp"
#include "verify/infer/tests/model_client.hpp"

namespace epki::infer {
namespace {

using testing::ModelClient;

constexpr std::uint32_t flag_name = 0x4, flag_eku = 0x1000, flag_usage = 0x800, flag_expired = 0x1, flag_unknown = 0x8,
                        flag_not_yet = 0x200;

Probe several(std::uint32_t flags) {
  return {Shown::several, {}, -1, {}, static_cast<int>(flags)};
}

std::optional<bool> said(std::uint32_t flags, Outcome outcome, std::optional<int> alert, std::uint32_t of,
                         bool ranked = true) {
  Reading reading;
  reading.state = Reading::State::settled;
  reading.outcome = outcome;
  reading.alert = alert;
  return lets_through(several(flags), reading, of, ranked);
}

TEST(Defects, AnAlertMindsItsOwnAndLetsThroughWhatRanksAbove) {
  constexpr auto all = flag_name | flag_eku | flag_expired | flag_unknown | flag_not_yet;
  EXPECT_EQ(said(all, Outcome::refused, 45, flag_name), true);
  EXPECT_EQ(said(all, Outcome::refused, 45, flag_eku), true);
  EXPECT_EQ(said(all, Outcome::refused, 45, flag_expired), false);
  EXPECT_EQ(said(all, Outcome::refused, 45, flag_unknown), std::nullopt);
  EXPECT_EQ(said(all, Outcome::refused, 45, flag_not_yet), std::nullopt);
  EXPECT_EQ(said(flag_name | flag_not_yet, Outcome::refused, 46, flag_name), true);
  EXPECT_EQ(said(flag_name | flag_not_yet, Outcome::refused, 46, flag_not_yet), false);
}

TEST(Defects, AcceptedLetsAllThroughWhateverTheRank) {
  for (const auto flag : {flag_name, flag_expired})
    EXPECT_EQ(said(flag_name | flag_expired, Outcome::accepted, {}, flag, false), true);
}

TEST(Defects, NothingIsSaidWhereTheAlertDoesNotNameOne) {
  for (const auto flag : {flag_name, flag_expired}) {
    EXPECT_EQ(said(flag_name | flag_expired, Outcome::refused, 45, flag, false), std::nullopt) << "unranked";
    EXPECT_EQ(said(flag_name | flag_expired, Outcome::refused, 80, flag), std::nullopt)
        << "an alert that none explains";
    EXPECT_EQ(said(flag_name | flag_expired, Outcome::completed, {}, flag), std::nullopt);
    EXPECT_EQ(said(flag_name | flag_expired, Outcome::closed, {}, flag), std::nullopt);
  }
  EXPECT_EQ(said(flag_eku | flag_usage | flag_expired, Outcome::refused, 43, flag_eku), std::nullopt)
      << "two have this alert";
  EXPECT_EQ(said(flag_eku | flag_usage | flag_expired, Outcome::refused, 45, flag_usage), true);
  EXPECT_EQ(said(flag_name, Outcome::accepted, {}, flag_expired), std::nullopt) << "not among the defects";
}

Evidence answered(const ModelClient& client, std::initializer_list<Shown> shown) {
  Evidence evidence;
  evidence.repeat = 1;
  for (const auto one : shown) evidence.attempts.push_back(client.answer({one}));
  return evidence;
}

TEST(Defects, TheRankHoldsForNoOtherLibrary) {
  using S = ModelClient::Stack;
  const Base base{true, {}};
  for (const auto stack : {S::mbedtls, S::openssl, S::gnutls, S::wolfssl}) {
    ModelClient client;
    client.stack = stack;
    EXPECT_EQ(alerts_are_ranked(answered(client, {Shown::unknown, Shown::badsig}), base), stack == S::mbedtls);
  }
  EXPECT_FALSE(alerts_are_ranked(answered({}, {Shown::unknown}), base)) << "others say 48 as well";
  auto evidence = answered({}, {Shown::unknown, Shown::badsig, Shown::expired});
  evidence.attempts.back().alert = 42;
  EXPECT_FALSE(alerts_are_ranked(evidence, base)) << "a single defect with another alert";
}

TEST(Defects, EveryMaskOfAKnobIsRecoveredWithFewQuestions) {
  const Base base{true, {}};
  for (unsigned bits = 0; bits < 64; ++bits) {
    ModelClient client;
    constexpr std::array flags{flag_name, flag_eku, flag_usage, flag_expired, flag_unknown, flag_not_yet};
    for (std::size_t i = 0; i < flags.size(); ++i) client.chain.mask |= (bits & 1U << i) != 0 ? flags[i] : 0;
    auto evidence = answered(client, {Shown::own_chain, Shown::unknown, Shown::badsig});
    int asked = 0;
    while (const auto next = next_row_probe(evidence, base)) {
      evidence.attempts.push_back(client.answer(next->probe));
      ASSERT_LT(++asked, 30) << bits;
    }
    for (const auto& check : checks()) {
      const auto worlds = worlds_left(evidence, base, check);
      ASSERT_FALSE(worlds.empty()) << bits << " " << check.flag;
      const bool opened = (client.chain.mask & check.flag) != 0;
      for (const auto& world : worlds) EXPECT_EQ((world.opens & by_chain) != 0, opened) << bits << " " << check.flag;
    }
  }
}

}  // namespace
}  // namespace epki::infer

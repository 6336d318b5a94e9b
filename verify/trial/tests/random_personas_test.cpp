// Policies drawn at random from the whole space, both paths in one run, on a quiet and on a bad line: the canonical
// form must come out, and never a wrong class. EPKI_PERSONAS=300 draws as many (bench/personas); EPKI_SEED repeats.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <random>

#include "core/tests/from_environment.hpp"
#include "verify/infer/conclude.hpp"
#include "verify/infer/reading.hpp"
#include "verify/infer/tests/expectation.hpp"
#include "verify/trial/schedule.hpp"
#include "verify/trial/tests/fake_bench.hpp"

namespace epki::trial {
namespace {

using infer::Class;
using infer::Influence;
using infer::testing::Expectation;
using infer::testing::KnobHabit;
using infer::testing::ModelClient;
using testing::FakeBench;
using testing::Weather;
using A = ModelClient::Anchors;

class Draw {
 public:
  explicit Draw(std::uint32_t seed) : random_(seed) {}
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  bool coin() { return below(2) == 0; }

  /// Half of them do something, unless all of them are to do nothing.
  KnobHabit knob() {
    if (plain_knobs) return {};
    constexpr std::array<unsigned, 9> flags{0x1, 0x2, 0x4, 0x8, 0x200, 0x800, 0x1000, 0x4000, 0x10000};
    switch (below(4)) {
      case 0: return {true, 0};
      case 1: {
        KnobHabit habit;
        for (const unsigned flag : flags) habit.mask |= coin() ? flag : 0;
        return habit;
      }
      default: return {};
    }
  }

  bool plain_knobs = false;

  ModelClient client(bool stored) {
    ModelClient model;
    constexpr std::array anchors{A::unverified, A::uploaded, A::both, A::built_in, A::when_nothing};
    model.anchors = anchors.at(static_cast<std::size_t>(below(5)));
    model.stack = below(4) == 0 ? ModelClient::Stack::openssl : ModelClient::Stack::mbedtls;
    model.decided = below(4) == 0 ? (coin() ? ModelClient::Decided::after_handshake : ModelClient::Decided::never)
                                  : ModelClient::Decided::in_handshake;
    model.checks_name = below(3) != 0;
    model.name_needs_sni = model.checks_name && coin();
    model.checks_time = below(3) != 0;
    model.time_by_knob = model.checks_time && coin();
    model.checks_signature = below(4) != 0;
    model.checks_eku = coin();
    model.ca_attributes = static_cast<ModelClient::CaAttributes>(below(3));
    model.most_intermediates = below(9);
    model.self_signed_uploads = below(4) != 0;
    model.items = knob();
    model.signature = knob();
    model.chain = knob();
    if (stored) model.built_in = {0};
    return model;
  }

 private:
  std::mt19937 random_;
};

struct Tally {
  int runs = 0, equal = 0, inconclusive = 0;
  std::map<std::size_t, int> by_count{}, by_count_for_class{};  ///< conclusive handshakes -> policies
  std::size_t most_for_class = 0;
};

/// Without repetitions and twins; those of the trust question are those under the run's own settings that show no row.
void count_handshakes(Tally& tally, const infer::Evidence& evidence) {
  infer::Evidence about_trust = evidence;
  using What = infer::Bound::What;
  const bool late = std::any_of(evidence.attempts.begin(), evidence.attempts.end(), [](const infer::Attempt& one) {
    return one.shown == infer::Shown::unknown && one.outcome == infer::Outcome::completed;
  });
  // Where a chain of U and one of nobody's were both refused as an unknown CA's, C2 is asked for the row `decided`.
  bool own_refused = false, like_refused = false;
  bool counts = false;  // where the client judges late, which form of an upload counts is a row once any does
  std::erase_if(about_trust.attempts, [&](const infer::Attempt& one) {
    if (one.bound.what == What::no_attributes || one.bound.what == What::no_attributes_issuer) return true;
    const bool unknown_ca = one.outcome == infer::Outcome::refused && one.alert == infer::alert_unknown_ca;
    own_refused = own_refused || (one.shown == infer::Shown::own_chain && unknown_ca);
    like_refused = like_refused || (one.shown == infer::Shown::unknown_like && unknown_ca);
    if (one.shown == infer::Shown::unknown && own_refused && like_refused) return true;
    const bool variant = one.shown == infer::Shown::own_chain || one.shown == infer::Shown::own_direct;
    if (late && counts && variant) return true;
    counts = counts || (variant && one.outcome == infer::Outcome::accepted);
    switch (one.shown) {
      case infer::Shown::own_chain:
      case infer::Shown::own_direct:
      case infer::Shown::unknown:
      case infer::Shown::badsig:
      case infer::Shown::forged_genuine:
      case infer::Shown::replay: return one.settings != infer::Settings{};
      default: return true;
    }
  });
  const auto all = infer::conclusive_handshakes(evidence);
  const auto for_class = infer::conclusive_handshakes(about_trust);
  ++tally.by_count[all];
  ++tally.by_count_for_class[for_class];
  tally.most_for_class = std::max(tally.most_for_class, for_class);
}

std::string distribution(const std::map<std::size_t, int>& counts) {
  std::string text;
  for (const auto& [handshakes, times] : counts)
    text += (text.empty() ? "" : " ") + std::to_string(handshakes) + ":" + std::to_string(times);
  return text;
}

std::string told(const infer::Policy& policy) {
  return policy.json().dump(-1);
}

/// The two worst mistakes, and any other wrong class.
void check_no_wrong_word(const infer::Conclusion& result, const Expectation& wanted, const std::string& where) {
  if (result.verdict != Class::inconclusive) {
    EXPECT_EQ(infer::word(result.verdict), infer::word(wanted.verdict)) << where << "\n" << result.because;
  }
  if (result.influence == Influence::detected) {
    EXPECT_TRUE(wanted.influenced) << where << "\n" << result.because;
  }
  if (result.influence == Influence::not_found) {
    EXPECT_FALSE(wanted.influenced) << where << "\n" << result.because;
  }
}

/// Every row that was established is the one that is there.
void check_no_wrong_row(const infer::Policy& found, const infer::Policy& wanted, const std::string& where) {
  for (const auto& [row, value] : found.rows) {
    if (value == "unknown") continue;
    EXPECT_EQ(value, wanted.at(row)) << row << " of " << where;
  }
}

Tally play(const Weather& weather, bool must_be_equal, bool plain_knobs = false) {
  const auto seed = static_cast<std::uint32_t>(test::from_environment("EPKI_SEED", 20261127));
  const auto count = test::from_environment("EPKI_PERSONAS", 40);
  std::cout << "seed " << seed << ", " << count << " pairs of personas (EPKI_SEED, EPKI_PERSONAS)\n";
  Draw draw(seed);
  draw.plain_knobs = plain_knobs;
  Tally tally;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool stored = draw.below(4) != 0;
    const std::array clients{draw.client(stored), draw.client(stored)};
    FakeBench bench(clients[0], clients[1], weather, seed + static_cast<std::uint32_t>(i));
    SilentReporter quiet;
    const auto evidence =
        run_schedule(bench, {{"CN=Root 1", "", "www.example.test"}}, {Path::mqtt, Path::ssl}, {}, quiet);
    if (!evidence) {
      ADD_FAILURE() << evidence.error().what;
      continue;
    }
    for (std::size_t path = 0; path < 2; ++path) {
      const auto result = infer::conclude((*evidence)[path]);
      const auto policy = clients[path].policy();
      const auto wanted = infer::testing::expect(policy, stored);
      const auto where = "persona " + std::to_string(i) + (path == 0 ? " mqtt " : " ssl ") + told(policy) +
                         (stored ? ", stored" : ", not stored") + " found " + told(result.policy);
      check_no_wrong_word(result, wanted, where);
      check_no_wrong_row(result.policy, wanted.canonical_form, where);
      ++tally.runs;
      if (result.policy == wanted.canonical_form && result.verdict == wanted.verdict) ++tally.equal;
      if (result.verdict == Class::inconclusive && wanted.verdict != Class::inconclusive) ++tally.inconclusive;
      count_handshakes(tally, (*evidence)[path]);
      if (!must_be_equal) continue;
      EXPECT_EQ(infer::word(result.verdict), infer::word(wanted.verdict)) << where << "\n" << result.because;
      EXPECT_EQ(told(result.policy), told(wanted.canonical_form)) << where << "\n" << result.because;
    }
  }
  std::cout << tally.runs << " policies, " << tally.equal << " recovered, " << tally.inconclusive
            << " inconclusive that need not be\n  conclusive handshakes, trust class: "
            << distribution(tally.by_count_for_class)
            << "\n  conclusive handshakes, whole policy: " << distribution(tally.by_count) << "\n";
  return tally;
}

TEST(RandomPersonas, AreRecoveredUpToTheirCanonicalForm) {
  const auto tally = play({}, true);
  EXPECT_EQ(tally.equal, tally.runs);
  EXPECT_LE(tally.most_for_class, 6U) << "conclusive handshakes for the trust class";
}

TEST(RandomPersonas, AreRecoveredWhereNoKnobDoesAnything) {
  const auto tally = play({}, true, true);
  EXPECT_EQ(tally.equal, tally.runs);
}

TEST(RandomPersonas, GetNoWrongWordOnABadLine) {
  const auto tally = play({.opens_fail = 0.2, .names_fail = 0.05, .resets = 0.05, .lines_lost = 0.05}, false);
  // Answers that are lost late must not leave open what was certain before.
  EXPECT_LE(tally.inconclusive * 100, tally.runs) << "needlessly inconclusive";
}

TEST(RandomPersonas, GetNoWrongWordOnATerribleLine) {
  play({.opens_fail = 0.35, .names_fail = 0.2, .resets = 0.2, .lines_lost = 0.2}, false);
}

}  // namespace
}  // namespace epki::trial

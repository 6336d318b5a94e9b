// The readings of drawn delays: how often chance alone fools them, and where they tell what they should.
#include "verify/infer/timing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <string>

namespace epki::infer {
namespace {

constexpr std::uint32_t seed = 20261127;
constexpr int runs = 400;

using Jitter = std::function<double(std::mt19937&)>;

// Trust probing, 4: 50 ± 20 ms uniform, and normal with a standard deviation of 20 ms.
const Jitter uniform = [](std::mt19937& random) {
  return std::uniform_real_distribution<double>(30000, 70000)(random);
};
const Jitter normal = [](std::mt19937& random) { return std::normal_distribution<double>(50000, 20000)(random); };
// A quiet machine: microseconds, and now and then something else takes the processor.
const Jitter local = [](std::mt19937& random) {
  const double spike = std::uniform_real_distribution<double>(0, 1)(random) < 0.05 ? 5000 : 0;
  return std::normal_distribution<double>(120, 30)(random) + spike;
};

Delays draw(std::mt19937& random, const Jitter& jitter, double shift) {
  Delays delays;
  for (std::size_t i = 0; i < timing_looks.back(); ++i) {
    delays.known.push_back(jitter(random) + shift);
    delays.unknown.push_back(jitter(random));
  }
  return delays;
}

struct Count {
  int usable = 0, known = 0, unknown = 0;
  double of_usable(int some) const { return usable == 0 ? 0 : static_cast<double>(some) / usable; }
};

/// Runs with a control whose check takes `check` microseconds, of a root that is known or is not.
Count readings(const Jitter& jitter, double check, bool root_is_known) {
  std::mt19937 random(seed);
  Count count;
  for (int i = 0; i < runs; ++i) {
    if (calibrate(draw(random, jitter, check), true).state != Calibration::State::separates) continue;
    ++count.usable;
    const auto question = draw(random, jitter, root_is_known ? check : 0);
    const auto reading = read_delays(question, draw(random, jitter, check), true);
    count.known += reading.state == TimedReading::State::known ? 1 : 0;
    count.unknown += reading.state == TimedReading::State::unknown ? 1 : 0;
  }
  return count;
}

std::string where(const char* jitter, double check) {
  return std::string(jitter) + ", a check of " + std::to_string(check) + " us, seed " + std::to_string(seed);
}

// Three standard deviations above the rate, for so many runs.
const double allowed = timing_error + 3 * std::sqrt(timing_error * (1 - timing_error) / runs);

TEST(Timing, ChanceAloneSeldomSeparates) {
  for (const auto* jitter : {&uniform, &normal, &local}) {
    const auto count = readings(*jitter, 0, false);
    EXPECT_LE(static_cast<double>(count.usable) / runs, allowed) << "seed " << seed;
  }
}

TEST(Timing, AnUnknownRootIsSeldomReadAsKnown) {
  for (const double check : {10000.0, 22900.0}) {
    for (const auto& [name, jitter] : {std::pair("uniform", uniform), std::pair("normal", normal)}) {
      const auto count = readings(jitter, check, false);
      EXPECT_LE(count.of_usable(count.known), allowed) << where(name, check);
    }
  }
}

TEST(Timing, AKnownRootIsSeldomReadAsUnknown) {
  // The control's bound may be wrong as often as the reading's.
  for (const double check : {10000.0, 22900.0}) {
    for (const auto& [name, jitter] : {std::pair("uniform", uniform), std::pair("normal", normal)}) {
      const auto count = readings(jitter, check, true);
      EXPECT_LE(count.of_usable(count.unknown), 2 * allowed) << where(name, check);
    }
  }
}

// Something else has the processor for a while, and every check takes longer: the control in turn with the question has
// its share of it.
TEST(Timing, AMachineThatIsBusyForAWhileMisleadsNobody) {
  std::mt19937 random(seed);
  int wrong = 0;
  for (int i = 0; i < runs; ++i) {
    for (const bool root_is_known : {true, false}) {
      Delays question, control;
      double load = 1;
      for (std::size_t n = 0; n < timing_looks.back(); ++n) {
        if (std::uniform_real_distribution<double>(0, 1)(random) < 0.2)
          load = std::uniform_real_distribution<double>(1, 4)(random);
        for (auto* const kind : {&question, &control}) {
          const bool known = root_is_known || kind == &control;
          kind->known.push_back(load * (local(random) + (known ? 1000 : 0)));
          kind->unknown.push_back(load * local(random));
        }
      }
      const auto reading = read_delays(question, control, true);
      wrong += reading.state == (root_is_known ? TimedReading::State::unknown : TimedReading::State::known) ? 1 : 0;
    }
  }
  EXPECT_EQ(wrong, 0) << "of " << 2 * runs << ", seed " << seed;
}

TEST(Timing, SeparatesWhereTheReferenceSays) {
  // The ladders' shifts of trust probing, 4: P-384 on a line with jitter, RSA-4096 on a hundred times slower processor,
  // RSA-2048 with no line between.
  struct Line {
    const char* name;
    Jitter jitter;
    double check, usable, known, unknown;
  };
  const std::vector<Line> rows{{"P-384, uniform", uniform, 22900, 0.99, 0.98, 0.5},
                               {"P-384, normal", normal, 22900, 0.7, 0.7, 0},
                               {"RSA-4096 at 100 times, normal", normal, 160000, 0.99, 0.99, 0.99},
                               {"RSA-2048 here", local, 337, 0.99, 0.99, 0.99}};
  for (const auto& row : rows) {
    const auto known = readings(row.jitter, row.check, true), unknown = readings(row.jitter, row.check, false);
    EXPECT_GE(static_cast<double>(known.usable) / runs, row.usable) << where(row.name, row.check);
    EXPECT_GE(known.of_usable(known.known), row.known) << where(row.name, row.check);
    EXPECT_GE(unknown.of_usable(unknown.unknown), row.unknown) << where(row.name, row.check);
    RecordProperty(row.name, std::to_string(known.usable) + " usable, " + std::to_string(known.known) + " known, " +
                                 std::to_string(unknown.unknown) + " unknown of " + std::to_string(runs));
  }
}

TEST(Timing, SixOfEachAreEnoughWhereNothingOverlaps) {
  Delays delays;
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(calibrate(delays, false).state, Calibration::State::open) << i;
    delays.known.push_back(23000.0 + i);
    delays.unknown.push_back(130.0 + i);
  }
  const auto control = calibrate(delays, false);
  EXPECT_EQ(control.state, Calibration::State::separates);
  EXPECT_EQ(control.shift.samples, 6U);
  EXPECT_DOUBLE_EQ(control.shift.estimate, 22870);
  EXPECT_DOUBLE_EQ(control.shift.low, 22865);
  EXPECT_DOUBLE_EQ(control.shift.auc, 1);
  EXPECT_EQ(read_delays(delays, delays, false).state, TimedReading::State::known);
  const Delays equal{delays.unknown, delays.unknown};
  EXPECT_EQ(read_delays(equal, delays, false).state, TimedReading::State::unknown);
  EXPECT_EQ(read_delays(equal, equal, false).state, TimedReading::State::open) << "without a control, nothing";
  EXPECT_EQ(read_delays(delays, equal, true).state, TimedReading::State::unclear);
}

TEST(Timing, WhatIsCertainAndTinyIsNothing) {
  Delays delays;
  for (int i = 0; i < 24; ++i) {
    delays.known.push_back(140.0 + i % 3);
    delays.unknown.push_back(100.0 + i % 3);
  }
  EXPECT_EQ(calibrate(delays, false).state, Calibration::State::does_not);
}

TEST(Timing, FiveOfEachSayNothing) {
  const Delays delays{{9000, 9001, 9002, 9003, 9004}, {1, 2, 3, 4, 5}};
  EXPECT_EQ(calibrate(delays, true).state, Calibration::State::does_not);
  EXPECT_EQ(read_delays(delays, delays, true).state, TimedReading::State::unclear);
}

TEST(Timing, TheOtherWayRoundIsNeitherKnownNorUnknown) {
  Delays delays;
  for (int i = 0; i < 24; ++i) {
    delays.known.push_back(100.0 + i);
    delays.unknown.push_back(9000.0 + i);
  }
  EXPECT_EQ(calibrate(delays, false).state, Calibration::State::does_not);
  const Delays turned{delays.unknown, delays.known};
  EXPECT_EQ(read_delays(delays, turned, false).state, TimedReading::State::unclear);
}

// A root whose check costs a third of the control's: another key after all, or a machine that was busier then.
TEST(Timing, LaterByTooLittleIsNeitherKnownNorUnknown) {
  Delays delays, control;
  for (int i = 0; i < 24; ++i) {
    delays.known.push_back(1000.0 + i);
    delays.unknown.push_back(100.0 + i);
    control.known.push_back(3000.0 + i);
    control.unknown.push_back(100.0 + i);
  }
  EXPECT_EQ(read_delays(delays, control, false).state, TimedReading::State::unclear);
}

}  // namespace
}  // namespace epki::infer

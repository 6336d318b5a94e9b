// What a run costs on the line, in the simulator's time: the same numbers on every machine.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/faults/floor.hpp"

namespace epki::faults {
namespace {

constexpr const char* paced = "boot_ms = 3000\nbaud = 115200\n[quirks]\ncontext_active_at_boot = true\n";

/// Wall time over the time the bytes alone take at `baud` (ten bits each).
double ratio(const plan::DeviceReport& report, double baud) {
  const auto wire = static_cast<double>(report.bytes_out + report.bytes_in) * 10.0 / baud;
  return static_cast<double>(report.duration.count()) / 1000.0 / wire;
}

TEST(Figures, AnUnchangedModemTakesThirtyExchangesAndNoTransfer) {
  Floor floor(paced);
  ASSERT_TRUE(ended_well(floor.provision()));
  floor.keep_wire = true;
  const auto again = floor.provision();
  ASSERT_TRUE(ended_well(again)) << outcome(again);
  std::printf("unchanged modem: %llu exchanges\n", static_cast<unsigned long long>(again.report->exchanges));
  EXPECT_LE(again.report->exchanges, 30U) << again.wire;
  EXPECT_EQ(again.wire.find("QFUPL"), std::string::npos);
  EXPECT_EQ(again.wire.find("QFDWL"), std::string::npos);
  EXPECT_EQ(plan::word(again.report->status), "protected") << outcome(again);
  EXPECT_NE(again.report->protection.unknown_ca_note.find("--deep"), std::string::npos);
  EXPECT_TRUE(again.report->connect.published);
  floor.options.deep = true;
  const auto deep = floor.provision();
  EXPECT_GT(deep.report->exchanges, 100U) << "everything is proved again";
}

TEST(Figures, AModemThatForgotItsSettingsIsNotUnchanged) {
  Floor floor(paced);
  ASSERT_TRUE(ended_well(floor.provision()));
  floor.modem().power_cut(floor.now());
  const auto again = floor.provision();
  EXPECT_TRUE(ended_well(again)) << outcome(again);
  EXPECT_EQ(floor.differs(), "");
  EXPECT_GT(again.report->exchanges, 60U);
}

TEST(Figures, SettingsThatHaveNoEffectAnyMoreAreNoticed) {
  Floor floor(paced);
  ASSERT_TRUE(ended_well(floor.provision()));
  // As after a boot at which the product set them before RDY: they read as wanted.
  for (auto& context : floor.modem().state.ssl_in_force) context = {};
  const auto again = floor.provision();
  ASSERT_TRUE(ended_well(again)) << outcome(again);
  EXPECT_EQ(floor.differs(), "") << "the long way has written them";
}

/// Of a first run on a modem that has started.
plan::DeviceReport first_run(std::int64_t line_speed) {
  Floor floor(paced);
  floor.wait_until_ready();
  floor.options.line_speed = line_speed;
  auto run = floor.provision();
  EXPECT_TRUE(ended_well(run)) << outcome(run);
  EXPECT_EQ(floor.modem().wire.baud(), 115200) << "put back at the end";
  return *run.report;
}

TEST(Figures, WallTimeIsTheWiresOwn) {
  const auto report = first_run(0);
  std::printf("wall time over wire time at 115200: %.3f\n", ratio(report, 115200));
  EXPECT_LE(ratio(report, 115200), 1.05);
}

TEST(Figures, AtARaisedSpeedAQuarterIsEnough) {
  const auto usual = first_run(0), raised = first_run(921600);
  std::printf("wall time at 921600 and at 115200: %lld ms, %lld ms\n", static_cast<long long>(raised.duration.count()),
              static_cast<long long>(usual.duration.count()));
  EXPECT_LE(raised.duration * 4, usual.duration);
}

TEST(RaisedSpeed, IsPutBackByTheNextRunAfterOneThatWasKilled) {
  Floor floor(paced);
  floor.options.line_speed = 921600;
  ASSERT_TRUE(floor.provision(2000).killed);
  ASSERT_EQ(floor.modem().wire.baud(), 921600);
  floor.options.line_speed = 0;
  const auto next = floor.provision();
  EXPECT_TRUE(ended_well(next)) << outcome(next);
  EXPECT_EQ(floor.differs(), "");
  EXPECT_EQ(floor.modem().wire.baud(), 115200);
}

TEST(RaisedSpeed, IsGivenUpWhereTheLineDoesNotCarryIt) {
  Floor floor(paced);
  floor.options.line_speed = 921600;
  floor.noisy_above = 115200;
  const auto run = floor.provision();
  EXPECT_TRUE(ended_well(run)) << outcome(run);
  EXPECT_NE(run.told.find("the line stays at 115200 baud"), std::string::npos) << run.told;
  EXPECT_EQ(floor.modem().wire.baud(), 115200);
}

}  // namespace
}  // namespace epki::faults

// A run that is cut anywhere is finished by the next one. Every command line and every byte (stepped where they are
// many); the number of cuts is printed.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/faults/floor.hpp"

namespace epki::faults {
namespace {

constexpr const char* plain = "boot_ms = 3000\n";

/// Runs until one ends well, at most three times; checks what must hold after each.
void finish(Floor& floor, const std::string& cut) {
  std::string last;
  for (int n = 0; n < 3; ++n) {
    const auto run = floor.provision();
    last = outcome(run);
    if (!ended_well(run)) continue;
    EXPECT_EQ(floor.differs(), "") << cut << "\n" << last;
    return;
  }
  ADD_FAILURE() << cut << ": not provisioned after three more runs\n" << last;
}

struct Size {
  std::size_t bytes = 0, lines = 0;
};

/// Of an undisturbed run.
Size size_of_a_run() {
  Floor floor(plain);
  const auto run = floor.provision();
  EXPECT_EQ(plan::word(run.report->status), "protected") << outcome(run);
  return {run.written, static_cast<std::size_t>(run.report->exchanges)};
}

TEST(CutPoints, TheToolIsKilledAtAnyByte) {
  const auto size = size_of_a_run();
  ASSERT_GT(size.bytes, 4000U);
  std::size_t cuts = 0;
  constexpr std::size_t step = 149;  // prime: it meets every part of a command line
  for (std::size_t at = 1; at <= size.bytes; at += step, ++cuts) {
    Floor floor(plain);
    ASSERT_TRUE(floor.provision(at).killed) << at;
    finish(floor, "killed at byte " + std::to_string(at));
    ASSERT_EQ(floor.ever_badly_bound(), "") << "killed at byte " << at;
    if (testing::Test::HasFailure()) break;
  }
  std::printf("cut points tried, tool killed: %zu of %zu bytes\n", cuts, size.bytes);
}

TEST(CutPoints, ThePowerIsCutAtAnyCommand) {
  const auto size = size_of_a_run();
  std::size_t cuts = 0;
  for (const char* cache : {"false", "true"}) {
    for (std::size_t at = 1; at <= size.lines; ++at, ++cuts) {
      Floor floor(std::string(plain) + "[quirks]\nwrite_cache = " + cache +
                  "\n[faults]\npower_cut_at_command = " + std::to_string(at) + "\n");
      finish(floor, "power cut at command " + std::to_string(at) + ", write cache " + cache);
      ASSERT_EQ(floor.ever_badly_bound(), "") << "power cut at command " << at;
      if (testing::Test::HasFailure()) return;
    }
  }
  std::printf("cut points tried, power cut at commands: %zu\n", cuts);
}

TEST(CutPoints, ThePowerIsCutAtAnyByteOfAnUpload) {
  Floor sized(plain);
  std::size_t cuts = 0;
  constexpr std::size_t step = 97;
  for (const char* cache : {"false", "true"}) {
    for (std::size_t at = 1; at <= sized.wanted.ca_pem.size(); at += step, ++cuts) {
      Floor floor(std::string(plain) + "[quirks]\nwrite_cache = " + cache +
                  "\n[faults]\npower_cut_at_upload_byte = " + std::to_string(at) + "\n");
      finish(floor, "power cut at byte " + std::to_string(at) + " of the upload, write cache " + cache);
      ASSERT_EQ(floor.ever_badly_bound(), "") << "power cut at byte " << at;
      if (testing::Test::HasFailure()) return;
    }
  }
  std::printf("cut points tried, power cut in an upload: %zu\n", cuts);
}

}  // namespace
}  // namespace epki::faults

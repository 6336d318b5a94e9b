// A run that is cut anywhere is finished by the next one, and no fault makes a report say more than is true. The short
// sets; bench/faults runs the whole. The numbers tried are printed.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/faults/trials.hpp"

namespace epki::faults {
namespace {

void expect_all_well(const Tally& tally, const char* what) {
  std::printf("%s: %zu tried, %zu ended well (%zu in the first run)\n", what, tally.tried, tally.ended_well,
              tally.first_run);
  ASSERT_GT(tally.tried, 0U);
  for (const auto& text : tally.wrong) ADD_FAILURE() << text;
  for (const auto& text : tally.unended) ADD_FAILURE() << "not provisioned after three runs: " << text;
}

// The steps are prime: they meet every part of a command line.
TEST(CutPoints, TheToolIsKilledAtAnyByte) {
  expect_all_well(kill_the_tool(1, 149), "the tool killed");
}

TEST(CutPoints, ThePowerIsCutAtAnyCommand) {
  expect_all_well(cut_the_power(1, 7), "the power cut at a command");
}

TEST(CutPoints, ThePowerIsCutAtAnyByteOfAnUpload) {
  expect_all_well(cut_an_upload(1, 97), "the power cut in an upload");
}

TEST(SeededFaults, NeverMakeAReportSayMoreThanIsTrue) {
  expect_all_well(draw_faults(1, 60), "drawn faults, seeds 1 to 60");
}

// A value of the spare context that was garbled when it was noted: putting it back failed in every later run. The
// length of a message that was garbled: the modem waited for the rest for ever. A message that was lost in each run.
TEST(SeededFaults, LeaveNothingThatFailsForEver) {
  for (const std::uint64_t seed : {1847U, 2573U, 4619U, 4380U, 948U})
    expect_all_well(draw_faults(seed, 1), "one that once did");
}

}  // namespace
}  // namespace epki::faults

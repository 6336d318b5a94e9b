#include "core/clock.hpp"

#include <gtest/gtest.h>

#include <climits>

#include "core/poll.hpp"

namespace epki {
namespace {

TEST(Rfc3339, RoundTripsAndTakesOffsets) {
  const auto at = parse_rfc3339("2026-11-22T15:46:00Z");
  ASSERT_TRUE(at);
  EXPECT_EQ(rfc3339(*at), "2026-11-22T15:46:00Z");
  EXPECT_EQ(parse_rfc3339("2026-11-22T17:46:00.25+02:00"), at);
  EXPECT_EQ(parse_rfc3339("2026-11-22T10:16:00-05:30"), at);
}

TEST(Rfc3339, RefusesWhatIsNoDateTime) {
  for (const char* bad : {"", "2026-11-22", "2026-13-22T15:46:00Z", "2026-02-30T15:46:00Z", "2026-11-22T25:46:00Z",
                          "2026-11-22T15:46:00", "2026-11-22T15:46:00Zx", "2026-11-22T15:46:00.Z"})
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
}

TEST(Poll, WaitsForWhatIsAheadAndNeverForWhatIsPast) {
  for (const auto by : {Deadline::min(), Deadline{}, after(std::chrono::seconds(-1))})
    EXPECT_EQ(milliseconds_until(by), 0);
  EXPECT_GT(milliseconds_until(after(std::chrono::hours(1))), 0);
  EXPECT_EQ(milliseconds_until(Deadline::max()), INT_MAX);
}

}  // namespace
}  // namespace epki

// When the modem's clock is moved for a genuine chain, and where to.
#include "verify/trial/moments.hpp"

#include <gtest/gtest.h>

namespace epki::trial {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Instant now = Instant(days(20000));
const Span own{now - days(3651), now + days(6)};

TEST(Moments, AChainThatBeganAMinuteAgoLeavesTheClockAlone) {
  const auto moments = moments_for({{now - minutes(1), now + days(90)}, {now - days(90), now + minutes(1)}}, now, own);
  EXPECT_FALSE(moments[0]);
  EXPECT_FALSE(moments[1]);
}

TEST(Moments, ExpiredChainsShareOne) {
  const std::vector<Span> spans{{now - days(400), now - days(100)}, {now - days(300), now - days(50)}};
  const auto moments = moments_for(spans, now, own);
  ASSERT_TRUE(moments[0] && moments[1]);
  EXPECT_EQ(*moments[0], *moments[1]);
  EXPECT_EQ(*moments[0], now - days(100) - hours(1));
}

TEST(Moments, TheRunsOwnCertificatesAreValidAtEachOfThem) {
  const std::vector<Span> spans{{now + days(1), now + days(90)}, {now + days(30), now + days(90)}};
  const auto moments = moments_for(spans, now, own);
  ASSERT_TRUE(moments[0]);
  EXPECT_LE(*moments[0], own.to - hours(1));
  EXPECT_GE(*moments[0], spans[0].from);
  EXPECT_FALSE(moments[1]) << "no moment is in both";
}

}  // namespace
}  // namespace epki::trial

#include "provision/station/signing.hpp"

#include <gtest/gtest.h>

namespace epki::station {
namespace {

using std::chrono::minutes;

TEST(SigningWindow, ShutsWhenItsNumberIsUsedUp) {
  SigningWindow window(minutes(0), 2);
  EXPECT_EQ(window.standing().left, 2U);
  EXPECT_TRUE(window.take());
  EXPECT_TRUE(window.take());
  const auto third = window.take();
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, Errc::key);
  EXPECT_NE(third.error().what.find("2 certificates, and they are used up"), std::string::npos) << third.error().what;
  EXPECT_TRUE(window.standing().locked);
  window.unlock();
  EXPECT_TRUE(window.take());
  EXPECT_EQ(window.standing().left, 1U);
}

TEST(SigningWindow, ShutsWhenItsTimeIsOver) {
  ManualTime time;
  SigningWindow window(minutes(10), 0);
  EXPECT_TRUE(window.take());
  time.advance_to(time.now() + minutes(9));
  EXPECT_TRUE(window.take());
  EXPECT_EQ(window.standing().minutes_left, 1);
  time.advance_to(time.now() + minutes(1));
  EXPECT_TRUE(window.standing().locked) << "the page says so before anybody tries";
  EXPECT_FALSE(window.take());
  window.unlock();
  EXPECT_TRUE(window.take());
}

TEST(SigningWindow, WithoutLimitsItStaysOpen) {
  SigningWindow window(minutes(0), 0);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(window.take());
  EXPECT_FALSE(window.standing().left);
  EXPECT_FALSE(window.standing().minutes_left);
}

}  // namespace
}  // namespace epki::station

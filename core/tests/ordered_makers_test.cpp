#include "core/ordered_makers.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <numeric>
#include <string>

namespace epki {
namespace {

std::vector<int> numbers(int from, int count) {
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), from);
  return all;
}

TEST(OrderedMakers, HandOutInTheOrderOfTheWantedWhoeverIsDoneFirst) {
  std::latch second_done{1};
  OrderedMakers<int, std::string> makers(2, [&](std::size_t /*thread*/, const int& wanted) {
    if (wanted == 0) second_done.wait();  // the first is made last
    if (wanted == 1) second_done.count_down();
    return std::to_string(wanted);
  });
  makers.want(numbers(0, 2));
  EXPECT_EQ(makers.take(2), (std::vector<std::string>{"0", "1"}));
}

TEST(OrderedMakers, GoOnWithWhatIsWantedBetweenTwoPortions) {
  OrderedMakers<int, int> makers(3, [](std::size_t thread, const int& wanted) {
    EXPECT_LT(thread, 3U);
    return wanted;
  });
  std::vector<int> taken;
  for (int round = 0; round < 50; ++round) {
    makers.want(numbers(20 * round, 20));
    for (const std::size_t portion : {7U, 1U, 12U})
      for (const int one : makers.take(portion)) taken.push_back(one);
  }
  EXPECT_EQ(taken, numbers(0, 1000));
}

TEST(OrderedMakers, ATakerWaitsForItsOwnPortionOnly) {
  std::latch taken{1};
  OrderedMakers<int, int> makers(1, [&](std::size_t /*thread*/, const int& wanted) {
    if (wanted == 2) taken.wait();  // could not go on if the portion before waited for it
    return wanted;
  });
  makers.want(numbers(0, 3));
  EXPECT_EQ(makers.take(2), numbers(0, 2));
  taken.count_down();
  EXPECT_EQ(makers.take(5), numbers(2, 1));
  EXPECT_TRUE(makers.take(1).empty());
}

TEST(OrderedMakers, CanEndWhileMuchIsUnmade) {
  std::latch begun{1};
  OrderedMakers<int, int> makers(2, [&](std::size_t /*thread*/, const int& wanted) {
    if (wanted == 0) begun.count_down();
    return wanted;
  });
  makers.want(numbers(0, 100000));
  begun.wait();
}

}  // namespace
}  // namespace epki

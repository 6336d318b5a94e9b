#include "core/result.hpp"

#include <gtest/gtest.h>

#include <set>

namespace epki {
namespace {

TEST(NextStep, IsThereForEveryKindOfFailure) {
  std::set<std::string> all;
  for (const auto code : {Errc::usage, Errc::input, Errc::key, Errc::disk, Errc::modem_gone, Errc::modem_refused,
                          Errc::ledger, Errc::network, Errc::interrupted, Errc::internal}) {
    EXPECT_FALSE(next_step({code, "it failed"}).empty()) << word(code);
    EXPECT_EQ(next_step({code, "it failed", "do this"}), "do this");
    all.insert(next_step({code, "it failed"}));
  }
  EXPECT_EQ(all.size(), 10U) << "each kind has its own";
}

}  // namespace
}  // namespace epki

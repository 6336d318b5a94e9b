// A conversation saved with --record can be played again in place of the modem.
#include <gtest/gtest.h>

#include "core/file.hpp"
#include "tests/faults/floor.hpp"

namespace epki::faults {
namespace {

TEST(Recordings, OfAWholeRunArePlayedAgain) {
  Floor floor("boot_ms = 3000\n");
  floor.wait_until_ready();
  floor.record_into = (floor.folder() / "said.txt").string();
  const auto run = floor.provision();
  ASSERT_TRUE(ended_well(run)) << outcome(run);
  const auto recording = read_file(floor.record_into);
  ASSERT_TRUE(recording);
  EXPECT_EQ(recording->find("861234567890123"), std::string::npos) << "the IMEI is masked";
  const auto again = floor.replay(*recording);
  EXPECT_EQ(plan::word(again.status), plan::word(run.report->status)) << again.sentence;
  EXPECT_EQ(again.exchanges, run.report->exchanges);
  EXPECT_EQ(again.bytes_in, run.report->bytes_in);
  EXPECT_EQ(again.identity.imei, "861230000000000");
}

}  // namespace
}  // namespace epki::faults

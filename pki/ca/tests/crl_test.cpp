#include "pki/ca/crl.hpp"

#include <gtest/gtest.h>

#include <random>

#include "core/file.hpp"
#include "core/random.hpp"
#include "ledger/certificates.hpp"
#include "ledger/crl.hpp"

namespace epki::ca {
namespace {

using std::chrono::days;

struct PublishedCrl : ::testing::Test {
  ManualClock clock{*parse_rfc3339("2026-11-22T12:00:00Z")};
  SystemRandom random;
  World world{clock, random};
  TemporaryFolder folder = *TemporaryFolder::make("epki-crl");
  ledger::Ledger book = *ledger::Ledger::open(folder.path() / "ledger.db", clock);
  Identity root = *mint_device_root(*profile::built_in("root"), "Trial", ossl::KeyType::ec_p256, days(3650), world);

  std::string issue(const std::string& name) {
    const auto made = *mint_client(*profile::built_in("device"), name, ossl::KeyType::ec_p256, days(365), root, world);
    EXPECT_TRUE(book.record_issued({ledger_row(made.certificate, "device", name)}));
    return made.certificate.serial();
  }
  void revoke(const std::string& serial) {
    const std::vector<ledger::Revocation> one{
        {{issuer_id(root.certificate), serial}, clock.now(), ledger::RevocationReason::key_compromise}};
    ASSERT_TRUE(ledger::Certificates(book).revoke(one));
  }
  std::string due(days within = days(5)) { return *why_crl_is_due(root.certificate, within, book, clock); }
};

TEST_F(PublishedCrl, NumbersGrowAndEntriesFollowTheLedger) {
  const auto serial = issue("one");
  const auto first = publish_crl(root, days(30), book, clock);
  ASSERT_TRUE(first) << first.error().what;
  EXPECT_EQ(first->number(), 1);
  EXPECT_EQ(first->entries(), 0U);
  EXPECT_EQ(due(), "");
  revoke(serial);
  EXPECT_NE(due(), "") << "a revocation that no list holds";
  const auto second = publish_crl(root, days(30), book, clock);
  ASSERT_TRUE(second) << second.error().what;
  EXPECT_EQ(second->number(), 2);
  EXPECT_EQ(second->entries(), 1U);
  EXPECT_EQ(due(), "");
  EXPECT_GT(*second->next_update(), clock.now());
  EXPECT_LT(second->this_update(), clock.now()) << "a broker whose clock is behind would refuse it";
}

TEST_F(PublishedCrl, IsDueBeforeItEnds) {
  EXPECT_EQ(due(), "") << "nothing revoked, nothing published";
  ASSERT_TRUE(publish_crl(root, days(30), book, clock));
  clock.advance(days(24));
  EXPECT_EQ(due(days(5)), "");
  EXPECT_NE(due(days(7)), "");
  clock.advance(days(7));
  EXPECT_NE(due().find("refuses every client"), std::string::npos) << due();
}

TEST_F(PublishedCrl, IsNotSignedByAClockThatWentBack) {
  ASSERT_TRUE(publish_crl(root, days(30), book, clock));
  ManualClock behind{clock.now() - days(3)};
  const auto stale = publish_crl(root, days(30), book, behind);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, Errc::input);
}

// The clock was wrong then, not now: without a way on, every client would be refused until that time comes.
TEST_F(PublishedCrl, FollowsOneThatWasSignedByAClockThatWasAhead) {
  ManualClock ahead{clock.now() + days(3000)};
  const auto early = publish_crl(root, days(30), book, ahead);
  ASSERT_TRUE(early);
  EXPECT_NE(due().find("refuses every client"), std::string::npos) << due();
  const auto refused = publish_crl(root, days(30), book, clock);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().hint.find("--clock-was-ahead"), std::string::npos);
  const auto right = publish_crl(root, days(30), book, clock, true);
  ASSERT_TRUE(right);
  EXPECT_GT(right->number(), early->number());
  EXPECT_LT(right->this_update(), clock.now());
  EXPECT_EQ(due(), "");
  EXPECT_TRUE(publish_crl(root, days(30), book, clock)) << "once is enough";
}

TEST_F(PublishedCrl, IsNotSignedByTheWrongKey) {
  const auto other = *mint_device_root(*profile::built_in("root"), "Other", ossl::KeyType::ec_p256, days(30), world);
  EXPECT_FALSE(publish_crl({root.certificate, other.key}, days(30), book, clock));
}

}  // namespace
}  // namespace epki::ca

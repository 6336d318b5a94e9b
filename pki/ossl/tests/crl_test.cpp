#include "pki/ossl/crl.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "pki/ossl/builder.hpp"

namespace epki::ossl {
namespace {

const Instant now = *parse_rfc3339("2026-11-22T12:00:00Z");

struct CrlTest : ::testing::Test {
  PrivateKey key = *PrivateKey::generate(KeyType::ec_p256);
  Certificate issuer = [this] {
    CertificateSpec spec;
    spec.subject = {{"O", "Trial"}, {"CN", "Trial device root"}};
    spec.serial = {std::byte{1}};
    spec.not_before = now;
    spec.not_after = now + std::chrono::days(100);
    spec.extensions = {{"basicConstraints", "CA:TRUE", true}, {"subjectKeyIdentifier", "hash"}};
    return *build(spec, key, {std::nullopt, key});
  }();

  Result<Crl> made(const std::vector<CrlEntry>& entries, std::int64_t number = 7) {
    auto builder = *CrlBuilder::begin({now, now + std::chrono::days(30), number}, issuer);
    for (const auto& entry : entries)
      if (auto added = builder.add(entry); !added) return std::move(added).error();
    return std::move(builder).sign(key);
  }
};

TEST_F(CrlTest, HoldsWhatWasPutIn) {
  const std::vector<CrlEntry> entries{
      {"00ff", now, 1}, {"8000000000000000000000000000000000000001", now, 0}, {"01", now, 9}};
  const auto crl = made(entries);
  ASSERT_TRUE(crl) << crl.error().what;
  const auto read = Crl::read(crl->pem());
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->number(), 7);
  EXPECT_EQ(read->this_update(), now);
  EXPECT_EQ(read->next_update(), now + std::chrono::days(30));
  EXPECT_EQ(read->entries(), 3U);
  EXPECT_EQ(read->issuer_der(), issuer.subject_der());
  EXPECT_TRUE(read->signed_by(issuer));
  std::vector<std::pair<std::string, int>> found;
  ASSERT_TRUE(read->for_each([&](const CrlEntry& entry) {
    found.emplace_back(entry.serial, entry.reason);
    EXPECT_EQ(entry.at, now);
    return success();
  }));
  std::sort(found.begin(), found.end());
  const std::vector<std::pair<std::string, int>> expected{
      {"01", 9}, {"8000000000000000000000000000000000000001", 0}, {"ff", 1}};
  EXPECT_EQ(found, expected);
}

TEST_F(CrlTest, AnotherKeyDidNotSignIt) {
  const auto other = *PrivateKey::generate(KeyType::ec_p256);
  auto builder = *CrlBuilder::begin({now, now + std::chrono::days(30), 1}, issuer);
  const auto wrong = std::move(builder).sign(other);
  ASSERT_FALSE(wrong) << "a list that does not verify left the house";
  EXPECT_EQ(wrong.error().code, Errc::key);
}

TEST_F(CrlTest, SeveralInOneTextKeepTheirOrder) {
  const auto one = made({}, 1), other = made({{"05", now, 0}}, 2);
  const auto all = Crl::read_all(one->pem() + "some words\n" + issuer.pem() + other->pem());
  ASSERT_TRUE(all) << all.error().what;
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].number(), 1);
  EXPECT_EQ((*all)[1].number(), 2);
  EXPECT_FALSE(Crl::read(one->pem() + other->pem()));
}

TEST_F(CrlTest, GarbageIsRefused) {
  for (const char* text : {"", "x", "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"})
    EXPECT_FALSE(Crl::read(text)) << text;
  auto builder = *CrlBuilder::begin({now, now, 1}, issuer);
  EXPECT_FALSE(builder.add({"xyz", now, 0}));
  EXPECT_FALSE(builder.add({"", now, 0}));
}

}  // namespace
}  // namespace epki::ossl

// Devices by the thousand are what mint_client would have made.

#include "pki/ca/devices.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/tests/seeded_random.hpp"
#include "pki/ossl/builder.hpp"

namespace epki::ca {
namespace {

using std::chrono::days;

struct Devices : ::testing::Test {
  ManualClock clock{*parse_rfc3339("2026-11-22T12:00:00Z")};
  test::SeededRandom random{11};
  World world{clock, random};
  profile::Profile device_profile = *profile::built_in("device");
  Identity root = *mint_device_root(*profile::built_in("root"), "Trial", ossl::KeyType::ec_p256, days(3650), world);

  DeviceMint mint(ossl::KeyType key = ossl::KeyType::ec_p256, unsigned threads = 2) {
    auto made = DeviceMint::make(device_profile, key, root, {}, world, threads);
    EXPECT_TRUE(made) << made.error().what;
    return *std::move(made);
  }
};

TEST_F(Devices, AreMadeInTheOrderTheyWereWanted) {
  std::vector<WantedDevice> wanted;
  wanted.reserve(300);
  for (int i = 0; i < 300; ++i) wanted.push_back({"device-" + std::to_string(i), days(100 + i % 3)});
  const auto made = mint().mint(wanted);
  ASSERT_TRUE(made) << made.error().what;
  ASSERT_EQ(made->size(), wanted.size());
  std::set<std::string> serials;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& row = (*made)[i].row;
    const auto certificate = ossl::Certificate::from_pem(row.pem);
    ASSERT_TRUE(certificate) << certificate.error().what;
    EXPECT_EQ(certificate->common_name(), wanted[i].name);
    EXPECT_TRUE(certificate->signed_by(root.certificate));
    EXPECT_EQ(certificate->not_after(), clock.now() + wanted[i].lifetime);
    EXPECT_TRUE(ossl::PrivateKey::from_pem((*made)[i].key.view(), nullptr)->matches(*certificate));
    EXPECT_EQ(row.pem.find("+++"), std::string::npos);
    serials.insert(row.serial);
    const auto expected = ledger_row(*certificate, "device", wanted[i].name);
    EXPECT_EQ(row.serial, expected.serial);
    EXPECT_EQ(row.issuer, expected.issuer);
    EXPECT_EQ(row.subject, expected.subject);
    EXPECT_EQ(row.sha256, expected.sha256);
    EXPECT_EQ(row.not_before, expected.not_before);
    EXPECT_EQ(row.not_after, expected.not_after);
  }
  EXPECT_EQ(serials.size(), wanted.size());
}

TEST_F(Devices, TakeTheKeysThatWereMadeAheadFirst) {
  const auto stock = std::make_shared<ossl::KeyStock>(ossl::KeyType::ec_p256, 8);
  auto mint = DeviceMint::make(device_profile, ossl::KeyType::ec_p256, root, {}, world, 2, stock);
  ASSERT_TRUE(mint) << mint.error().what;
  std::vector<WantedDevice> wanted;
  wanted.reserve(20);
  for (int i = 0; i < 20; ++i) wanted.push_back({"device-" + std::to_string(i), days(100)});
  const auto made = mint->mint(wanted);
  ASSERT_TRUE(made) << made.error().what;
  std::set<std::string> keys;
  for (const auto& device : *made) {
    const auto certificate = *ossl::Certificate::from_pem(device.row.pem);
    EXPECT_TRUE(ossl::PrivateKey::from_pem(device.key.view(), nullptr)->matches(certificate));
    keys.insert(std::string(device.key.view()));
  }
  EXPECT_EQ(keys.size(), wanted.size());
  EXPECT_FALSE(stock->take()) << "keys are left while others were made";
}

TEST_F(Devices, HaveTheExtensionsMintClientGives) {
  const auto slow = mint_client(device_profile, "one", ossl::KeyType::rsa_2048, days(30), root, world);
  const auto quick = mint(ossl::KeyType::rsa_2048).mint(std::vector<WantedDevice>{{"one", days(30)}});
  ASSERT_TRUE(slow && quick);
  const auto ours = ossl::extensions_of(*ossl::Certificate::from_pem(quick->front().row.pem));
  const auto theirs = ossl::extensions_of(slow->certificate);
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(ours[i].name, theirs[i].name);
    EXPECT_EQ(ours[i].critical, theirs[i].critical);
    if (ours[i].name == "2.5.29.14") continue;  // the hash of the key itself
    EXPECT_EQ(ours[i].der, theirs[i].der) << ours[i].name;
  }
}

TEST_F(Devices, NamesWithCharactersThatASubjectEscapesAreRecordedAsOthersAre) {
  const std::vector<WantedDevice> wanted{{"a,b", days(1)}, {"a;\"b\"", days(1)}, {"größe", days(1)}, {"a b", days(1)}};
  const auto made = mint().mint(wanted);
  ASSERT_TRUE(made) << made.error().what;
  for (const auto& device : *made)
    EXPECT_EQ(device.row.subject, ossl::Certificate::from_pem(device.row.pem)->subject());
}

TEST_F(Devices, OneBadNameMakesNone) {
  const auto made = mint().mint(std::vector<WantedDevice>{{"good", days(1)}, {"not/good", days(1)}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::usage);
}

TEST_F(Devices, NoneOutlivesItsIssuer) {
  const auto made = mint().mint(std::vector<WantedDevice>{{"one", days(36500)}});
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->front().row.not_after, root.certificate.not_after());
}

TEST_F(Devices, ARootThatExpiredMeanwhileSignsNothing) {
  auto ready = mint();
  clock.advance(days(4000));
  EXPECT_FALSE(ready.mint(std::vector<WantedDevice>{{"one", days(1)}}));
}

}  // namespace
}  // namespace epki::ca

// Issuing CAs, the devices' root, and client certificates.

#include <gtest/gtest.h>

#include "core/tests/seeded_random.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ossl/builder.hpp"

namespace epki::ca {
namespace {

using std::chrono::days;

struct Hierarchy : ::testing::Test {
  ManualClock clock{*parse_rfc3339("2026-11-22T12:00:00Z")};
  test::SeededRandom random{7};
  World world{clock, random};
  profile::Profile root_profile = *profile::built_in("root");
  profile::Profile issuing_profile = *profile::built_in("issuing");
  profile::Profile device_profile = *profile::built_in("device");
  Identity root = *mint_root(root_profile, "Trial", ossl::KeyType::ec_p256, days(100), world);

  Result<Identity> client(std::string_view name, const Identity& issuer) {
    return mint_client(device_profile, name, ossl::KeyType::ec_p256, days(30), issuer, world);
  }
};

TEST_F(Hierarchy, AnIssuingCaStandsBelowItsRootAndSignsNoOtherCa) {
  const auto issuing =
      mint_issuing(issuing_profile, "Trial", Purpose::server, ossl::KeyType::ec_p256, days(1825), root, world);
  ASSERT_TRUE(issuing) << issuing.error().what;
  EXPECT_EQ(issuing->certificate.subject(), "CN=Trial issuing,O=Trial");
  EXPECT_TRUE(issuing->certificate.signed_by(root.certificate));
  EXPECT_TRUE(issuing->certificate.is_ca());
  EXPECT_EQ(issuing->certificate.not_after(), root.certificate.not_after()) << "never outlives its root";
  const auto extensions = ossl::extensions_of(issuing->certificate);
  // RFC 5280, 4.2.1.9: SEQUENCE { BOOLEAN TRUE, INTEGER 0 }.
  const std::vector<std::byte> ca_pathlen_0{std::byte{0x30}, std::byte{6}, std::byte{1}, std::byte{1},
                                            std::byte{0xff}, std::byte{2}, std::byte{1}, std::byte{0}};
  EXPECT_EQ(extensions.front().name, "2.5.29.19");
  EXPECT_TRUE(extensions.front().critical);
  EXPECT_EQ(*extensions.front().der, ca_pathlen_0);
}

TEST_F(Hierarchy, TheDevicesRootSharesNothingWithTheBrokers) {
  const auto devices = mint_device_root(root_profile, "Trial", ossl::KeyType::ec_p256, days(100), world);
  ASSERT_TRUE(devices) << devices.error().what;
  EXPECT_NE(devices->certificate.subject_der(), root.certificate.subject_der());
  EXPECT_FALSE(devices->key.matches(root.certificate));
  EXPECT_FALSE(devices->certificate.signed_by(root.certificate));
}

TEST_F(Hierarchy, AClientCertificateSaysWhoItIsAndServesNothing) {
  const auto made = client("861234567890123", root);
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->certificate.subject(), "CN=861234567890123");
  EXPECT_TRUE(made->certificate.signed_by(root.certificate));
  EXPECT_FALSE(made->certificate.is_ca());
  EXPECT_TRUE(made->certificate.dns_names().empty());
  const auto wrong = mint_client(root_profile, "x", ossl::KeyType::ec_p256, days(30), root, world);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::input);
}

TEST_F(Hierarchy, ANameThatWouldLeaveItsTopicIsRefused) {
  for (const char* name : {"", " ", " a", "a ", "a/b", "+", "a#", "$SYS", "a\nb", "\xff",
                           "12345678901234567890123456789012345678901234567890123456789012345"}) {
    const auto made = client(name, root);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, Errc::usage) << name;
    EXPECT_FALSE(made.error().hint.empty()) << name;
  }
  EXPECT_TRUE(client("pump 7, hall B", root));
}

}  // namespace
}  // namespace epki::ca

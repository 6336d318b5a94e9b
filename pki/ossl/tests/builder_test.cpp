#include "pki/ossl/builder.hpp"

#include <gtest/gtest.h>

using namespace epki;
using namespace epki::ossl;
TEST(Builder, MakesASelfSignedRootThatItsOwnKeyVerifies) {
  auto key = PrivateKey::generate(KeyType::ec_p256);
  CertificateSpec spec;
  spec.subject = {{"O", "Tr\xc3\xa4ger, a"}, {"CN", "root"}};
  spec.serial = {std::byte{0x7f}, std::byte{1}};
  spec.not_before = *parse_rfc3339("2020-01-01T00:00:00Z");
  spec.not_after = *parse_rfc3339("2060-01-01T00:00:00Z");
  spec.extensions = {
      {"basicConstraints", "CA:TRUE", true}, {"subjectKeyIdentifier", "hash"}, {"authorityKeyIdentifier", "keyid"}};
  auto c = build(spec, *key, {std::nullopt, *key});
  ASSERT_TRUE(c) << c.error().what;
  EXPECT_TRUE(c->signed_by(*c));
}

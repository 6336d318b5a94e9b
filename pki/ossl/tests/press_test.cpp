// Keys and certificates made in quantity are what OpenSSL would have made.

#include <gtest/gtest.h>

#include <set>

#include "core/text.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/fresh_key.hpp"
#include "pki/ossl/key_stock.hpp"
#include "pki/ossl/leaf_press.hpp"

namespace epki::ossl {
namespace {

constexpr KeyType all_types[] = {KeyType::ec_p256, KeyType::ec_p384, KeyType::rsa_2048};

CertificateSpec pattern() {
  CertificateSpec spec;
  spec.serial = {std::byte{1}};
  spec.not_before = *parse_rfc3339("2026-11-22T12:00:00Z");
  spec.not_after = *parse_rfc3339("2036-11-22T12:00:00Z");
  spec.extensions = {{"basicConstraints", "CA:FALSE", true},
                     {"keyUsage", "digitalSignature", true},
                     {"extendedKeyUsage", "clientAuth"},
                     {"subjectKeyIdentifier", "hash"},
                     {"authorityKeyIdentifier", "keyid"}};
  return spec;
}

struct Ca {
  PrivateKey key;
  Certificate certificate;
};

Ca ca(KeyType type) {
  auto key = *PrivateKey::generate(type);
  CertificateSpec spec = pattern();
  spec.subject = {{"O", "Trial"}, {"CN", "Trial device root"}};
  spec.extensions = {{"basicConstraints", "CA:TRUE", true}, {"subjectKeyIdentifier", "hash"}};
  auto certificate = *build(spec, key, {std::nullopt, key});
  return {key, certificate};
}

TEST(KeyMaker, WritesTheVeryTextOpensslWrites) {
  for (const auto type : all_types) {
    auto maker = *KeyMaker::make(type);
    for (int i = 0; i < 40; ++i) {
      const auto fresh = maker.next();
      ASSERT_TRUE(fresh) << fresh.error().what;
      const auto read = PrivateKey::from_pem(fresh->pem.view(), nullptr);
      ASSERT_TRUE(read) << read.error().what << "\n" << word(type);
      EXPECT_EQ(read->type(), type);
      EXPECT_EQ(read->to_pem()->view(), fresh->pem.view()) << word(type);
      EXPECT_EQ(read->public_der(), fresh->public_key) << word(type);
      if (is_rsa(type)) break;
    }
  }
}

TEST(KeyMaker, NeverMakesAKeyTwice) {
  auto maker = *KeyMaker::make(KeyType::ec_p256);
  std::set<std::vector<std::byte>> points;
  std::set<std::string> texts;
  for (int i = 0; i < 40; ++i) {
    const auto key = *maker.next();
    points.insert(key.public_key);
    texts.insert(std::string(key.pem.view()));
  }
  EXPECT_EQ(points.size(), 40U);
  EXPECT_EQ(texts.size(), 40U);
}

TEST(KeyStock, HandsOutEachKeyOnceAndMakesNoMoreThanItMay) {
  KeyStock stock(KeyType::ec_p384, 5);
  std::set<std::vector<std::byte>> keys;
  while (keys.size() < 5)
    if (const auto key = stock.take()) {
      EXPECT_EQ(PrivateKey::from_pem(key->pem.view(), nullptr)->public_der(), key->public_key);
      ASSERT_TRUE(keys.insert(key->public_key).second) << "one key came twice";
    }
  EXPECT_FALSE(stock.take());
}

TEST(LeafPress, PressesWhatTheBuilderBuilds) {
  for (const auto issuer_type : all_types)
    for (const auto type : all_types) {
      const auto above = ca(issuer_type);
      const Issuer issuer{above.certificate, above.key};
      auto press = LeafPress::make(pattern(), issuer);
      ASSERT_TRUE(press) << press.error().what;
      const auto key = *PrivateKey::generate(type);
      CertificateSpec spec = pattern();
      spec.subject = {{"CN", "gerät 7, \"rechts\""}};
      spec.serial = {std::byte{0x80}, std::byte{0}, std::byte{7}};
      spec.not_after = *parse_rfc3339("2050-01-01T00:00:00Z");  // GeneralizedTime
      const auto built = *build(spec, key, issuer);
      const auto pressed =
          press->press({"gerät 7, \"rechts\"", spec.serial, spec.not_before, spec.not_after, key.public_der()});
      ASSERT_TRUE(pressed) << pressed.error().what;
      const auto read = Certificate::from_der(*pressed);
      ASSERT_TRUE(read) << read.error().what;
      EXPECT_TRUE(read->signed_by(above.certificate));
      EXPECT_TRUE(key.matches(*read));
      EXPECT_EQ(read->subject(), built.subject());
      EXPECT_EQ(read->serial(), "800007");
      EXPECT_EQ(read->not_after(), built.not_after());
      EXPECT_EQ(read->issuer_der(), built.issuer_der());
      const auto ours = extensions_of(*read), theirs = extensions_of(built);
      ASSERT_EQ(ours.size(), theirs.size());
      for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_EQ(ours[i].der, theirs[i].der) << ours[i].name;
    }
}

TEST(LeafPress, RefusesAPatternThatDependsOnMoreThanTheKey) {
  const auto above = ca(KeyType::ec_p256);
  auto spec = pattern();
  spec.version = 1;
  spec.extensions.clear();
  EXPECT_FALSE(LeafPress::make(spec, {above.certificate, above.key}));
}

TEST(LeafPress, ACopyPressesAlike) {
  const auto above = ca(KeyType::ec_p256);
  auto press = *LeafPress::make(pattern(), {above.certificate, above.key});
  auto copy = press;
  const auto key = *PrivateKey::generate(KeyType::ec_p256);
  const auto spec = pattern();
  const auto one = press.press({"a", spec.serial, spec.not_before, spec.not_after, key.public_der()});
  const auto other = copy.press({"a", spec.serial, spec.not_before, spec.not_after, key.public_der()});
  ASSERT_TRUE(one && other);
  // ECDSA draws a number for each signature; the rest is the same.
  EXPECT_TRUE(Certificate::from_der(*other)->signed_by(above.certificate));
  EXPECT_TRUE(std::equal(one->begin() + 4, one->begin() + 200, other->begin() + 4));
}

}  // namespace
}  // namespace epki::ossl

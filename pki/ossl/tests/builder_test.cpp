#include "pki/ossl/builder.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "pki/ossl/tests/tool.hpp"

using namespace epki;
using namespace epki::ossl;
using test::has;

namespace {

struct Builder : ::testing::Test {
  PrivateKey key = *PrivateKey::generate(KeyType::ec_p256);
  PrivateKey leaf_key = *PrivateKey::generate(KeyType::ec_p384);
  test::Tool tool;

  static CertificateSpec spec(Name subject = {{"CN", "x"}}) {
    CertificateSpec s;
    s.subject = std::move(subject);
    s.serial = {std::byte{0x12}, std::byte{0x34}};
    s.not_before = *parse_rfc3339("2020-01-01T00:00:00Z");
    s.not_after = *parse_rfc3339("2040-01-01T00:00:00Z");
    return s;
  }
  Certificate root() {
    auto s = spec({{"O", "Trial"}, {"CN", "Trial root"}});
    s.extensions = {{"basicConstraints", "CA:TRUE", true},
                    {"keyUsage", "keyCertSign,cRLSign", true},
                    {"subjectKeyIdentifier", "hash"}};
    return *build(s, key, {std::nullopt, key});
  }
  std::string text_of(const Certificate& c) {
    return tool.run({"x509", "-noout", "-text", "-in", tool.put("c.pem", c.pem())}).text;
  }
  int verify(const Certificate& top, const Certificate& leaf) {
    const auto a = tool.put("top.pem", top.pem()), b = tool.put("leaf.pem", leaf.pem());
    return tool.run({"verify", "-x509_strict", "-CAfile", a, b}).code;
  }
};

std::vector<std::byte> der_of(const Certificate& c, std::string_view oid) {
  for (const auto& extension : extensions_of(c))
    if (extension.name == oid) return *extension.der;
  return {};
}

}  // namespace

TEST_F(Builder, MakesAChainThatOpenSslVerifies) {
  const auto top = root();
  auto s = spec();
  s.extensions = {{"subjectAltName", "DNS:x"}, {"subjectKeyIdentifier", "hash"}, {"authorityKeyIdentifier", "keyid"}};
  const auto leaf = build(s, leaf_key, {top, key});
  ASSERT_TRUE(leaf) << leaf.error().what;
  EXPECT_EQ(verify(top, *leaf), 0);
  EXPECT_EQ(leaf->key(), "ec-p384");
  EXPECT_TRUE(leaf->signed_by(top));
  EXPECT_FALSE(top.signed_by(*leaf));
  EXPECT_TRUE(leaf_key.matches(*leaf));
  EXPECT_FALSE(key.matches(*leaf));
  // AKI: SEQUENCE { [0] keyIdentifier }, SKI: OCTET STRING; the 20 bytes must agree (RFC 5280, 4.2.1.1).
  const auto aki = to_hex(der_of(*leaf, "2.5.29.35")), ski = to_hex(der_of(top, "2.5.29.14"));
  EXPECT_EQ(aki.substr(8), ski.substr(4));
}

TEST_F(Builder, WritesDatesByTheYear2050) {
  auto s = spec();
  s.not_before = *parse_rfc3339("2049-12-31T23:59:59Z");
  s.not_after = *parse_rfc3339("2050-01-01T00:00:00Z");
  const auto c = build(s, key, {std::nullopt, key});
  ASSERT_TRUE(c);
  const auto structure = tool.run({"asn1parse", "-in", tool.put("c.pem", c->pem())}).text;
  EXPECT_TRUE(has(structure, "UTCTIME           :491231235959Z")) << structure;
  EXPECT_TRUE(has(structure, "GENERALIZEDTIME   :20500101000000Z")) << structure;
  EXPECT_EQ(c->not_before(), s.not_before);
  EXPECT_EQ(c->not_after(), s.not_after);
}

TEST_F(Builder, SignsWithTheDigestItIsToldEvenABrokenOne) {
  for (const auto* digest : {"MD5", "SHA1", "SHA256", "SHA384", "SHA512"}) {
    auto s = spec();
    s.digest = digest;
    const auto rsa = *PrivateKey::generate(KeyType::rsa_2048);
    const auto c = build(s, rsa, {std::nullopt, rsa});
    ASSERT_TRUE(c) << c.error().what;
    EXPECT_EQ(c->digest(), digest);
    EXPECT_TRUE(c->signed_by(*c));
  }
  auto s = spec();
  s.digest = "SHA257";
  const auto none = build(s, key, {std::nullopt, key});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::internal);
  EXPECT_TRUE(has(none.error().what, "digest SHA257"));
}

TEST_F(Builder, VersionOneHasNoExtensions) {
  auto s = spec();
  s.version = 1;
  const auto c = build(s, key, {std::nullopt, key});
  ASSERT_TRUE(c) << c.error().what;
  EXPECT_EQ(c->version(), 1);
  EXPECT_TRUE(has(text_of(*c), "Version: 1 (0x0)"));
  s.extensions = {{"basicConstraints", "CA:TRUE"}};
  EXPECT_FALSE(build(s, key, {std::nullopt, key}));
  s.version = 2;
  EXPECT_FALSE(build(s, key, {std::nullopt, key}));
}

TEST_F(Builder, CopiesTheIssuersNameByteForByte) {
  // CN as PrintableString with odd case and doubled blanks: re-encoding would lose both.
  auto s = spec();
  s.subject_der = from_hex("30133111300f0603550403130841202042206F4F54");
  const auto top = build(s, key, {std::nullopt, key});
  ASSERT_TRUE(top) << top.error().what;
  EXPECT_EQ(top->subject_der(), *s.subject_der);
  const auto leaf = build(spec(), leaf_key, {*top, key});
  ASSERT_TRUE(leaf);
  EXPECT_EQ(leaf->issuer_der(), *s.subject_der);
  s.subject_der->push_back(std::byte{0});
  EXPECT_FALSE(build(s, key, {std::nullopt, key}));
}

TEST_F(Builder, EncodesAttributesAsUtf8ExceptWhereTheTypeIsFixed) {
  const auto c = build(spec({{"C", "DE"}, {"O", "\xc3\xa4"}, {"2.5.4.11", "unit"}, {"CN", std::string(100, 'n')}}), key,
                       {std::nullopt, key});
  ASSERT_TRUE(c) << c.error().what;
  const auto structure = tool.run({"asn1parse", "-in", tool.put("c.pem", c->pem())}).text;
  EXPECT_TRUE(has(structure, "PRINTABLESTRING   :DE")) << structure;
  EXPECT_TRUE(has(structure, "UTF8STRING        :unit")) << structure;
  EXPECT_EQ(c->common_name(), std::string(100, 'n')) << "bounds are the caller's business";
  const auto bad = build(spec({{"NOSUCH", "x"}}), key, {std::nullopt, key});
  ASSERT_FALSE(bad);
  EXPECT_TRUE(has(bad.error().what, "subject attribute NOSUCH")) << bad.error().what;
  const auto latin = build(spec({{"CN", "\xe4\xff"}}), key, {std::nullopt, key});
  ASSERT_FALSE(latin);
  EXPECT_TRUE(has(latin.error().what, "subject: invalid utf8string")) << latin.error().what;
}

TEST_F(Builder, TakesAnyExtensionInAnyOrderAndTwice) {
  auto s = spec();
  s.extensions = {{"1.3.6.1.4.1.99999.1", "", true, std::vector{std::byte{5}, std::byte{0}}},
                  {"subjectAltName", "DNS:a"},
                  {"subjectAltName", "DNS:b"},
                  {"extendedKeyUsage", "1.2.3.4,clientAuth"},
                  {"nameConstraints", "permitted;DNS:example", true}};
  const auto c = build(s, key, {std::nullopt, key});
  ASSERT_TRUE(c) << c.error().what;
  std::vector<std::string> names;
  for (const auto& extension : extensions_of(*c)) names.push_back(extension.name + (extension.critical ? "!" : ""));
  EXPECT_EQ(names,
            (std::vector<std::string>{"1.3.6.1.4.1.99999.1!", "2.5.29.17", "2.5.29.17", "2.5.29.37", "2.5.29.30!"}));
  EXPECT_EQ(to_hex(der_of(*c, "1.3.6.1.4.1.99999.1")), "0500");
}

TEST_F(Builder, NamesTheExtensionThatIsRefused) {
  const std::pair<Extension, std::string> cases[] = {
      {{"subjectAltName", "IP:1.2.3"}, "extension subjectAltName"},
      {{"keyUsage", "noSuchUsage", true}, "extension keyUsage"},
      {{"noSuchExtension", "x"}, "extension noSuchExtension"},
      {{"subjectAltName", "dirName:section"}, "extension subjectAltName"},
      {{"certificatePolicies", "@section"}, "extension certificatePolicies"},
      {{"no oid", "", false, std::vector{std::byte{5}}}, "extension no oid"},
  };
  for (const auto& [extension, says] : cases) {
    auto s = spec();
    s.extensions = {extension};
    const auto c = build(s, key, {std::nullopt, key});
    ASSERT_FALSE(c) << says;
    EXPECT_EQ(c.error().code, Errc::internal);
    EXPECT_TRUE(has(c.error().what, says)) << c.error().what;
  }
}

TEST_F(Builder, RefusesAKeyIdentifierThatTheIssuerLacks) {
  const auto plain = build(spec({{"CN", "no ski"}}), key, {std::nullopt, key});
  auto s = spec();
  s.extensions = {{"authorityKeyIdentifier", "keyid"}};
  const auto leaf = build(s, leaf_key, {*plain, key});
  ASSERT_FALSE(leaf);
  EXPECT_TRUE(has(leaf.error().what, "extension authorityKeyIdentifier")) << leaf.error().what;
}

TEST_F(Builder, SignsWithAKeyThatIsNotTheIssuersWhenTold) {
  const auto top = root();
  const auto c = build(spec(), leaf_key, {top, leaf_key});
  ASSERT_TRUE(c);
  EXPECT_EQ(c->issuer_der(), top.subject_der());
  EXPECT_FALSE(c->signed_by(top));
  EXPECT_NE(verify(top, *c), 0);
}

TEST_F(Builder, FlippedBitBreaksTheSignatureAndNothingElse) {
  const auto rsa = *PrivateKey::generate(KeyType::rsa_2048);
  const auto by_rsa = *build(spec(), rsa, {std::nullopt, rsa});
  for (const auto& whole : {root(), by_rsa}) {
    const auto broken = with_flipped_signature_bit(whole);
    ASSERT_TRUE(broken) << broken.error().what;
    ASSERT_EQ(broken->der().size(), whole.der().size());
    std::size_t different = 0;
    for (std::size_t i = 0; i < whole.der().size(); ++i) different += broken->der()[i] != whole.der()[i] ? 1U : 0U;
    EXPECT_EQ(different, 1U);
    EXPECT_EQ(broken->der().back() ^ whole.der().back(), std::byte{1});
    EXPECT_EQ(broken->subject_der(), whole.subject_der());
    EXPECT_EQ(broken->serial(), whole.serial());
    EXPECT_EQ(broken->key(), whole.key());
    EXPECT_FALSE(broken->signed_by(whole));
    EXPECT_TRUE(whole.signed_by(*broken)) << "the public key is the same";
    EXPECT_EQ(with_flipped_signature_bit(*broken)->der(), whole.der());
  }
}

TEST_F(Builder, SerialNumbersArePositiveHoweverTheyBegin) {
  auto s = spec();
  s.serial = std::vector<std::byte>(16, std::byte{0xff});
  EXPECT_EQ(build(s, key, {std::nullopt, key})->serial(), std::string(32, 'f'));
  s.serial = {std::byte{0}, std::byte{1}};
  EXPECT_EQ(build(s, key, {std::nullopt, key})->serial(), "01");
  s.serial = {};
  EXPECT_EQ(build(s, key, {std::nullopt, key})->serial(), "00");
}

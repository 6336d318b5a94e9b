#include "pki/ossl/certificate.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/tests/tool.hpp"

using namespace epki;
using namespace epki::ossl;
using test::has;

namespace {

Certificate made(std::vector<Extension> extensions = {}, Name subject = {{"O", "Example"}, {"CN", "broker"}}) {
  static const auto key = *PrivateKey::generate(KeyType::ec_p256);
  CertificateSpec spec;
  spec.subject = std::move(subject);
  spec.serial = {std::byte{0x0a}, std::byte{0xbc}};
  spec.not_before = *parse_rfc3339("2026-01-01T00:00:00Z");
  spec.not_after = *parse_rfc3339("2060-12-31T23:59:59Z");
  spec.extensions = std::move(extensions);
  auto certificate = build(spec, key, {std::nullopt, key});
  EXPECT_TRUE(certificate) << certificate.error().what;
  return *std::move(certificate);
}

std::vector<std::byte> bytes(std::string_view hex) {
  return from_hex(hex).value();
}

Extension raw_names(std::string_view hex) {
  return {"subjectAltName", "", false, bytes(hex)};
}

std::size_t touch_all(const Certificate& c) {
  return c.subject().size() + c.issuer().size() + c.common_name().size() + c.serial().size() + c.dns_names().size() +
         c.ip_addresses().size() + c.key().size() + c.digest().size() + c.pem().size() + c.subject_der().size() +
         c.issuer_der().size() + extensions_of(c).size() + static_cast<std::size_t>(c.version() + c.is_ca()) +
         (c.signed_by(c) ? 1U : 0U);
}

std::string reason(std::string_view pem) {
  const auto chain = chain_from_pem(pem);
  EXPECT_FALSE(chain);
  if (chain) return {};
  EXPECT_EQ(chain.error().code, Errc::input);
  return chain.error().what;
}

}  // namespace

TEST(Certificate, TellsWhatIsInIt) {
  const auto c =
      made({{"subjectAltName", "DNS:broker,DNS:*.example,IP:10.0.0.1,IP:2001:db8:0:0:0:0:0:1,email:a@b.example"},
            {"basicConstraints", "CA:TRUE", true}});
  EXPECT_EQ(c.version(), 3);
  EXPECT_EQ(c.subject(), "CN=broker,O=Example");
  EXPECT_EQ(c.issuer(), "CN=broker,O=Example");
  EXPECT_EQ(c.common_name(), "broker");
  EXPECT_EQ(c.serial(), "0abc");
  EXPECT_EQ(rfc3339(c.not_before()), "2026-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(c.not_after()), "2060-12-31T23:59:59Z");
  EXPECT_EQ(c.dns_names(), (std::vector<std::string>{"broker", "*.example"}));
  EXPECT_EQ(c.ip_addresses(), (std::vector<std::string>{"10.0.0.1", "2001:db8::1"}));
  EXPECT_EQ(c.key(), "ec-p256");
  EXPECT_EQ(c.digest(), "SHA256");
  EXPECT_TRUE(c.is_ca());
  EXPECT_TRUE(c.self_issued());
  EXPECT_TRUE(c.signed_by(c));
  EXPECT_FALSE(made().is_ca());
}

TEST(Certificate, AgreesWithTheCommandLine) {
  test::Tool tool;
  const auto c =
      made({}, {{"C", "DE"}, {"O", "Tr\xc3\xa4ger, Sohn+\"Co\""}, {"OU", "#1 "}, {"CN", "first"}, {"CN", "last"}});
  const auto file = tool.put("c.pem", c.pem());
  EXPECT_EQ(tool.run({"x509", "-in", file}).text, c.pem());
  EXPECT_EQ(tool.run({"x509", "-in", file, "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb"}).text,
            "subject=" + c.subject() + "\n");
  EXPECT_EQ(c.subject(), "CN=last,CN=first,OU=\\#1\\ ,O=Tr\xc3\xa4ger\\, Sohn\\+\\\"Co\\\",C=DE");
  EXPECT_EQ(c.common_name(), "last");
  EXPECT_EQ(tool.run({"x509", "-in", file, "-noout", "-serial"}).text, "serial=0ABC\n");
  auto fingerprint = tool.run({"x509", "-in", file, "-noout", "-fingerprint", "-sha256"}).text;
  fingerprint = lower(trimmed(fingerprint.substr(fingerprint.find('=') + 1)));
  std::erase(fingerprint, ':');
  EXPECT_EQ(c.sha256(), fingerprint);
}

TEST(Certificate, NamesKeysOfOtherTypesAsOpenSslDoes) {
  test::Tool tool;
  const std::pair<std::vector<std::string>, std::string> kinds[] = {
      {{"rsa:1024"}, "rsa-1024"},
      {{"ed25519"}, "ED25519"},
      {{"ec", "-pkeyopt", "ec_paramgen_curve:P-521"}, "secp521r1"},
      {{"ec", "-pkeyopt", "ec_paramgen_curve:secp384r1"}, "ec-p384"},
  };
  for (const auto& [kind, name] : kinds) {
    std::vector<std::string> command{"req", "-x509", "-nodes", "-keyout", tool.path("k"), "-subj", "/CN=x", "-newkey"};
    command.insert(command.end(), kind.begin(), kind.end());
    const auto c = Certificate::from_pem(tool.run(command).text);
    ASSERT_TRUE(c) << name << tool.get("stderr");
    EXPECT_EQ(c->key(), name);
    EXPECT_TRUE(c->signed_by(*c)) << name;
  }
}

TEST(Certificate, ComesBackFromDerAndPemUnchanged) {
  const auto c = made();
  const auto der = Certificate::from_der(c.der());
  const auto pem = Certificate::from_pem("some text\n" + c.pem() + "more text\n");
  ASSERT_TRUE(der);
  ASSERT_TRUE(pem) << pem.error().what;
  EXPECT_EQ(der->der(), c.der());
  EXPECT_EQ(pem->der(), c.der());
  std::string crlf;
  for (const char ch : c.pem()) crlf += ch == '\n' ? std::string("\r\n") : std::string(1, ch);
  EXPECT_TRUE(Certificate::from_pem(crlf));
}

TEST(Certificate, CutAtAnyByteIsRefused) {
  const auto c = made({{"subjectAltName", "DNS:broker"}});
  const auto pem = c.pem();
  for (std::size_t n = 0; n + 1 < pem.size(); ++n) {
    const auto cut = Certificate::from_pem(std::string_view(pem).substr(0, n));
    ASSERT_FALSE(cut) << n;
    ASSERT_EQ(cut.error().code, Errc::input);
  }
  EXPECT_TRUE(Certificate::from_pem(std::string_view(pem).substr(0, pem.size() - 1))) << "only the last LF is missing";
  for (std::size_t n = 0; n < c.der().size(); ++n)
    ASSERT_FALSE(Certificate::from_der(std::span(c.der()).first(n))) << n;
  auto longer = c.der();
  longer.push_back(std::byte{0});
  EXPECT_EQ(Certificate::from_der(longer).error().what, "1 byte follows the end of the certificate");
}

TEST(Certificate, SurvivesDamageInAnyByte) {
  const auto c = made({{"subjectAltName", "DNS:broker,IP:10.0.0.1"},
                       {"basicConstraints", "CA:TRUE", true},
                       {"keyUsage", "keyCertSign"}});
  std::size_t readable = 0;
  for (std::size_t i = 0; i < c.der().size(); ++i)
    for (const unsigned mask : {0x01U, 0x80U, 0xffU}) {
      auto der = c.der();
      der[i] ^= static_cast<std::byte>(mask);
      const auto damaged = Certificate::from_der(der);
      if (!damaged) continue;
      readable += touch_all(*damaged) > 0 ? 1U : 0U;
      EXPECT_EQ(damaged->der(), der);
      EXPECT_FALSE(damaged->signed_by(c)) << i;
    }
  EXPECT_GT(readable, 100U) << "most damage leaves the structure whole";
}

TEST(Certificate, ShowsWhatHostileNamesHold) {
  // dNSName "a\0b", an iPAddress of 8 bytes, an otherName: none of them may hide or crash anything.
  const auto d = made({raw_names("301e820361006287080a000000ff000000a00d06032a0304a0060c0474657874")});
  EXPECT_EQ(d.dns_names(), (std::vector<std::string>{std::string("a\0b", 3)}));
  EXPECT_EQ(d.ip_addresses(), (std::vector<std::string>{"#0a000000ff000000"}));
  const auto control = made({}, {{"CN", "a\nb\x7f"}});
  EXPECT_EQ(control.subject(), "CN=a\\0Ab\\7F");
}

TEST(Certificate, ExtensionsThatDoNotParseAreAbsentFacts) {
  const auto c = made({raw_names("deadbeef"), {"basicConstraints", "", true, bytes("ff")}});
  EXPECT_TRUE(c.dns_names().empty());
  EXPECT_FALSE(c.is_ca());
  EXPECT_EQ(extensions_of(c).size(), 2U);
}

TEST(Chain, KeepsTheOrderAndPassesOverWhatIsNoCertificate) {
  const auto a = made({}, {{"CN", "a"}}), b = made({}, {{"CN", "b"}});
  const auto key = PrivateKey::generate(KeyType::ec_p256)->to_pem();
  const auto chain = chain_from_pem("text\n" + b.pem() + std::string(key->view()) + "s:/CN=a\n" + a.pem());
  ASSERT_TRUE(chain) << chain.error().what;
  ASSERT_EQ(chain->size(), 2U);
  EXPECT_EQ((*chain)[0].subject(), "CN=b");
  EXPECT_EQ((*chain)[1].subject(), "CN=a");
  EXPECT_EQ(Certificate::from_pem(a.pem() + b.pem()).error().what,
            "the text holds 2 certificates where one is expected");
}

TEST(Chain, NeverLosesACertificateSilently) {
  const auto pem = made().pem();
  const auto two = pem + pem;
  // A cut within the five leading hyphens looks like text around the block and cannot be told from it.
  for (std::size_t n = pem.size() + 6; n + 1 < two.size(); ++n)
    ASSERT_FALSE(chain_from_pem(std::string_view(two).substr(0, n))) << n;
  auto damaged = two;
  damaged[pem.size() + 100] = '!';
  EXPECT_TRUE(has(reason(damaged), "PEM block 2 is damaged or cut off")) << reason(damaged);
  auto other = two;
  other[pem.size() + 28] = 'A';  // still base64, no longer a certificate
  EXPECT_TRUE(has(reason(other), "PEM block 2")) << reason(other);
  EXPECT_EQ(reason(""), "there is no certificate in the text");
  EXPECT_EQ(reason(PrivateKey::generate(KeyType::ec_p256)->to_pem()->view()), "there is no certificate in the text");
}

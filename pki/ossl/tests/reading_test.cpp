// What files and certificates of others hold, as values.

#include <gtest/gtest.h>

#include <algorithm>

#include "core/random.hpp"
#include "core/text.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/certificate_facts.hpp"
#include "pki/ossl/cipher_list.hpp"
#include "pki/ossl/der.hpp"
#include "pki/ossl/file_contents.hpp"
#include "pki/ossl/public_key.hpp"
#include "pki/ossl/tests/tool.hpp"

namespace epki::ossl::test {
namespace {

using Kind = FileItem::Kind;

const std::string& certificate_pem() {
  static const std::string pem = [] {
    const auto key = PrivateKey::generate(KeyType::ec_p256);
    CertificateSpec spec;
    spec.subject = {{"O", "Example"}, {"CN", "broker"}};
    spec.serial = {std::byte{0x81}, std::byte{0x02}};
    spec.not_before = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    spec.not_after = std::chrono::sys_days(std::chrono::year(2060) / 1 / 1);
    spec.extensions = {{"basicConstraints", "CA:TRUE,pathlen:3", true},
                       {"keyUsage", "digitalSignature,keyCertSign,decipherOnly", true},
                       {"extendedKeyUsage", "serverAuth,1.2.3.4"},
                       {"subjectKeyIdentifier", "hash"},
                       {"authorityKeyIdentifier", "keyid:always"},
                       {"subjectAltName", "DNS:a.example,IP:10.1.2.3,IP:fd00::1,email:a@b.example,URI:mqtts://a"},
                       {"1.2.3.4.5", "", false, std::vector{std::byte{5}, std::byte{0}}}};
    return build(spec, *key, {std::nullopt, *key})->pem();
  }();
  return pem;
}

std::vector<std::byte> certificate_der() {
  return file_contents(certificate_pem()).items.at(0).der;
}

std::vector<Kind> kinds(const FileContents& contents) {
  std::vector<Kind> all;
  for (const auto& item : contents.items) all.push_back(item.kind);
  return all;
}

std::string as_string(const std::vector<std::byte>& bytes) {
  return std::string(as_text(bytes));
}

TEST(CertificateFacts, AreReadFromTheDer) {
  const auto facts = certificate_facts(certificate_der());
  ASSERT_TRUE(facts) << facts.error().what;
  EXPECT_EQ(facts->version, 3);
  EXPECT_EQ(facts->subject, "CN=broker,O=Example");
  EXPECT_TRUE(facts->self_issued());
  EXPECT_EQ(facts->serial, "8102");
  EXPECT_EQ(facts->serial_octets, 3U) << "a leading zero octet keeps it positive";
  EXPECT_TRUE(facts->serial_positive);
  EXPECT_EQ(facts->not_before.form, TimeFacts::Form::utc_time);
  EXPECT_EQ(facts->not_before.text, "260101000000Z");
  EXPECT_EQ(facts->not_after.form, TimeFacts::Form::generalized_time);
  EXPECT_EQ(facts->not_after.text, "20600101000000Z");
  EXPECT_TRUE(facts->not_after.restricted_form);
  EXPECT_EQ(facts->key.name, "ec-p256");
  EXPECT_EQ(facts->key.bits, 256);
  EXPECT_TRUE(facts->key.sound && facts->key.named_curve && !facts->key.compressed);
  EXPECT_EQ(facts->digest, "SHA256");
  EXPECT_EQ(facts->signature_algorithm, "ecdsa-with-SHA256");
  EXPECT_TRUE(facts->algorithms_agree);
  EXPECT_TRUE(facts->is_ca());
  EXPECT_EQ(facts->basic_constraints->path_length, 3);
  EXPECT_TRUE(facts->has_usage(Usage::digital_signature) && facts->has_usage(Usage::key_cert_sign) &&
              facts->has_usage(Usage::decipher_only) && !facts->has_usage(Usage::crl_sign));
  EXPECT_EQ(facts->extended_key_usage, (std::vector<std::string>{"serverAuth", "1.2.3.4"}));
  EXPECT_EQ(facts->names(AlternativeName::Kind::dns), (std::vector<std::string>{"a.example"}));
  EXPECT_EQ(facts->names(AlternativeName::Kind::ip), (std::vector<std::string>{"10.1.2.3", "fd00::1"}));
  EXPECT_EQ(facts->names(AlternativeName::Kind::uri), (std::vector<std::string>{"mqtts://a"}));
  EXPECT_EQ(facts->subject_key_id->size(), 40U);
  EXPECT_EQ(facts->subject_key_id, facts->authority_key_id);
  EXPECT_EQ(facts->not_der, "");
  ASSERT_EQ(facts->extensions.size(), 7U);
  EXPECT_TRUE(facts->extension("basicConstraints")->critical);
  EXPECT_FALSE(facts->extension("subjectAltName")->critical);
  EXPECT_EQ(facts->extensions.back().oid, "1.2.3.4.5");
  EXPECT_TRUE(
      std::all_of(facts->extensions.begin(), facts->extensions.end(), [](const auto& e) { return e.readable; }));
  EXPECT_EQ(facts->extension("nameConstraints"), nullptr);
}

TEST(CertificateFacts, TheSizeOfAnRsaKeyIsThatOfItsModulus) {
  const auto key = PrivateKey::generate(KeyType::rsa_2048);
  CertificateSpec spec;
  spec.subject = {{"CN", "a"}};
  spec.serial = {std::byte{1}};
  const auto facts = certificate_facts(*build(spec, *key, {std::nullopt, *key}));
  EXPECT_EQ(facts.key.name, "rsa-2048");
  EXPECT_EQ(facts.key.exponent, 65537U);
  EXPECT_EQ(facts.signature_algorithm, "sha256WithRSAEncryption");
}

TEST(CertificateFacts, WhatIsNoCertificateIsSaid) {
  auto der = certificate_der();
  der.push_back(std::byte{0});
  const auto longer = certificate_facts(der);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().what, "1 byte after the end of the certificate");
  EXPECT_FALSE(certificate_facts({}));
  der.resize(der.size() / 2);
  EXPECT_FALSE(certificate_facts(der));
}

TEST(FoldedName, DoesNotSeeCaseAndSpaces) {
  const auto named = [](const std::string& name) {
    const auto key = PrivateKey::generate(KeyType::ec_p256);
    CertificateSpec spec;
    spec.subject = {{"O", "Example"}, {"CN", name}};
    spec.serial = {std::byte{1}};
    return *folded_name(build(spec, *key, {std::nullopt, *key})->subject_der());
  };
  EXPECT_EQ(named("The  Broker"), named("the broker"));
  EXPECT_NE(named("The Broker"), named("TheBroker"));
  EXPECT_FALSE(folded_name(as_bytes("no name")));
}

TEST(Der, LengthsAreShortestAndDefinite) {
  const auto defect = [](std::string_view hex) { return der_defect(*from_hex(hex)); };
  EXPECT_EQ(defect("3003020101"), "");
  EXPECT_NE(defect("308103020101"), "") << "a length in long form that fits the short one";
  EXPECT_NE(defect("30800201010000"), "") << "an indefinite length";
  EXPECT_NE(defect("3004020101"), "") << "beyond its container";
  EXPECT_NE(defect("020200ff") + defect("02020001"), "") << "an integer with octets too many";
  EXPECT_EQ(defect("020200ff"), "");
  EXPECT_NE(defect("010101"), "") << "a boolean that is not ff";
  EXPECT_NE(defect("03020701"), "") << "unused bits that are set";
  EXPECT_EQ(defect("03020780"), "");
  std::string deep;
  for (int i = 0; i < 60; ++i) deep.insert(0, "30" + to_hex(std::vector{static_cast<std::byte>(deep.size() / 2)}));
  EXPECT_NE(defect(deep), "");
}

TEST(FileContents, KnowsPemBlocksByTheirLabels) {
  Tool tool;
  const auto request =
      tool.run({"req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=a", "-keyout", tool.path("key")});
  const auto sealed = tool.run({"pkey", "-in", tool.path("key"), "-aes128", "-passout", "pass:xxxx"});
  const auto old = tool.run({"rsa", "-in", tool.path("key"), "-traditional", "-aes128", "-passout", "pass:xxxx"});
  const auto pub = tool.run({"pkey", "-in", tool.path("key"), "-pubout"});
  const auto parameters = tool.run({"ecparam", "-name", "prime256v1"});
  const auto text = certificate_pem() + request.text + tool.get("key") + sealed.text + old.text + pub.text +
                    parameters.text + "-----BEGIN SOMETHING ELSE-----\nAAAA\n-----END SOMETHING ELSE-----\n";
  const auto contents = file_contents(text);
  EXPECT_EQ(kinds(contents), (std::vector{Kind::certificate, Kind::request, Kind::private_key, Kind::private_key,
                                          Kind::private_key, Kind::public_key, Kind::parameters, Kind::unknown}));
  EXPECT_TRUE(contents.strays.empty());
  EXPECT_FALSE(contents.items[2].encrypted);
  EXPECT_TRUE(contents.items[3].encrypted);
  EXPECT_TRUE(contents.items[4].encrypted);
  for (const auto& item : contents.items) {
    EXPECT_EQ(item.damage, "") << word(item.kind);
    EXPECT_EQ(item.oddity, "") << word(item.kind);
    EXPECT_EQ(item.kind == Kind::private_key, item.der.empty()) << "no copy of a private key is made";
  }
  EXPECT_EQ(contents.items[1].line,
            static_cast<std::size_t>(std::count(certificate_pem().begin(), certificate_pem().end(), '\n')) + 1);
}

TEST(FileContents, KnowsDerObjectsByWhatTheyAre) {
  Tool tool;
  tool.run({"req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=a", "-keyout", tool.path("key"), "-out",
            tool.path("csr")});
  const auto made = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-out", tool.path("out")});
    EXPECT_EQ(tool.run(arguments).code, 0) << tool.get("stderr");
    return tool.get("out");
  };
  tool.put("certificate", certificate_pem());
  const auto der = as_string(certificate_der());
  const struct {
    std::string bytes;
    std::vector<Kind> wanted;
  } cases[] = {
      {der, {Kind::certificate}},
      {der + der, {Kind::certificate, Kind::certificate}},
      {made({"req", "-in", tool.path("csr"), "-outform", "DER"}), {Kind::request}},
      {made({"pkey", "-in", tool.path("key"), "-outform", "DER"}), {Kind::private_key}},
      {made({"rsa", "-in", tool.path("key"), "-traditional", "-outform", "DER"}), {Kind::private_key}},
      {made({"pkcs8", "-topk8", "-in", tool.path("key"), "-outform", "DER", "-passout", "pass:xxxx"}),
       {Kind::private_key}},
      {made({"pkey", "-in", tool.path("key"), "-pubout", "-outform", "DER"}), {Kind::public_key}},
      {made({"crl2pkcs7", "-nocrl", "-certfile", tool.path("certificate"), "-outform", "DER"}),
       {Kind::pkcs7, Kind::certificate}},
      {made({"pkcs12", "-export", "-nokeys", "-in", tool.path("certificate"), "-passout", "pass:xxxx"}),
       {Kind::pkcs12}},
      {"", {}},
      {"text", {}},
  };
  for (const auto& c : cases) {
    const auto contents = file_contents(c.bytes);
    EXPECT_EQ(kinds(contents), c.wanted) << c.bytes.size();
    EXPECT_FALSE(contents.pem);
    if (!c.wanted.empty()) {
      EXPECT_EQ(contents.trailing_bytes, 0U);
    }
  }
  EXPECT_EQ(file_contents(der + "xyz").trailing_bytes, 3U);
}

TEST(PemText, SaysWhatIsWrongAndWhere) {
  const auto& pem = certificate_pem();
  const auto end = pem.find("-----END");
  const struct {
    std::string text;
    const char* damage;  ///< of the first block
    const char* oddity;
  } cases[] = {
      {pem, "", ""},
      {pem.substr(0, 200), "it has no END", ""},
      {pem.substr(0, 200) + "\n" + pem, "another block begins on line 5", ""},
      {std::string(pem).insert(100, "*"), "line 3 holds a character that is not base64", ""},
      {std::string(pem).insert(100, 1, '\0'), "line 3 holds a character that is not base64", ""},
      {std::string(pem).erase(100, 1), "its base64 does not end where it must", ""},
      {std::string(pem).insert(28, "\n"), "", "it holds an empty line (line 2)"},
      {std::string(pem).insert(92, " "), "", "a line ends in white space (line 2)"},
      {std::string(pem).erase(92, 1), "", "a line is longer than 64 characters (line 2)"},
      {std::string(pem).insert(end + 9, "X509 "), "it ends as X509 CERTIFICATE", ""},
      {"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "it is empty", ""},
      {"-----BEGIN CERTIFICATE-----\n", "it has no END", ""},
      {"-----BEGIN CERTIFICATE-----", "it has no END", ""},
  };
  for (const auto& c : cases) {
    const auto scanned = scan_pem(c.text);
    ASSERT_FALSE(scanned.blocks.empty()) << c.damage << c.oddity;
    EXPECT_TRUE(scanned.blocks[0].damage.starts_with(c.damage)) << scanned.blocks[0].damage << "\nwanted " << c.damage;
    EXPECT_EQ(scanned.blocks[0].damage.empty(), std::string_view(c.damage).empty()) << scanned.blocks[0].damage;
    if (scanned.blocks[0].damage.empty()) {
      EXPECT_EQ(scanned.blocks[0].oddity, c.oddity);
    }
  }
}

TEST(PemText, LineEndsOfEveryKindAreFine) {
  for (const std::string end : {"\r\n", "\r", "\n"}) {
    std::string text;
    for (const char c : certificate_pem()) text += c == '\n' ? end : std::string(1, c);
    const auto scanned = scan_pem(text);
    ASSERT_EQ(scanned.blocks.size(), 1U);
    EXPECT_EQ(scanned.blocks[0].damage + scanned.blocks[0].oddity, "");
    EXPECT_EQ(scanned.blocks[0].der, certificate_der());
    EXPECT_TRUE(scanned.strays.empty());
  }
}

TEST(PemText, BytesOutsideOfBlocksAreToldApart) {
  using Stray = PemStray::Kind;
  const auto& pem = certificate_pem();
  const auto after = static_cast<std::size_t>(std::count(pem.begin(), pem.end(), '\n')) + 1;
  const auto strays = [](const std::string& text) {
    std::vector<std::pair<Stray, std::size_t>> all;
    for (const auto& one : scan_pem(text).strays) all.emplace_back(one.kind, one.line);
    return all;
  };
  using Wanted = std::vector<std::pair<Stray, std::size_t>>;
  EXPECT_EQ(strays("subject=CN=a\nissuer=CN=b\n" + pem), (Wanted{{Stray::text_before, 1}}));
  EXPECT_EQ(strays(pem + "rest"), (Wanted{{Stray::text_after, after}}));
  EXPECT_EQ(strays(pem + "\n \t\n" + pem), Wanted());
  EXPECT_EQ(strays("\xef\xbb\xbf" + pem), (Wanted{{Stray::bytes, 1}}));
  EXPECT_EQ(strays(pem + std::string(3, '\0')), (Wanted{{Stray::bytes, after}}));
  EXPECT_EQ(strays("\xff\xfe\n" + pem), (Wanted{{Stray::bytes, 1}}));
}

TEST(CipherList, IsExpandedAsABrokerWould) {
  const auto suites = expand_cipher_list("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-SHA384");
  ASSERT_TRUE(suites) << suites.error().what;
  ASSERT_EQ(suites->size(), 2U);
  EXPECT_EQ(suites->at(0).number, 0xC02F);
  EXPECT_TRUE(suites->at(0).rsa && !suites->at(0).ecdsa);
  EXPECT_EQ(suites->at(1).number, 0xC024);
  EXPECT_TRUE(suites->at(1).ecdsa && !suites->at(1).rsa);
  EXPECT_GT(expand_cipher_list("")->size(), 10U);
  EXPECT_GT(expand_cipher_list("HIGH:!aNULL")->size(), 10U);
  const auto none = expand_cipher_list("NO-SUCH-SUITE");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::input);
}

TEST(PublicKey, IsReadFromItsSubjectPublicKeyInfo) {
  const auto facts = certificate_facts(certificate_der());
  const auto key = PublicKey::from_der(facts->key.spki);
  ASSERT_TRUE(key) << key.error().what;
  EXPECT_EQ(key->name(), "ec-p256");
  EXPECT_EQ(key->type(), KeyType::ec_p256);
  EXPECT_EQ(key->der(), facts->key.spki);
  EXPECT_EQ(key->rsa_exponent(), std::nullopt);
  EXPECT_TRUE(key->matches(*Certificate::from_der(certificate_der())));
  EXPECT_FALSE(PublicKey::from_der({}));
  EXPECT_FALSE(PublicKey::from_der(certificate_der()));
}

}  // namespace
}  // namespace epki::ossl::test

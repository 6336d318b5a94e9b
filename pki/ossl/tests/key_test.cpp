#include "pki/ossl/key.hpp"

#include <gtest/gtest.h>

#include "pki/ossl/tests/tool.hpp"

using namespace epki;
using namespace epki::ossl;
using test::has;

namespace {

constexpr KeyType all_types[] = {KeyType::rsa_2048, KeyType::rsa_3072, KeyType::rsa_4096, KeyType::ec_p256,
                                 KeyType::ec_p384};

PrivateKey make(KeyType type) {
  auto key = PrivateKey::generate(type);
  EXPECT_TRUE(key) << word(type);
  return *std::move(key);
}

Error failure(std::string_view pem, const Secret* passphrase) {
  auto key = PrivateKey::from_pem(pem, passphrase);
  EXPECT_FALSE(key);
  return key ? Error{} : key.error();
}

}  // namespace

TEST(KeyType, IsSpeltAsOnTheCommandLine) {
  for (const auto type : all_types) EXPECT_EQ(parse_key_type(word(type)), type);
  for (const auto* other : {"", "rsa-1024", "RSA-2048", "ec-p521", "rsa-2048 "})
    EXPECT_FALSE(parse_key_type(other)) << other;
}

TEST(Key, SatisfiesOpenSslsConsistencyCheck) {
  test::Tool tool;
  for (const auto type : all_types) {
    const auto key = make(type);
    EXPECT_EQ(key.type(), type);
    const auto file = tool.put("key.pem", key.to_pem()->view());
    const auto checked = tool.run({"pkey", "-in", file, "-check", "-noout"});
    EXPECT_EQ(checked.code, 0) << word(type) << tool.get("stderr");
    EXPECT_TRUE(has(checked.text, "Key is valid")) << checked.text;
  }
}

TEST(Key, RsaKeyHasAFullModulusAndTheUsualExponent) {
  test::Tool tool;
  for (int i = 0; i < 3; ++i) {
    const auto file = tool.put("key.pem", make(KeyType::rsa_2048).to_pem()->view());
    const auto text = tool.run({"pkey", "-in", file, "-noout", "-text"}).text;
    EXPECT_TRUE(has(text, "(2048 bit, 2 primes)")) << text;
    EXPECT_TRUE(has(text, "publicExponent: 65537 (0x10001)")) << text;
  }
}

TEST(Key, ComesBackFromItsPlainPem) {
  for (const auto type : {KeyType::rsa_2048, KeyType::ec_p256, KeyType::ec_p384}) {
    const auto key = make(type);
    const auto pem = key.to_pem();
    ASSERT_TRUE(pem);
    EXPECT_TRUE(pem->view().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    EXPECT_FALSE(PrivateKey::is_encrypted(pem->view()));
    const auto back = PrivateKey::from_pem(pem->view(), nullptr);
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(back->to_pem()->view(), pem->view());
    const Secret unneeded("not needed");
    EXPECT_TRUE(PrivateKey::from_pem(pem->view(), &unneeded));
  }
}

TEST(Key, ComesBackFromItsEncryptedPemWithThePassphraseOnly) {
  const Secret right(
      "corr\xc3\xa8"
      "ct horse");
  const Secret wrong("correct horse"), none;
  const auto key = make(KeyType::ec_p256);
  const auto pem = key.to_encrypted_pem(right);
  ASSERT_TRUE(pem) << pem.error().what;
  EXPECT_TRUE(pem->starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
  EXPECT_TRUE(PrivateKey::is_encrypted(*pem));
  const auto back = PrivateKey::from_pem(*pem, &right);
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(back->to_pem()->view(), key.to_pem()->view());
  const auto missing = failure(*pem, nullptr), mistaken = failure(*pem, &wrong);
  EXPECT_EQ(missing.code, Errc::key);
  EXPECT_EQ(mistaken.code, Errc::key);
  EXPECT_EQ(missing.what, "the key is encrypted and no passphrase was given");
  EXPECT_EQ(mistaken.what, "the passphrase does not open the key");
  EXPECT_EQ(failure(*pem, &none).what, mistaken.what);
}

TEST(Key, IsEncryptedByScryptAndAesAndOpensWithTheCommandLine) {
  test::Tool tool;
  const Secret passphrase("open sesame");
  const auto key = make(KeyType::ec_p256);
  const auto file = tool.put("key.pem", *key.to_encrypted_pem(passphrase));
  const auto pass = tool.put("pass", passphrase.view());
  const auto opened = tool.run({"pkey", "-in", file, "-passin", "file:" + pass});
  EXPECT_EQ(opened.code, 0) << tool.get("stderr");
  EXPECT_EQ(opened.text, key.to_pem()->view());
  const auto structure = tool.run({"asn1parse", "-in", file}).text;
  for (const auto* part : {":PBES2", ":scrypt", ":aes-256-cbc", ":4000", ":08", ":05"})
    EXPECT_TRUE(has(structure, part)) << part << "\n" << structure;
}

TEST(Key, TwoEncryptionsShareNothing) {
  const Secret passphrase("open sesame");
  const auto key = make(KeyType::ec_p256);
  const auto one = *key.to_encrypted_pem(passphrase), two = *key.to_encrypted_pem(passphrase);
  EXPECT_NE(one, two);
}

TEST(Key, RefusesPassphrasesThatProtectNothingOrThatNoToolReads) {
  const auto key = make(KeyType::ec_p256);
  EXPECT_EQ(key.to_encrypted_pem(Secret()).error().code, Errc::key);
  const Secret longest(std::string(PrivateKey::max_passphrase, 'x')),
      longer(std::string(PrivateKey::max_passphrase + 1, 'x'));
  const auto pem = key.to_encrypted_pem(longest);
  ASSERT_TRUE(pem);
  EXPECT_TRUE(PrivateKey::from_pem(*pem, &longest));
  EXPECT_EQ(key.to_encrypted_pem(longer).error().code, Errc::key);
  EXPECT_TRUE(has(failure(*pem, &longer).what, "longer than 1024 bytes"));
}

TEST(Key, ReadsTheOlderFormsToo) {
  test::Tool tool;
  const Secret passphrase("abc");
  ASSERT_EQ(tool.run({"genrsa", "-traditional", "-out", tool.path("pkcs1.pem"), "2048"}).code, 0);
  ASSERT_EQ(tool.run({"ecparam", "-name", "prime256v1", "-genkey", "-out", tool.path("sec1.pem")}).code, 0);
  ASSERT_EQ(tool.run({"rsa", "-in", tool.path("pkcs1.pem"), "-traditional", "-aes128", "-passout", "pass:abc", "-out",
                      tool.path("old-encrypted.pem")})
                .code,
            0);
  ASSERT_EQ(tool.run({"genpkey", "-algorithm", "ED25519", "-out", tool.path("ed.pem")}).code, 0);
  const auto pkcs1 = PrivateKey::from_pem(tool.get("pkcs1.pem"), nullptr);
  ASSERT_TRUE(pkcs1) << pkcs1.error().what;
  EXPECT_EQ(pkcs1->type(), KeyType::rsa_2048);
  ASSERT_TRUE(has(tool.get("sec1.pem"), "EC PARAMETERS"));
  const auto sec1 = PrivateKey::from_pem(tool.get("sec1.pem"), nullptr);
  ASSERT_TRUE(sec1) << sec1.error().what;
  EXPECT_EQ(sec1->type(), KeyType::ec_p256);
  const auto old = tool.get("old-encrypted.pem");
  EXPECT_TRUE(PrivateKey::is_encrypted(old));
  EXPECT_TRUE(PrivateKey::from_pem(old, &passphrase));
  EXPECT_EQ(failure(old, nullptr).what, "the key is encrypted and no passphrase was given");
  const auto ed = PrivateKey::from_pem(tool.get("ed.pem"), nullptr);
  ASSERT_TRUE(ed);
  EXPECT_FALSE(ed->type());
}

TEST(Key, CutAtAnyByteIsNoKeyAndSaysSo) {
  const Secret passphrase("abc");
  const auto key = make(KeyType::ec_p256);
  const auto plain = std::string(key.to_pem()->view());
  const auto sealed = *key.to_encrypted_pem(passphrase);
  for (const auto& pem : {plain, sealed}) {
    const auto whole = pem.find_last_not_of('\n') + 1;
    for (std::size_t n = 0; n < whole; ++n) {
      const auto cut = PrivateKey::from_pem(std::string_view(pem).substr(0, n), &passphrase);
      ASSERT_FALSE(cut) << n;
      ASSERT_EQ(cut.error().code, Errc::key) << n;
    }
    EXPECT_TRUE(PrivateKey::from_pem(std::string_view(pem).substr(0, whole), &passphrase));
  }
}

TEST(Key, WhatIsNoPrivateKeyIsNamedSo) {
  test::Tool tool;
  const auto file = tool.put("key.pem", make(KeyType::ec_p256).to_pem()->view());
  const auto pub = tool.run({"pkey", "-in", file, "-pubout"}).text;
  const Secret passphrase("abc");
  for (const auto& text :
       {std::string(), std::string("hello\n"), pub, std::string(100000, '\xff'),
        std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        std::string("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")}) {
    const auto error = failure(text, &passphrase);
    EXPECT_EQ(error.code, Errc::key);
    EXPECT_EQ(error.what, "there is no readable private key in the text");
  }
}

TEST(PrivateKey, IsEncryptedInTheFormsThatAModemReads) {
  const Secret password(std::string_view("0123456789abcdef")), other(std::string_view("another one"));
  for (const auto type : {KeyType::ec_p256, KeyType::rsa_2048}) {
    const auto key = PrivateKey::generate(type);
    ASSERT_TRUE(key);
    const auto pkcs8 = key->to_pem_under(password), older = key->to_traditional_pem_under(password);
    ASSERT_TRUE(pkcs8 && older);
    EXPECT_TRUE(pkcs8->view().starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    EXPECT_NE(older->view().find("DEK-Info: AES-256-CBC"), std::string_view::npos);
    for (const auto* text : {&*pkcs8, &*older}) {
      const auto read = PrivateKey::from_pem(text->view(), &password);
      ASSERT_TRUE(read) << read.error().what;
      EXPECT_EQ(read->public_der(), key->public_der());
      EXPECT_FALSE(PrivateKey::from_pem(text->view(), &other));
      EXPECT_FALSE(PrivateKey::from_pem(text->view(), nullptr));
    }
    EXPECT_EQ(key->to_pem_under(Secret()).error().code, Errc::key);
  }
}

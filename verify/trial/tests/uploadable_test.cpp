// A root whose base64 holds "+++" is uploaded all the same, and is still that root.
#include "verify/trial/uploadable.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "pki/ossl/certificate.hpp"
#include "verify/probe/throw_away.hpp"

namespace epki::trial {
namespace {

std::string block(const std::string& base64) {
  std::string text = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t at = 0; at < base64.size(); at += 64) text += base64.substr(at, 64) + "\n";
  return text + "-----END CERTIFICATE-----\n";
}

std::string unwrapped(const std::string& pem) {
  std::string text;
  for (const auto line : split(pem, '\n'))
    if (!line.starts_with("-----")) text += line;
  return text;
}

TEST(Uploadable, ALineEndsBetweenThem) {
  // At every place of a line, and at several at once.
  for (std::size_t at = 0; at < 61; ++at) {
    std::string base64(200, 'A');
    base64.replace(at, 3, "+++");
    base64.replace(120, 3, "+++");
    const auto text = uploadable(block(base64));
    EXPECT_TRUE(probe::can_be_uploaded(text)) << at;
    EXPECT_EQ(unwrapped(text), base64) << at;
  }
}

TEST(Uploadable, WhatNeedsNothingIsLeftAlone) {
  const auto plain = block(std::string(200, 'A') + "++");
  EXPECT_EQ(uploadable(plain), plain);
  const auto many = uploadable(block(std::string(200, '+')));
  EXPECT_TRUE(probe::can_be_uploaded(many));
  EXPECT_EQ(unwrapped(many), std::string(200, '+'));
}

TEST(Uploadable, ARealOneIsStillTheSameCertificate) {
  // Its serial number makes it so.
  static constexpr const char* pem = R"(-----BEGIN CERTIFICATE-----
MIIBiDCCAS2gAwIBAgIOAZLmPP0R++++G4UMEs8wCgYIKoZIzj0EAwIwFDESMBAG
A1UEAwwJUGx1cyBSb290MB4XDTI2MTEyNzA5MDgwMVoXDTM2MTEyNDA5MDgwMVow
FDESMBAGA1UEAwwJUGx1cyBSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
NpKUIonWRV4E5GsAFBS9b/a7+Huhf4xIAvr7801zPR9ksTRlgWmZqb7eUHG/H71Q
UNqeK9U0iguw6tM900tfpqNjMGEwHQYDVR0OBBYEFCvmmEeP4FOrA6UbN4s5uYbr
4nmRMB8GA1UdIwQYMBaAFCvmmEeP4FOrA6UbN4s5uYbr4nmRMA8GA1UdEwEB/wQF
MAMBAf8wDgYDVR0PAQH/BAQDAgEGMAoGCCqGSM49BAMCA0kAMEYCIQDir3TuNEaZ
t8ahGv6nf23A6m5iEQjwI+nWEk5kdeI2wAIhAI5pZdmJedviKn4APJFfsjJZcGuv
rEweK1FSYj88sBcU
-----END CERTIFICATE-----
)";
  ASSERT_FALSE(probe::can_be_uploaded(pem));
  const auto text = uploadable(pem);
  EXPECT_TRUE(probe::can_be_uploaded(text));
  const auto before = ossl::Certificate::from_pem(pem), after = ossl::Certificate::from_pem(text);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(before->sha256(), after->sha256());
}

}  // namespace
}  // namespace epki::trial

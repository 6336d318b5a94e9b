#include "pki/ossl/digest.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "pki/ossl/signature.hpp"

namespace epki::ossl {
namespace {

TEST(Sha256, OfPiecesIsThatOfTheWhole) {
  // FIPS 180-4's example "abc".
  const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  EXPECT_EQ(sha256_hex(as_bytes("abc")), abc);
  Sha256 pieces;
  for (const auto* piece : {"a", "", "bc"}) pieces.add(as_bytes(piece));
  EXPECT_EQ(pieces.hex(), abc);
  Sha256 nothing;
  EXPECT_EQ(nothing.hex(), sha256_hex({}));
}

TEST(VerifyDetached, SaysWhatIsWrong) {
  for (const auto* key : {"", "garbage", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"}) {
    const auto refused = verify_detached(key, "text", "signature");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::key);
    EXPECT_EQ(refused.error().what, "that is no public key");
  }
}

}  // namespace
}  // namespace epki::ossl

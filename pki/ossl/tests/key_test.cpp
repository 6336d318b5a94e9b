#include "pki/ossl/key.hpp"

#include <gtest/gtest.h>

using namespace epki;
using namespace epki::ossl;

TEST(Key, KnowsItsTypeByTheWordOfTheCommandLine) {
  for (const auto type : {KeyType::rsa_2048, KeyType::rsa_3072, KeyType::ec_p256, KeyType::ec_p384}) {
    auto key = PrivateKey::generate(type);
    ASSERT_TRUE(key) << word(type);
    EXPECT_EQ(key->type(), type);
    EXPECT_EQ(parse_key_type(word(type)), type);
  }
  EXPECT_FALSE(parse_key_type("rsa-1024"));
}

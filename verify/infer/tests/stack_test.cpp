// Each library's measured alerts, played by the model client, must be recognised; and none where nothing shows.
#include "verify/infer/stack.hpp"

#include <gtest/gtest.h>

#include "verify/infer/tests/model_client.hpp"

namespace epki::infer {
namespace {

using testing::ModelClient;
using S = ModelClient::Stack;

Evidence shown(const ModelClient& client) {
  auto evidence = testing::full_run(client);
  for (int i = 0; i < 3; ++i) evidence.attempts.push_back(client.answer({Shown::own_deep, {}, -1, {}, 9}));
  return evidence;
}

TEST(Stack, IsRecognisedByItsAlerts) {
  for (const auto& [stack, name] : {std::pair{S::mbedtls, "mbedTLS"}, {S::openssl, "OpenSSL"}, {S::gnutls, "GnuTLS"}}) {
    ModelClient client;
    client.stack = stack;
    client.most_intermediates = stack == S::mbedtls ? 8 : 20;
    const auto found = recognise(shown(client));
    if (stack == S::mbedtls) {
      EXPECT_EQ(found.name, name);
      EXPECT_FALSE(found.shown_by.empty());
    } else {
      // The model does not play every alert of these; what it plays must not point to mbedTLS.
      EXPECT_EQ(std::count(found.possible.begin(), found.possible.end(), "mbedTLS"), 0) << name;
    }
  }
}

TEST(Stack, ABlindOrALateClientShowsNothing) {
  ModelClient blind;
  blind.anchors = ModelClient::Anchors::unverified;
  EXPECT_EQ(recognise(shown(blind)).name, "unknown");
  EXPECT_EQ(recognise({}).name, "unknown");
  EXPECT_TRUE(recognise({}).possible.empty());
}

}  // namespace
}  // namespace epki::infer

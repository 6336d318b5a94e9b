// Chains presented without their keys: 48 says that the client does not know the root, 51 that the chain passed and
// the signature over the key exchange did not (trust-probing reference, 1, 4 and 6).
#include <gtest/gtest.h>

#include "keyless_server.hpp"
#include "tls_bench.hpp"

namespace epki::sim::bench {
namespace {

using Certificates = std::vector<std::string>;

Certificates der(const std::vector<std::string>& names) {
  Certificates chain;
  for (const auto& name : names)
    chain.push_back(Pki::instance().openssl({"x509", "-in", name + ".pem", "-outform", "DER"}));
  return chain;
}

std::string replay(const Client& client, Certificates chain) {
  KeylessServer server(std::move(chain));
  const Opened opened = open_as(client, server.port());
  EXPECT_EQ(opened.failure, OpenFailure::tls) << opened.detail;
  return server.answer();
}

const Certificates& genuine() {
  static const Certificates chain = der({"built-in-ok"});
  return chain;
}

TEST(TlsReplay, SeparatesTheAnchorWords) {
  EXPECT_EQ(replay(client_of(Anchors::uploaded), genuine()), "48");
  EXPECT_EQ(replay(client_of(Anchors::union_of_both), genuine()), "51");
  EXPECT_EQ(replay(client_of(Anchors::built_in), genuine()), "51");
  EXPECT_EQ(replay(client_of(Anchors::unverified), genuine()), "51");
  Client override_client = client_of(Anchors::built_in_when_nothing_uploaded);
  EXPECT_EQ(replay(override_client, genuine()), "48");
  override_client.settings.cacert.reset();
  EXPECT_EQ(replay(override_client, genuine()), "51");
}

TEST(TlsReplay, UploadingTheRootIsThePositiveControl) {
  Client client = client_of(Anchors::uploaded);
  client.settings.cacert = Pki::instance().pem("built-in");
  EXPECT_EQ(replay(client, genuine()), "51");
}

TEST(TlsReplay, IsBlindWhereTheVerdictComesLater) {
  Client client = client_of(Anchors::uploaded);
  client.policy.decided = Decided::after_handshake;
  EXPECT_EQ(replay(client, genuine()), "51");
  client.policy.decided = Decided::never;
  EXPECT_EQ(replay(client, genuine()), "51");
}

TEST(TlsReplay, StillSeparatesWithTheClockSetBack) {
  for (const auto& [anchors, expected] : {std::pair{Anchors::uploaded, "48"}, {Anchors::union_of_both, "46"}}) {
    Client client = client_of(anchors);
    client.settings.clock = std::chrono::hours(-48);
    EXPECT_EQ(replay(client, genuine()), expected);
  }
}

TEST(TlsReplay, ADeepPathTellsIgnoredFromUnverified) {
  const Certificates deep =
      der({"deep-9-leaf", "deep-9", "deep-8", "deep-7", "deep-6", "deep-5", "deep-4", "deep-3", "deep-2", "deep-1"});
  EXPECT_EQ(replay(client_of(Anchors::unverified), deep), "51");
  EXPECT_EQ(replay(client_of(Anchors::uploaded), deep), "49");
  Client ignoring = client_of(Anchors::uploaded);
  ignoring.policy.decided = Decided::never;
  EXPECT_EQ(replay(ignoring, deep), "49");
}

TEST(TlsReplay, KeyUsageStaysCheckedWhenTheExtendedOneIsNot) {
  Client client = client_of(Anchors::uploaded);
  client.policy.eku = Eku::unchecked;
  EXPECT_EQ(replay(client, der({"no-signature"})), "43");
  EXPECT_EQ(replay(client, der({"client-only"})), "51");
}

}  // namespace
}  // namespace epki::sim::bench

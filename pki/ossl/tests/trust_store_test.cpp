#include "pki/ossl/trust_store.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <thread>

#include "pki/ossl/builder.hpp"
#include "pki/ossl/chain_fetch.hpp"
#include "pki/ossl/tls_server.hpp"

namespace epki::ossl {
namespace {

struct Pair {
  Certificate certificate;
  PrivateKey key;
};

Pair mint(const std::string& name, const Pair* issuer, bool ca, std::string_view until = "2090-01-01T00:00:00Z") {
  static int serial = 0;
  const auto key = *PrivateKey::generate(KeyType::ec_p256);
  CertificateSpec spec;
  spec.subject = {{"CN", name}};
  spec.serial = {std::byte{1}, static_cast<std::byte>(++serial)};
  spec.not_before = *parse_rfc3339("2000-01-01T00:00:00Z");
  spec.not_after = *parse_rfc3339(until);
  spec.extensions = {{"basicConstraints", ca ? "CA:TRUE" : "CA:FALSE", true}};
  if (!ca) spec.extensions.push_back({"subjectAltName", "DNS:" + name});
  auto made =
      build(spec, key, issuer != nullptr ? Issuer{issuer->certificate, issuer->key} : Issuer{std::nullopt, key});
  return {*made, key};
}

struct World {
  Pair root = mint("root", nullptr, true);
  Pair middle = mint("middle", &root, true);
  Pair leaf = mint("probe.test", &middle, false);
  Pair stranger = mint("stranger", nullptr, true);
  TrustStore store = *TrustStore::from_pem(stranger.certificate.pem() + root.certificate.pem());
};

std::vector<std::string> names(const Chain& chain) {
  std::vector<std::string> all;
  for (const auto& certificate : chain) all.push_back(certificate.common_name());
  return all;
}

using Names = std::vector<std::string>;

TEST(TrustStore, LeadsFromALeafToItsRootWhateverElseWasSent) {
  const World w;
  const Chain plain{w.leaf.certificate, w.middle.certificate};
  EXPECT_EQ(names(*w.store.complete(plain)), (Names{"probe.test", "middle", "root"}));
  const Chain odd{w.leaf.certificate, w.stranger.certificate, w.root.certificate, w.middle.certificate};
  EXPECT_EQ(names(*w.store.complete(odd)), (Names{"probe.test", "middle", "root"}));
}

TEST(TrustStore, FindsAnExpiredChainAsWell) {
  const World w;
  const auto old = mint("old.test", &w.middle, false, "2001-01-01T00:00:00Z");
  EXPECT_EQ(w.store.complete({old.certificate, w.middle.certificate})->size(), 3U);
}

TEST(TrustStore, SaysWhereAChainEnds) {
  const World w;
  const auto missing = w.store.complete({w.leaf.certificate});
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().what.find("CN=middle"), std::string::npos) << missing.error().what;
  const auto other = TrustStore::from_pem(w.stranger.certificate.pem());
  const auto foreign = other->complete({w.leaf.certificate, w.middle.certificate, w.root.certificate});
  ASSERT_FALSE(foreign);
  EXPECT_NE(foreign.error().what.find("CN=root"), std::string::npos) << foreign.error().what;
  EXPECT_FALSE(w.store.complete({}));
  // A root of the same name and another key signs nothing of this chain.
  const auto twin = mint("root", nullptr, true);
  EXPECT_FALSE(TrustStore::from_pem(twin.certificate.pem())->complete({w.leaf.certificate, w.middle.certificate}));
}

// ---- the client, against a server of this room ----

struct Ends {
  Descriptor client, server;
};

Ends pair() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

TEST(FetchChain, TakesWhatTheServerPresentsInItsOrder) {
  const World w;
  const Cancel cancel;
  auto ends = pair();
  const Chain presented{w.leaf.certificate, w.middle.certificate, w.stranger.certificate};
  Result<TlsRecordOfPeer> seen = Error{};
  std::thread server([&, fd = ends.server.release()] {
    seen = serve_tls(fd, {presented, w.leaf.key, {}}, after(std::chrono::seconds(20)), cancel);
  });
  const auto chain =
      fetch_chain(std::move(ends.client), {"probe.test", LeafKeyKind::ecdsa}, after(std::chrono::seconds(20)), cancel);
  server.join();
  ASSERT_TRUE(chain) << chain.error().what;
  EXPECT_EQ(names(*chain), (Names{"probe.test", "middle", "stranger"}));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->sni, "probe.test");
  EXPECT_EQ(seen->stage, Stage::complete);
}

TEST(FetchChain, SaysWhatWentWrong) {
  const World w;
  const Cancel cancel;
  {
    auto ends = pair();
    std::thread server([&, fd = ends.server.release()] {
      const auto seen = serve_tls(fd, {{w.leaf.certificate}, w.leaf.key, {}}, after(std::chrono::seconds(20)), cancel);
      EXPECT_TRUE(seen);
    });
    // The server's only key is on a curve.
    const auto chain =
        fetch_chain(std::move(ends.client), {"probe.test", LeafKeyKind::rsa}, after(std::chrono::seconds(20)), cancel);
    server.join();
    ASSERT_FALSE(chain);
    EXPECT_EQ(chain.error().code, Errc::network);
  }
  {
    ::signal(SIGPIPE, SIG_IGN);  // as the program does
    auto ends = pair();
    { const Descriptor gone = std::move(ends.server); }
    EXPECT_FALSE(fetch_chain(std::move(ends.client), {}, after(std::chrono::seconds(20)), cancel));
  }
  {
    auto ends = pair();
    const auto silent = fetch_chain(std::move(ends.client), {}, after(std::chrono::milliseconds(20)), cancel);
    ASSERT_FALSE(silent);
    EXPECT_NE(silent.error().what.find("in time"), std::string::npos) << silent.error().what;
  }
  {
    auto ends = pair();
    Cancel pressed;
    pressed.request();
    const auto cut = fetch_chain(std::move(ends.client), {}, after(std::chrono::seconds(20)), pressed);
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().code, Errc::interrupted);
  }
}

}  // namespace
}  // namespace epki::ossl

// The acceptor against OpenSSL's own client over loopback.

#include "provision/station/acceptor/acceptor.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/tls_client.hpp"

namespace epki::acceptor {
namespace {

using std::chrono::seconds;

struct Made {
  ossl::Certificate certificate;
  ossl::PrivateKey key;
};

Made make(const std::string& name, unsigned char serial, const std::vector<ossl::Extension>& extensions,
          const Made* issuer) {
  const auto key = *ossl::PrivateKey::generate(ossl::KeyType::ec_p256);
  ossl::CertificateSpec spec;
  spec.subject = {{"CN", name}};
  spec.serial = {static_cast<std::byte>(serial)};
  spec.not_before = *parse_rfc3339("2000-01-01T00:00:00Z");
  spec.not_after = *parse_rfc3339("2090-01-01T00:00:00Z");
  spec.extensions = extensions;
  if (issuer == nullptr) return {*ossl::build(spec, key, {std::nullopt, key}), key};
  return {*ossl::build(spec, key, {issuer->certificate, issuer->key}), key};
}

Made make_root(const std::string& name, unsigned char serial) {
  return make(name, serial, {{"basicConstraints", "CA:TRUE", true}, {"subjectKeyIdentifier", "hash"}}, nullptr);
}

const std::vector<ossl::Extension> for_clients{{"extendedKeyUsage", "clientAuth"}};

class AcceptorTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = Acceptor::start({.listen = {"127.0.0.1", 0},
                                    .host = "station.test",
                                    .chain = {server.certificate},
                                    .key = server.key,
                                    .client_anchors = {devices.certificate}},
                                   random, cancel);
    ASSERT_TRUE(started) << started.error().what;
    acceptor = *std::move(started);
  }

  /// Opens as a modem does and sends a CONNECT; the answer's last byte, or -1 where the server said nothing.
  int visit(const std::string& client_id, const Made* shows) const {
    auto socket = connect_tcp({"127.0.0.1", acceptor->place().port}, after(seconds(10)), cancel);
    if (!socket) return -2;
    ossl::TlsClientOptions options{.trusted = {root.certificate}, .host = "station.test", .only_tls12 = true};
    if (shows != nullptr) {
      options.chain = {shows->certificate};
      options.key = shows->key;
    }
    auto client = ossl::TlsClient::make(socket->release(), options);
    if (!client || !client->handshake(after(seconds(10)), cancel)) return -3;
    const auto body =
        std::string("\x00\x04MQTT\x04\x02\x00\x78\x00", 11) + static_cast<char>(client_id.size()) + client_id;
    if (!client->write(std::string("\x10") + static_cast<char>(body.size()) + body, after(seconds(10)), cancel))
      return -4;
    auto answer = client->read(after(seconds(10)), cancel);
    return answer && answer->size() == 4 ? static_cast<unsigned char>(answer->back()) : -1;
  }

  const Made root = make_root("root", 1), devices = make_root("devices", 2), strangers = make_root("strangers", 3);
  const Made server = make("station.test", 4, {{"subjectAltName", "DNS:station.test"}}, &root);
  const Made device = make("861234567890123", 5, for_clients, &devices);
  SystemRandom random;
  Cancel cancel;
  std::unique_ptr<Acceptor> acceptor;
};

TEST_F(AcceptorTest, SaysWhichCertificateAndKeyCame) {
  const auto id = acceptor->expect();
  EXPECT_EQ(id.size(), 23U);
  EXPECT_EQ(visit(id, &device), 0);
  const auto shown = acceptor->shown(id, after(seconds(10)));
  ASSERT_TRUE(shown) << shown.error().what;
  EXPECT_EQ(shown->id.serial, "05");
  EXPECT_EQ(shown->id.issuer, ossl::sha256_hex(device.certificate.issuer_der()));
  EXPECT_EQ(shown->sha256, device.certificate.sha256());
  EXPECT_EQ(shown->key_sha256.size(), 64U);
  EXPECT_EQ(shown->problem, "");
}

TEST_F(AcceptorTest, TellsAKeyApartFromItsCertificate) {
  const auto key_of = [&](const Made& made) {
    const auto id = acceptor->expect();
    EXPECT_EQ(visit(id, &made), 0);
    return acceptor->shown(id, after(seconds(10)))->key_sha256;
  };
  EXPECT_EQ(key_of(device), key_of(device));
  EXPECT_NE(key_of(device), key_of(make("other", 6, for_clients, &devices)));
}

TEST_F(AcceptorTest, AConnectionWithoutACertificateIsToldApart) {
  const auto id = acceptor->expect();
  EXPECT_EQ(visit(id, nullptr), 5);
  const auto shown = acceptor->shown(id, after(seconds(10)));
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->id.serial, "");
}

TEST_F(AcceptorTest, ACertificateOfAnotherCaIsNotBelieved) {
  const auto other = make("861234567890123", 7, for_clients, &strangers);
  const auto id = acceptor->expect();
  EXPECT_EQ(visit(id, &other), 5);
  const auto shown = acceptor->shown(id, after(seconds(10)));
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->id.serial, "07");
  EXPECT_NE(shown->problem, "");
}

TEST_F(AcceptorTest, ACertificateForServersIsNotBelieved) {
  const auto wrong = make("861234567890123", 8, {{"extendedKeyUsage", "serverAuth"}}, &devices);
  const auto id = acceptor->expect();
  EXPECT_EQ(visit(id, &wrong), 5);
  EXPECT_NE(acceptor->shown(id, after(seconds(10)))->problem, "");
}

TEST_F(AcceptorTest, WhoWasNotExpectedIsRefusedAndProvesNothing) {
  const auto id = acceptor->expect();
  EXPECT_EQ(visit("epki-861234567890123", &device), 5);
  const auto shown = acceptor->shown(id, after(std::chrono::milliseconds(1)));
  ASSERT_FALSE(shown);
  EXPECT_EQ(shown.error().code, Errc::network);
  EXPECT_EQ(visit(id, &device), 5) << "its time is over";
}

TEST_F(AcceptorTest, TheFirstUnderAnIdCounts) {
  const auto second = make("other", 9, for_clients, &devices);
  const auto id = acceptor->expect();
  EXPECT_EQ(visit(id, &device), 0);
  visit(id, &second);
  EXPECT_EQ(acceptor->shown(id, after(seconds(10)))->id.serial, "05");
}

TEST_F(AcceptorTest, ManyComeAtOnceBesideOneThatSaysNothing) {
  auto silent = connect_tcp({"127.0.0.1", acceptor->place().port}, after(seconds(10)), cancel);
  ASSERT_TRUE(silent);
  std::vector<std::string> ids;
  for (int i = 0; i < 16; ++i) ids.push_back(acceptor->expect());
  {
    std::vector<std::jthread> modems;
    for (const auto& id : ids) modems.emplace_back([&, id] { EXPECT_EQ(visit(id, &device), 0); });
  }
  for (const auto& id : ids) EXPECT_EQ(acceptor->shown(id, after(seconds(10)))->id.serial, "05");
}

TEST(AcceptorStart, RefusesAKeyThatIsNotTheCertificates) {
  const auto root = make_root("root", 1), other = make_root("other", 2);
  SystemRandom random;
  const Cancel cancel;
  const auto started = Acceptor::start({.listen = {"127.0.0.1", 0},
                                        .host = "station.test",
                                        .chain = {root.certificate},
                                        .key = other.key,
                                        .client_anchors = {root.certificate}},
                                       random, cancel);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::key);
}

}  // namespace
}  // namespace epki::acceptor

// What an SSL context holds besides trust: versions, suites, client certificates, files that do not parse; and how an
// open ends when the network does not play along.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "tls_bench.hpp"

namespace epki::sim::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Listens and never answers: connections end in its backlog.
class SilentServer {
 public:
  SilentServer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_, 4), 0);
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { stop(); }
  void stop() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  std::uint16_t port() const { return port_; }
  bool was_called() const {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) ::close(fd);
    return fd >= 0;
  }

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

Persona persona_here() {
  Persona persona;
  persona.hosts = {{"probe.test", {"127.0.0.1"}}, {"outside.test", {"192.0.2.1"}}};
  return persona;
}

Server::Saw served(const Client& client, std::vector<std::string> extra, OpenFailure expected = OpenFailure::none) {
  Server server({"ok"}, std::move(extra));
  const Opened opened = open_as(client, server.port());
  EXPECT_EQ(opened.failure, expected) << opened.detail;
  return server.saw();
}

TEST(TlsSettings, AnUnusableCaFileFailsBeforeAnyPacket) {
  const std::string good = Pki::instance().pem("uploaded");
  const std::string truncated = good.substr(0, good.size() / 2);
  for (const std::string& file : {std::string(), std::string("not a certificate"), truncated}) {
    SilentServer server;
    for (const Anchors anchors : {Anchors::uploaded, Anchors::union_of_both, Anchors::built_in}) {
      Client client = client_of(anchors);
      client.settings.cacert = file;
      EXPECT_EQ(open_as(client, server.port()).failure, OpenFailure::local) << file;
    }
    EXPECT_FALSE(server.was_called());
  }
}

TEST(TlsSettings, OfABundleWhatParsesCounts) {
  Client client = client_of(Anchors::uploaded);
  const std::string good = Pki::instance().pem("uploaded");
  client.settings.cacert = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n" + good;
  EXPECT_EQ(outcome(client, {"ok"}), "ACC+app");
  client.settings.cacert = Pki::instance().pem("unknown") + good;
  EXPECT_EQ(outcome(client, {"ok"}), "ACC+app");
  client.settings.cacert = Pki::instance().openssl({"x509", "-in", "uploaded.pem", "-outform", "DER"});
  EXPECT_EQ(outcome(client, {"ok"}), "ACC+app");
}

TEST(TlsSettings, TheServerNameIsSentOnlyWithSni) {
  Client client = client_of(Anchors::uploaded);
  EXPECT_NE(served(client, {}).all.find("extension \"server name\""), std::string::npos);
  client.settings.sni = false;
  EXPECT_EQ(served(client, {}).all.find("extension \"server name\""), std::string::npos);
}

TEST(TlsSettings, MutualPresentsTheClientCertificateAndServerOnlyDoesNot) {
  const std::vector<std::string> asks{"-Verify", "1", "-verify_return_error", "-CAfile",
                                      Pki::instance().path("unknown.pem")};
  Client client = client_of(Anchors::uploaded);
  client.settings.clientcert = Pki::instance().pem("device");
  client.settings.clientkey = Pki::instance().key("device");
  client.settings.seclevel = 2;
  const auto saw = served(client, asks);
  EXPECT_TRUE(saw.application_data);
  EXPECT_NE(saw.all.find("CN = 861234567890123"), std::string::npos) << saw.all;
  client.settings.seclevel = 1;
  EXPECT_FALSE(served(client, asks, OpenFailure::tls).complete);
  client.settings.seclevel = 2;
  client.settings.clientkey = "no key";
  EXPECT_EQ(open_as(client, 9).failure, OpenFailure::local);
  client.settings.clientkey.reset();
  EXPECT_EQ(open_as(client, 9).failure, OpenFailure::local);
}

TEST(TlsSettings, AnEncryptedClientKeyNeedsItsPassword) {
  const auto& pki = Pki::instance();
  pki.openssl({"ec", "-in", "device.key", "-aes128", "-passout", "pass:secret", "-out", "device-encrypted.key"});
  Client client = client_of(Anchors::uploaded);
  client.settings.seclevel = 2;
  client.settings.clientcert = pki.pem("device");
  client.settings.clientkey = pki.key("device-encrypted");
  EXPECT_EQ(open_as(client, 9).failure, OpenFailure::local);
  client.settings.clientkey_password = "secret";
  EXPECT_EQ(outcome(client, {"ok"}), "ACC+app");
}

TEST(TlsSettings, VersionAndSuiteAreWhatTheServerNegotiates) {
  Client client = client_of(Anchors::uploaded);
  EXPECT_TRUE(served(client, {}).complete);
  client.settings.ciphersuite = "0XC02B";
  EXPECT_NE(served(client, {}).all.find("CIPHER is ECDHE-ECDSA-AES128-GCM-SHA256"), std::string::npos);
  client.settings.ciphersuite = "0XC009:0XC00A";
  EXPECT_NE(served(client, {"-cipher", "ECDHE-ECDSA-AES256-SHA"}).all.find("CIPHER is ECDHE-ECDSA-AES256-SHA"),
            std::string::npos);
  for (const char* none : {"", "0XFFFE", "all", "0X1FFFF"}) {
    client.settings.ciphersuite = none;
    EXPECT_EQ(open_as(client, 9).failure, OpenFailure::local) << none;
  }
  client.settings.ciphersuite = "0XFFFF";
  client.settings.sslversion = 2;  // TLS 1.1 alone, which this server does not speak
  EXPECT_FALSE(served(client, {}, OpenFailure::tls).complete);
  client.settings.sslversion = 0;
  EXPECT_EQ(open_as(client, 9).failure, OpenFailure::local);
}

TEST(OpenFails, WithTheReasonThatItHas) {
  Persona persona = persona_here();
  Resolver resolver(persona);
  const std::atomic<bool> cancel{false};
  SilentServer gone;
  const auto port = gone.port();
  gone.stop();
  EXPECT_EQ(open_plain(resolver, "nowhere.test", port, seconds(5), cancel).failure, OpenFailure::name);
  EXPECT_EQ(open_plain(resolver, "localhost", port, seconds(5), cancel).failure, OpenFailure::name);
  EXPECT_EQ(open_plain(resolver, "probe.test", port, seconds(5), cancel).failure, OpenFailure::tcp);
  EXPECT_EQ(open_plain(resolver, "192.0.2.1", port, seconds(5), cancel).failure, OpenFailure::tcp);
  EXPECT_EQ(open_plain(resolver, "outside.test", port, seconds(5), cancel).failure, OpenFailure::name);
}

TEST(OpenFails, InTimeWhenTheServerIsSilent) {
  Persona persona = persona_here();
  Resolver resolver(persona);
  const std::atomic<bool> cancel{false};
  const Client client = client_of(Anchors::uploaded);
  SilentServer server;
  const auto opened = open_tls(resolver, kHost, server.port(), client.settings, client.policy, client.built_in,
                               milliseconds(100), cancel);
  EXPECT_EQ(opened.failure, OpenFailure::timeout);
}

TEST(OpenFails, SoonAfterItIsCalledOff) {
  Persona persona = persona_here();
  Resolver resolver(persona);
  std::atomic<bool> cancel{false};
  const Client client = client_of(Anchors::uploaded);
  SilentServer server;
  Opened opened;
  const auto before = std::chrono::steady_clock::now();
  std::thread opener([&] {
    opened =
        open_tls(resolver, kHost, server.port(), client.settings, client.policy, client.built_in, seconds(60), cancel);
  });
  cancel = true;
  opener.join();
  EXPECT_EQ(opened.channel, nullptr);
  EXPECT_NE(opened.failure, OpenFailure::none);
  EXPECT_LT(std::chrono::steady_clock::now() - before, seconds(30));
}

TEST(Resolver, KnowsThePersonasHostsAndNothingElse) {
  Persona persona = persona_here();
  Resolver resolver(persona);
  EXPECT_EQ(resolver.resolve("Probe.TEST"), std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(resolver.resolve("127.0.0.1"), std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(resolver.resolve("::1"), std::vector<std::string>{"::1"});
  for (const char* host : {"localhost", "other.test", "", "127.1", "outside.test"})
    EXPECT_TRUE(resolver.resolve(host).empty()) << host;
  EXPECT_TRUE(resolver.may_connect("127.8.8.8"));
  EXPECT_TRUE(resolver.may_connect("::1"));
  EXPECT_FALSE(resolver.may_connect("128.0.0.1"));
  EXPECT_FALSE(resolver.may_connect("probe.test"));
  persona.allow_network = true;
  EXPECT_EQ(resolver.resolve("outside.test"), std::vector<std::string>{"192.0.2.1"});
}

TEST(Resolver, FailsAsOftenAsItIsTold) {
  Persona persona = persona_here();
  persona.faults.dns_fails = 2;
  Resolver resolver(persona);
  EXPECT_FALSE(resolver.resolve("127.0.0.1").empty()) << "an address is no look-up";
  EXPECT_TRUE(resolver.resolve("probe.test").empty());
  EXPECT_TRUE(resolver.resolve("probe.test").empty());
  EXPECT_FALSE(resolver.resolve("probe.test").empty());
}

}  // namespace
}  // namespace epki::sim::bench

#include "pki/ossl/tls_server.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <thread>

#include "core/text.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/handles.hpp"
#include "pki/ossl/impl.hpp"
#include "pki/ossl/tests/tls_hello_sample.hpp"
#include "pki/ossl/tls_client_hello.hpp"
#include "pki/ossl/tls_conversation.hpp"
#include "pki/ossl/tls_socket.hpp"

namespace epki::ossl {
namespace {

using std::chrono::seconds;

// ---- the server, against OpenSSL as a client in this process ----

struct Served {
  Certificate root;
  TlsServerOptions options;
};

Served served(KeyType type) {
  const auto root_key = *PrivateKey::generate(KeyType::ec_p256);
  const auto leaf_key = *PrivateKey::generate(type);
  CertificateSpec spec;
  spec.subject = {{"CN", "root"}};
  spec.serial = {std::byte{1}};
  spec.not_before = *parse_rfc3339("2000-01-01T00:00:00Z");
  spec.not_after = *parse_rfc3339("2090-01-01T00:00:00Z");
  spec.extensions = {{"basicConstraints", "CA:TRUE", true}, {"subjectKeyIdentifier", "hash"}};
  const auto root = *build(spec, root_key, {std::nullopt, root_key});
  spec.subject = {{"CN", "probe.test"}};
  spec.serial = {std::byte{2}};
  spec.extensions = {{"subjectAltName", "DNS:probe.test"}};
  const auto leaf = *build(spec, leaf_key, {root, root_key});
  return {root, {{leaf}, leaf_key}};
}

using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freed<SSL_free>>;

class Client {
 public:
  explicit Client(const Certificate* trusted, const std::function<void(SSL_CTX*)>& set_up = {})
      : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    if (trusted != nullptr) X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), native(*trusted));
    if (set_up) set_up(context_.get());
    session_.reset(SSL_new(context_.get()));
    SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_tlsext_host_name(session_.get(), "probe.test");
    SSL_set_connect_state(session_.get());
  }

  // Both sides talk until neither has anything left to say; each feeding is cut into `segment` bytes.
  void talk(Conversation& server, std::string_view say, std::size_t segment = 100000) {
    for (bool moved = true; moved;) {
      moved = false;
      if (SSL_do_handshake(session_.get()) == 1 && !say.empty()) {
        SSL_write(session_.get(), say.data(), static_cast<int>(say.size()));
        say = {};
      }
      std::array<char, 4096> in{};
      if (const int n = SSL_read(session_.get(), in.data(), sizeof in); n > 0) heard.append(in.data(), std::size_t(n));
      std::string out(BIO_ctrl_pending(SSL_get_wbio(session_.get())), '\0');
      if (!out.empty()) BIO_read(SSL_get_wbio(session_.get()), out.data(), static_cast<int>(out.size()));
      for (std::size_t at = 0; at < out.size(); at += segment) {
        server.feed(as_bytes(std::string_view(out).substr(at, segment)));
      }
      const auto back = server.take_output();
      if (!back.empty()) BIO_write(SSL_get_rbio(session_.get()), back.data(), static_cast<int>(back.size()));
      moved = !out.empty() || !back.empty();
    }
    ERR_clear_error();
  }

  SSL* ssl() { return session_.get(); }
  std::string heard;

 private:
  Context context_;
  Session session_;
};

TEST(TlsServer, AnAcceptingPeersDataArriveAndAreAnswered) {
  for (const auto type : {KeyType::ec_p256, KeyType::rsa_2048}) {
    for (const std::size_t segment : {std::size_t{1}, std::size_t{100000}}) {
      auto setting = served(type);
      setting.options.answer = [](const std::string& all) { return "heard " + all; };
      auto server = *tls_conversation(setting.options);
      Client client(&setting.root);
      client.talk(*server, "hello", segment);
      EXPECT_EQ(server->record().stage, Stage::application_data);
      EXPECT_EQ(server->record().application_data, "hello");
      EXPECT_EQ(server->record().sni, "probe.test");
      EXPECT_EQ(client.heard, "heard hello");
      EXPECT_FALSE(server->finished());
      EXPECT_TRUE(parse_client_hello(server->record().client_hello));
      EXPECT_EQ(SSL_session_reused(client.ssl()), 0);
      EXPECT_EQ(SSL_SESSION_has_ticket(SSL_get_session(client.ssl())), 0);
      EXPECT_EQ(std::string(SSL_get_version(client.ssl())), "TLSv1.2");
      EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(client.ssl())), 1);
      SSL_shutdown(client.ssl());
      client.talk(*server, {});
      EXPECT_TRUE(server->record().closed_by_peer);
      EXPECT_FALSE(server->record().alert);
    }
  }
}

TEST(TlsServer, ClosesWhenTheAnswerSaysSo) {
  auto setting = served(KeyType::ec_p256);
  setting.options.answer = [](const std::string&) { return Answer("bye", true); };
  auto server = *tls_conversation(setting.options);
  Client client(&setting.root);
  client.talk(*server, "x");
  EXPECT_TRUE(server->finished());
  EXPECT_EQ(client.heard, "bye");
}

TEST(TlsServer, AnUnknownRootEndsInThePeersAlert) {
  auto setting = served(KeyType::ec_p256);
  const auto other = served(KeyType::ec_p256);
  auto server = *tls_conversation(setting.options);
  Client client(nullptr);
  client.talk(*server, "never sent");
  EXPECT_EQ(server->record().stage, Stage::alert);
  EXPECT_EQ(server->record().alert, 48);
  EXPECT_TRUE(server->record().could_not_present.empty());
  EXPECT_TRUE(server->finished());
}

TEST(TlsServer, APeerThatCompletesAndLeavesHasSentNoData) {
  auto setting = served(KeyType::ec_p256);
  auto server = *tls_conversation(setting.options);
  Client client(&setting.root);
  client.talk(*server, {});
  server->peer_closed(false);
  EXPECT_EQ(server->record().stage, Stage::complete);
  EXPECT_TRUE(server->record().closed_by_peer);
}

TEST(TlsServer, AnAlertAfterTheHandshakeDoesNotTakeItBack) {
  auto setting = served(KeyType::ec_p256);
  auto server = *tls_conversation(setting.options);
  Client client(&setting.root, [](SSL_CTX* c) { SSL_CTX_set_cipher_list(c, "ECDHE-ECDSA-AES128-GCM-SHA256"); });
  client.talk(*server, {});
  ASSERT_EQ(server->record().stage, Stage::complete);
  // A record that fails its check makes the client send bad_record_mac (20).
  const std::string damaged = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x');
  BIO_write(SSL_get_rbio(client.ssl()), damaged.data(), static_cast<int>(damaged.size()));
  client.talk(*server, {});
  EXPECT_EQ(server->record().alert, 20);
  EXPECT_EQ(server->record().stage, Stage::complete);
  EXPECT_TRUE(server->finished());
}

TEST(TlsServer, WhatTheServerCannotServeIsNoRefusalOfThePeer) {
  const std::array<std::function<void(SSL_CTX*)>, 2> clients{
      [](SSL_CTX* c) {
        SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION);
        SSL_CTX_set_cipher_list(c, "ECDHE-RSA-AES128-GCM-SHA256");
      },
      [](SSL_CTX* c) { SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION); }};
  for (const auto& set_up : clients) {
    auto setting = served(KeyType::ec_p256);
    auto server = *tls_conversation(setting.options);
    Client client(&setting.root, set_up);
    client.talk(*server, {});
    EXPECT_EQ(server->record().stage, Stage::client_hello);
    EXPECT_FALSE(server->record().alert);
    EXPECT_FALSE(server->record().could_not_present.empty());
    EXPECT_TRUE(server->finished());
  }
}

TEST(TlsServer, AnOldSuiteOfASiblingIsServed) {
  auto setting = served(KeyType::rsa_2048);
  auto server = *tls_conversation(setting.options);
  Client client(&setting.root, [](SSL_CTX* c) {
    SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(c, "AES128-SHA");
  });
  client.talk(*server, "x");
  EXPECT_EQ(server->record().stage, Stage::application_data);
}

TEST(TlsServer, BytesThatAreNoHelloEndInARecord) {
  auto setting = served(KeyType::ec_p256);
  const auto hello = in_records(mbedtls_hello(), 16384);
  std::vector<std::string> inputs{"GET / HTTP/1.0\r\n\r\n", std::string("\x80\x2e\x01\x03\x01\x00\x15", 7),
                                  std::string("\x10\x10\x00\x04MQTT", 8), std::string(70000, '\xff')};
  for (std::size_t i = 0; i < hello.size(); i += 3) {
    inputs.push_back(hello);
    inputs.back()[i] = static_cast<char>(inputs.back()[i] ^ 0x55);
  }
  for (const auto& input : inputs) {
    auto server = *tls_conversation(setting.options);
    server->feed(as_bytes(input));
    server->take_output();
    server->peer_closed(false);
    EXPECT_TRUE(server->finished());
    EXPECT_GE(server->record().stage, Stage::tcp);
    EXPECT_LE(server->record().stage, Stage::flight_sent);
  }
}

// ---- serve_tls: the socket around it ----

// Two ends of a TCP connection over loopback: an RST needs TCP.
std::array<int, 2> connected_pair() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  ::bind(listener, reinterpret_cast<sockaddr*>(&name), size);
  ::listen(listener, 1);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&name), &size);
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  ::connect(client, reinterpret_cast<sockaddr*>(&name), size);
  const int server = ::accept(listener, nullptr, nullptr);
  ::close(listener);
  return {client, server};
}

void reset(int fd) {
  const linger at_once{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(fd);
}

TEST(ServeTls, TellsFinFromRstFromSilence) {
  const auto setting = served(KeyType::ec_p256);
  const auto hello = in_records(mbedtls_hello(), 16384);
  Cancel cancel;
  auto pair = connected_pair();
  ::close(pair[0]);
  auto record = serve_tls(pair[1], setting.options, after(seconds(10)), cancel);
  EXPECT_EQ(record->stage, Stage::tcp);
  EXPECT_TRUE(record->closed_by_peer);

  pair = connected_pair();
  reset(pair[0]);
  record = serve_tls(pair[1], setting.options, after(seconds(10)), cancel);
  EXPECT_TRUE(record->reset_by_peer);
  EXPECT_FALSE(record->closed_by_peer);

  pair = connected_pair();
  ASSERT_EQ(::write(pair[0], hello.data(), hello.size()), static_cast<ssize_t>(hello.size()));
  record = serve_tls(pair[1], setting.options, after(std::chrono::milliseconds(50)), cancel);
  EXPECT_EQ(record->stage, Stage::flight_sent);
  EXPECT_FALSE(record->reset_by_peer || record->closed_by_peer || record->alert);
  ::close(pair[0]);
}

TEST(ServeTls, APeerThatResetsWhileItIsAnsweredDoesNotEndTheProgram) {
  const auto setting = served(KeyType::ec_p256);
  const auto hello = in_records(mbedtls_hello(), 16384);
  Cancel cancel;
  const auto pair = connected_pair();
  ASSERT_EQ(::write(pair[0], hello.data(), hello.size()), static_cast<ssize_t>(hello.size()));
  reset(pair[0]);
  const auto record = serve_tls(pair[1], setting.options, after(seconds(10)), cancel);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->reset_by_peer);
}

TEST(PeerSocket, SendingToADeadConnectionRaisesNoSignalAndIsRememberedAsAReset) {
  const auto pair = connected_pair();
  PeerSocket socket(pair[1]);
  reset(pair[0]);
  for (int i = 0; i < 3; ++i) {
    std::string words = "words";
    socket.send(words);
    EXPECT_TRUE(words.empty());
  }
  std::string received;
  EXPECT_EQ(socket.receive(received), PeerSocket::Got::reset);
}

TEST(ServeTls, IsInterrupted) {
  const auto setting = served(KeyType::ec_p256);
  Cancel cancel;
  const auto pair = connected_pair();
  std::jthread other([&] { cancel.request(); });
  const auto record = serve_tls(pair[1], setting.options, after(seconds(60)), cancel);
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code, Errc::interrupted);
  ::close(pair[0]);
}

TEST(ServeTls, AKeyThatIsNotTheLeafsIsSaid) {
  auto setting = served(KeyType::ec_p256);
  setting.options.key = *PrivateKey::generate(KeyType::ec_p256);
  EXPECT_EQ(tls_conversation(setting.options).error().code, Errc::internal);
}

}  // namespace
}  // namespace epki::ossl

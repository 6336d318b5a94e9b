#include "pki/ossl/tls_server.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <climits>

#include "core/poll.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/handles.hpp"
#include "pki/ossl/impl.hpp"
#include "pki/ossl/tls_alert.hpp"
#include "pki/ossl/tls_client_hello.hpp"
#include "pki/ossl/tls_conversation.hpp"
#include "pki/ossl/tls_socket.hpp"

namespace epki::ossl {

namespace {

constexpr std::size_t kMostApplicationData = 65536;
constexpr int kServerHelloDone = 14;

using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freed<SSL_free>>;

bool load(SSL_CTX* context, const TlsServerOptions& options) {
  for (std::size_t i = 0; i < options.chain.size(); ++i) {
    X509* const certificate = native(options.chain[i]);
    const long ok =
        i == 0 ? SSL_CTX_use_certificate(context, certificate) : SSL_CTX_add1_chain_cert(context, certificate);
    if (ok != 1) return false;
  }
  return SSL_CTX_use_PrivateKey(context, native(options.key)) == 1;
}

// Whatever is wrong with the certificate, the handshake goes on to prove its key; the verdict stays to be asked for.
int go_on_regardless(int /*ok*/, X509_STORE_CTX* /*validation*/) {
  return 1;
}

bool ask_for_certificate(SSL_CTX* context, const Chain& anchors) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  for (const auto& anchor : anchors)
    if (X509_STORE_add_cert(store, native(anchor)) != 1 || SSL_CTX_add_client_CA(context, native(anchor)) != 1)
      return false;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, go_on_regardless);
  return true;
}

std::optional<ShownCertificate> shown_in(const SSL* session) {
  const CertificateHandle peer(SSL_get1_peer_certificate(session));
  if (!peer) return std::nullopt;
  unsigned char* der = nullptr;
  const int size = i2d_X509(peer.get(), &der);
  if (size <= 0) return std::nullopt;
  auto certificate = Certificate::from_der(std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
  OPENSSL_free(der);
  if (!certificate) return std::nullopt;
  ShownCertificate shown{.certificate = *std::move(certificate)};
  unsigned char* key = nullptr;
  const int key_size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(peer.get()), &key);
  if (key_size <= 0) return std::nullopt;
  shown.key_sha256 = sha256_hex(std::as_bytes(std::span(key, static_cast<std::size_t>(key_size))));
  OPENSSL_free(key);
  const long verdict = SSL_get_verify_result(session);
  if (verdict != X509_V_OK) shown.problem = X509_verify_cert_error_string(verdict);
  return shown;
}

Context make_context(const TlsServerOptions& options) {
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) return nullptr;
  SSL_CTX* const c = context.get();
  // Level 0: chains with weak keys and digests must be servable, and siblings of the modem offer old suites.
  if (options.client_anchors.empty()) SSL_CTX_set_security_level(c, 0);
  SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(c, TLS1_2_VERSION);
  // Without this OpenSSL would add what it finds in its store to the chain that is to be shown as it is.
  SSL_CTX_set_mode(c, SSL_MODE_NO_AUTO_CHAIN);
  // A resumed session skips the Certificate message, and with it the whole question.
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(c, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_dh_auto(c, 1);
  if (!options.client_anchors.empty() && !ask_for_certificate(c, options.client_anchors)) return nullptr;
  if (SSL_CTX_set_cipher_list(c, "ALL:!aNULL:!PSK:!SRP") != 1) return nullptr;
  return load(c, options) ? std::move(context) : nullptr;
}

class Server final : public Conversation {
 public:
  Server(Context context, Session session, std::function<Answer(const std::string&)> answer)
      : context_(std::move(context)), session_(std::move(session)), answer_(std::move(answer)) {
    record_.stage = Stage::tcp;
    SSL_set_accept_state(session_.get());
    SSL_set_msg_callback(session_.get(), on_message);
    SSL_set_msg_callback_arg(session_.get(), this);
  }

  void feed(std::span<const std::byte> bytes) override {
    if (finished_ || bytes.empty()) return;
    note_hello(bytes);
    if (BIO_write(SSL_get_rbio(session_.get()), bytes.data(), static_cast<int>(bytes.size())) <= 0) {
      return give_up("out of memory");
    }
    ERR_clear_error();
    if (SSL_is_init_finished(session_.get()) == 0 && !shake_hands()) return;
    read_application_data();
  }

  void peer_closed(bool reset) override {
    if (finished_) return;
    (reset ? record_.reset_by_peer : record_.closed_by_peer) = true;
    finished_ = true;
  }

  std::string take_output() override {
    BIO* const out = SSL_get_wbio(session_.get());
    std::string bytes(BIO_ctrl_pending(out), '\0');
    if (bytes.empty()) return bytes;
    const int n = BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return bytes;
  }

  bool finished() const override { return finished_; }
  const TlsRecordOfPeer& record() const override { return record_; }

 private:
  static void on_message(int sent, int /*version*/, int type, const void* data, std::size_t size, SSL* /*session*/,
                         void* self) {
    auto& server = *static_cast<Server*>(self);
    const auto* bytes = static_cast<const unsigned char*>(data);
    if (sent != 0 && type == SSL3_RT_HANDSHAKE && size > 0 && bytes[0] == kServerHelloDone) {
      server.reach(Stage::flight_sent);
    }
    if (sent == 0 && type == SSL3_RT_ALERT && size >= 2 && is_refusal(bytes[0], bytes[1])) {
      server.record_.alert = bytes[1];
      server.reach(Stage::alert);
    }
  }

  // The stages are in the order in which a peer reaches them, except that an alert after the handshake does not take
  // the handshake back.
  void reach(Stage stage) { record_.stage = std::max(record_.stage, stage); }

  void note_hello(std::span<const std::byte> bytes) {
    if (hello_.state() != HelloCollector::State::waiting) return;
    if (hello_.feed(bytes) != HelloCollector::State::complete) return;
    reach(Stage::client_hello);
    record_.client_hello = hello_.message();
    if (const auto hello = parse_client_hello(hello_.message())) record_.sni = hello->sni;
  }

  bool shake_hands() {
    const int result = SSL_accept(session_.get());
    if (record_.alert) finished_ = true;
    if (result == 1) {
      reach(Stage::complete);
      record_.shown = shown_in(session_.get());
    }
    if (result != 1) ended(result);
    return result == 1 && !finished_;
  }

  void read_application_data() {
    std::array<char, 4096> chunk{};
    bool more = false;
    while (!finished_) {
      const int n = SSL_read(session_.get(), chunk.data(), static_cast<int>(chunk.size()));
      if (n <= 0) {
        ended(n);
        break;
      }
      more = true;
      reach(Stage::application_data);
      const auto room = kMostApplicationData - record_.application_data.size();
      record_.application_data.append(chunk.data(), std::min(room, static_cast<std::size_t>(n)));
      if (record_.application_data.size() == kMostApplicationData) finished_ = true;
    }
    if (more) reply();
  }

  void reply() {
    if (!answer_) return;
    const Answer answer = answer_(record_.application_data);
    if (!answer.text.empty() &&
        SSL_write(session_.get(), answer.text.data(), static_cast<int>(answer.text.size())) <= 0) {
      return give_up("the answer could not be written");
    }
    if (answer.close && !finished_) {
      SSL_shutdown(session_.get());
      finished_ = true;
    }
  }

  // What a call that did not succeed means.
  void ended(int result) {
    const int error = SSL_get_error(session_.get(), result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
      if (record_.alert) finished_ = true;
      return;
    }
    if (error == SSL_ERROR_ZERO_RETURN) {
      if (!record_.alert) record_.closed_by_peer = true;
      finished_ = true;
      return;
    }
    const std::string reason = newest_reason();
    give_up(reason.empty() ? "no reason given" : reason);
  }

  void give_up(std::string_view reason) {
    ERR_clear_error();
    finished_ = true;
    // After the peer's own alert the error is only its echo.
    if (record_.alert) return;
    record_.could_not_present = "the server could not go on: " + std::string(reason);
  }

  Context context_;
  Session session_;
  std::function<Answer(const std::string&)> answer_;
  HelloCollector hello_;
  TlsRecordOfPeer record_;
  bool finished_ = false;
};

}  // namespace

std::string_view word(Stage stage) {
  switch (stage) {
    case Stage::none: return "none";
    case Stage::tcp: return "tcp";
    case Stage::client_hello: return "client-hello";
    case Stage::flight_sent: return "flight-sent";
    case Stage::alert: return "alert";
    case Stage::complete: return "complete";
    case Stage::application_data: return "application-data";
  }
  return "none";
}

Result<std::unique_ptr<Conversation>> tls_conversation(const TlsServerOptions& options) {
  if (options.chain.empty()) return Error{Errc::internal, "a TLS server was set up without a certificate"};
  ERR_clear_error();
  Context context = make_context(options);
  if (!context) return take_error(Errc::internal, "OpenSSL takes the chain and its key for no TLS server");
  Session session(SSL_new(context.get()));
  BioHandle in(BIO_new(BIO_s_mem()));
  BioHandle out(BIO_new(BIO_s_mem()));
  if (!session || !in || !out) return take_error(Errc::internal, "a TLS server could not be set up");
  SSL_set_bio(session.get(), in.release(), out.release());  // the session owns both from here on
  std::unique_ptr<Conversation> server =
      std::make_unique<Server>(std::move(context), std::move(session), options.answer);
  return server;
}

Result<TlsRecordOfPeer> serve_tls(int socket, const TlsServerOptions& options, Deadline by, const Cancel& cancel) {
  PeerSocket peer(socket);
  auto conversation = tls_conversation(options);
  if (!conversation) return std::move(conversation).error();
  ConversationSocket served(std::move(peer), std::move(*conversation));
  while (!served.over()) {
    if (cancel.requested()) return interrupted();
    std::array<pollfd, 2> waiting{{{served.fd(), served.events(), 0}, {cancel.fd(), POLLIN, 0}}};
    const int ready = ::poll(waiting.data(), waiting.size(), milliseconds_until(by));
    if (ready == 0) break;
    if (ready > 0 && waiting[0].revents != 0) served.pump();
  }
  return served.conversation().record();
}

}  // namespace epki::ossl

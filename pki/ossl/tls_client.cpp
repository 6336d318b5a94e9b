#include "pki/ossl/tls_client.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/host_name.hpp"
#include "core/poll.hpp"
#include "pki/ossl/handles.hpp"
#include "pki/ossl/impl.hpp"
#include "pki/ossl/tls_alert.hpp"

namespace epki::ossl {

namespace {

using ClientContext = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using ClientSession = std::unique_ptr<SSL, Freed<SSL_free>>;

// OpenSSL 3.0 has no words for alerts that TLS 1.3 brought (RFC 8446, 6.2).
std::string alert_words(int number) {
  if (number == 109) return "missing extension";
  if (number == 116) return "certificate required";
  if (number == 120) return "no application protocol";
  return SSL_alert_desc_string_long(number);
}

bool trust(SSL_CTX* context, const Chain& anchors) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  for (const auto& anchor : anchors)
    if (X509_STORE_add_cert(store, native(anchor)) != 1) return false;
  // An anchor need not be a root: whoever names one means it.
  if (!anchors.empty()) X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_verify(context, anchors.empty() ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  return true;
}

bool show(SSL_CTX* context, const TlsClientOptions& options) {
  for (std::size_t i = 0; i < options.chain.size(); ++i) {
    X509* const certificate = native(options.chain[i]);
    const long ok =
        i == 0 ? SSL_CTX_use_certificate(context, certificate) : SSL_CTX_add1_chain_cert(context, certificate);
    if (ok != 1) return false;
  }
  return !options.key || SSL_CTX_use_PrivateKey(context, native(*options.key)) == 1;
}

}  // namespace

struct TlsClient::Impl {
  int socket = -1;
  ClientContext context;
  ClientSession session;
  std::optional<int> alert{};
  bool timed_out = false;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    session.reset();
    if (socket >= 0) ::close(socket);
  }

  static void on_message(int sent, int /*version*/, int type, const void* data, std::size_t size, SSL* /*session*/,
                         void* self) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    if (sent == 0 && type == SSL3_RT_ALERT && size >= 2 && is_refusal(bytes[0], bytes[1]))
      static_cast<Impl*>(self)->alert = bytes[1];
  }

  // Waits for what OpenSSL wants. False: the deadline or cancel.
  Status wait(int reason, Deadline by, const Cancel& cancel) {
    const short events = reason == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
    std::array<pollfd, 2> waiting{{{socket, events, 0}, {cancel.fd(), POLLIN, 0}}};
    int ready = 0;
    do ready = ::poll(waiting.data(), waiting.size(), milliseconds_until(by));
    while (ready < 0 && errno == EINTR);
    if (cancel.requested()) return interrupted();
    if (ready > 0) return success();
    timed_out = true;
    return Error{Errc::network, "the server said nothing in time"};
  }

  Error failed() {
    if (const long verdict = SSL_get_verify_result(session.get());
        verdict != X509_V_OK && !alert && SSL_get_verify_mode(session.get()) != SSL_VERIFY_NONE)
      return take_error(
          Errc::key, std::string("the server's certificate does not hold: ") + X509_verify_cert_error_string(verdict));
    if (alert)
      return take_error(Errc::network, std::string("the server refused with TLS alert ") + std::to_string(*alert) +
                                           " (" + alert_words(*alert) + ")");
    const auto reason = newest_reason();
    return take_error(Errc::network, "the server ended the connection" + (reason.empty() ? "" : " (" + reason + ")"));
  }

  // Repeats an operation of OpenSSL until it is done or will not be.
  template <class Operation>
  Result<int> drive(Operation operation, Deadline by, const Cancel& cancel) {
    timed_out = false;
    for (;;) {
      ERR_clear_error();
      const int n = operation();
      if (n > 0) return n;
      const int reason = SSL_get_error(session.get(), n);
      if (reason == SSL_ERROR_ZERO_RETURN) return 0;
      if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) return failed();
      if (auto waited = wait(reason, by, cancel); !waited) return std::move(waited).error();
    }
  }
};

TlsClient::TlsClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsClient::TlsClient(TlsClient&&) noexcept = default;
TlsClient& TlsClient::operator=(TlsClient&&) noexcept = default;
TlsClient::~TlsClient() = default;

Result<TlsClient> TlsClient::make(int socket, const TlsClientOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->socket = socket;
  if (const int flags = ::fcntl(socket, F_GETFL); flags >= 0) ::fcntl(socket, F_SETFL, flags | O_NONBLOCK);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ERR_clear_error();
  impl->context.reset(SSL_CTX_new(TLS_client_method()));
  if (!impl->context || !trust(impl->context.get(), options.trusted))
    return take_error(Errc::internal, "OpenSSL could not make a TLS client");
  if (!show(impl->context.get(), options))
    return take_error(Errc::key, "the client's certificate and key do not go together");
  // OpenSSL would end it there, and check another name than the one that was asked for.
  if (options.host.find('\0') != std::string::npos)
    return Error{Errc::usage, "the server's name holds a NUL byte", "check the name in the file it comes from"};
  SSL_CTX_set_min_proto_version(impl->context.get(), TLS1_2_VERSION);
  if (options.only_tls12) SSL_CTX_set_max_proto_version(impl->context.get(), TLS1_2_VERSION);
  if (!options.ciphers.empty() && SSL_CTX_set_cipher_list(impl->context.get(), options.ciphers.c_str()) != 1)
    return take_error(Errc::internal, "OpenSSL has none of the cipher suites " + options.ciphers);
  // A peer that hangs up without close_notify has ended all the same (brokers do).
  SSL_CTX_set_options(impl->context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  impl->session.reset(SSL_new(impl->context.get()));
  SSL* const session = impl->session.get();
  bool ready = session != nullptr && SSL_set_fd(session, socket) == 1;
  if (ready && !options.host.empty()) {
    if (parse_ip_address(options.host))
      ready = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), options.host.c_str()) == 1;
    else
      ready = SSL_set_tlsext_host_name(session, options.host.c_str()) == 1 &&
              SSL_set1_host(session, options.host.c_str()) == 1;
  }
  if (!ready) return take_error(Errc::internal, "OpenSSL could not make a TLS session");
  SSL_set_msg_callback(session, Impl::on_message);
  SSL_set_msg_callback_arg(session, impl.get());
  SSL_set_connect_state(session);
  return TlsClient(std::move(impl));
}

Status TlsClient::handshake(Deadline by, const Cancel& cancel) {
  auto done = impl_->drive([&] { return SSL_do_handshake(impl_->session.get()); }, by, cancel);
  if (!done) return std::move(done).error();
  if (*done == 0) return Error{Errc::network, "the server ended the connection during the handshake"};
  return success();
}

Status TlsClient::write(std::string_view bytes, Deadline by, const Cancel& cancel) {
  if (bytes.empty()) return success();
  auto done = impl_->drive(
      [&] { return SSL_write(impl_->session.get(), bytes.data(), static_cast<int>(bytes.size())); }, by, cancel);
  if (!done) return std::move(done).error();
  if (*done == 0) return Error{Errc::network, "the server ended the connection"};
  return success();
}

Result<std::string> TlsClient::read(Deadline by, const Cancel& cancel) {
  std::string bytes(16384, '\0');
  auto got = impl_->drive([&] { return SSL_read(impl_->session.get(), bytes.data(), static_cast<int>(bytes.size())); },
                          by, cancel);
  if (!got) return std::move(got).error();
  bytes.resize(static_cast<std::size_t>(*got));
  return bytes;
}

std::optional<int> TlsClient::alert() const {
  return impl_->alert;
}

bool TlsClient::timed_out() const {
  return impl_->timed_out;
}

std::string TlsClient::version() const {
  return SSL_is_init_finished(impl_->session.get()) != 0 ? SSL_get_version(impl_->session.get()) : "";
}

std::string TlsClient::cipher() const {
  const char* name = SSL_get_cipher_name(impl_->session.get());
  return SSL_is_init_finished(impl_->session.get()) != 0 && name != nullptr ? name : "";
}

Chain TlsClient::peer_chain() const {
  Chain chain;
  const auto* sent = SSL_get_peer_cert_chain(impl_->session.get());
  for (int i = 0; i < sk_X509_num(sent); ++i) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(sk_X509_value(sent, i), &der);
    if (size <= 0) continue;
    auto certificate = Certificate::from_der(std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
    OPENSSL_free(der);
    if (certificate) chain.push_back(*std::move(certificate));
  }
  return chain;
}

}  // namespace epki::ossl

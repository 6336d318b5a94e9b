#include "pki/ossl/tls_client.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <span>
#include <utility>

#include "core/poll.hpp"
#include "core/text.hpp"
#include "pki/ossl/handles.hpp"
#include "pki/ossl/impl.hpp"
#include "pki/ossl/tls_socket.hpp"

namespace epki::ossl {

namespace {

using Got = PeerSocket::Got;

using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freed<SSL_free>>;

bool is_address(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 || ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

const char* suites_for(LeafKeyKind kind) {
  switch (kind) {
    case LeafKeyKind::any: return "ALL:!aNULL:!PSK:!SRP";
    case LeafKeyKind::rsa: return "aRSA:!PSK:!SRP";
    case LeafKeyKind::ecdsa: return "aECDSA:!PSK:!SRP";
  }
  return "";
}

/// Called in place of verification: takes what was presented, and is content with anything.
int take_presented(X509_STORE_CTX* presented, void* into) {
  auto& ders = *static_cast<std::vector<std::vector<std::byte>>*>(into);
  STACK_OF(X509)* const all = X509_STORE_CTX_get0_untrusted(presented);
  for (int i = 0; i < sk_X509_num(all); ++i) {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(sk_X509_value(all, i), &bytes);
    if (size <= 0) continue;
    const auto view = std::as_bytes(std::span(bytes, static_cast<std::size_t>(size)));
    ders.emplace_back(view.begin(), view.end());
    OPENSSL_free(bytes);
  }
  return 1;
}

class Fetch {
 public:
  explicit Fetch(Descriptor socket) : socket_(socket.release()) {}

  Status prepare(const FetchOptions& options) {
    ERR_clear_error();
    context_.reset(SSL_CTX_new(TLS_client_method()));
    if (!context_) return take_error(Errc::internal, "a TLS client could not be set up");
    SSL_CTX_set_security_level(context_.get(), 0);  // old servers are of interest, too
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION);
    SSL_CTX_set_cert_verify_callback(context_.get(), take_presented, &ders_);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
    if (SSL_CTX_set_cipher_list(context_.get(), suites_for(options.leaf)) != 1)
      return take_error(Errc::internal, "OpenSSL has no cipher suites for this kind of key");
    session_.reset(SSL_new(context_.get()));
    BioHandle in(BIO_new(BIO_s_mem())), out(BIO_new(BIO_s_mem()));
    if (!session_ || !in || !out) return take_error(Errc::internal, "a TLS client could not be set up");
    in_ = in.get();
    out_ = out.get();
    SSL_set_bio(session_.get(), in.release(), out.release());
    if (!options.server_name.empty() && !is_address(options.server_name) &&
        SSL_set_tlsext_host_name(session_.get(), options.server_name.c_str()) != 1)
      return take_error(Errc::usage, options.server_name + " cannot be sent as a server name");
    SSL_set_connect_state(session_.get());
    return success();
  }

  /// Until the handshake is over one way or the other.
  Status talk(Deadline by, const Cancel& cancel) {
    for (;;) {
      if (cancel.requested()) return interrupted();
      const int done = SSL_do_handshake(session_.get());
      send();
      if (done == 1) return success();
      if (SSL_get_error(session_.get(), done) != SSL_ERROR_WANT_READ) return failed(newest_reason());
      auto more = receive(by, cancel);
      if (!more) return std::move(more).error();
      if (!*more) return success();
    }
  }

  const std::vector<std::vector<std::byte>>& ders() const { return ders_; }

 private:
  static Error failed(const std::string& reason) {
    return {Errc::network, "the TLS handshake failed: " + (reason.empty() ? std::string("no reason given") : reason),
            "the server may speak TLS 1.3 only, or hold no key of the kind that was asked for"};
  }

  void send() {
    const std::size_t size = BIO_ctrl_pending(out_);
    if (size == 0) return;
    const auto before = unsent_.size();
    unsent_.resize(before + size);
    const int n = BIO_read(out_, unsent_.data() + before, static_cast<int>(size));
    unsent_.resize(before + (n > 0 ? static_cast<std::size_t>(n) : 0));
    socket_.send(unsent_);
  }

  /// False: the server has ended the connection, and its certificate is there.
  Result<bool> receive(Deadline by, const Cancel& cancel) {
    std::string bytes;
    for (;;) {
      if (cancel.requested()) return interrupted();
      socket_.send(unsent_);
      const auto got = socket_.receive(bytes);
      if (got == Got::bytes) {
        if (BIO_write(in_, bytes.data(), static_cast<int>(bytes.size())) > 0) return true;
        return Error{Errc::internal, "out of memory"};
      }
      if (got != Got::nothing_yet) {
        if (!ders_.empty()) return false;
        return failed(got == Got::reset ? "the server reset the connection" : "the server closed the connection");
      }
      const auto events = static_cast<short>(unsent_.empty() ? POLLIN : POLLIN | POLLOUT);
      std::array<pollfd, 2> waiting{pollfd{socket_.fd(), events, 0}, pollfd{cancel.fd(), POLLIN, 0}};
      const int ready = ::poll(waiting.data(), waiting.size(), milliseconds_until(by));
      if (ready == 0) {
        if (!ders_.empty()) return false;
        return failed("no answer in time");
      }
    }
  }

  PeerSocket socket_;
  std::string unsent_;
  Context context_;
  Session session_;
  BIO* in_ = nullptr;   // the session's
  BIO* out_ = nullptr;  // the session's
  std::vector<std::vector<std::byte>> ders_;
};

}  // namespace

Result<Chain> fetch_chain(Descriptor socket, const FetchOptions& options, Deadline by, const Cancel& cancel) {
  Fetch fetch(std::move(socket));
  if (auto ready = fetch.prepare(options); !ready) return std::move(ready).error();
  auto talked = fetch.talk(by, cancel);
  ERR_clear_error();
  if (!talked && (talked.error().code == Errc::interrupted || fetch.ders().empty())) return std::move(talked).error();
  Chain chain;
  for (const auto& der : fetch.ders()) {
    auto certificate = Certificate::from_der(der);
    if (!certificate) return std::move(certificate).error();
    chain.push_back(std::move(*certificate));
  }
  if (chain.empty()) return Error{Errc::network, "the server presented no certificate", {}};
  return chain;
}

}  // namespace epki::ossl

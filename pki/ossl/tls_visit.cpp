#include "pki/ossl/tls_visit.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

#include "pki/ossl/cipher_list.hpp"
#include "pki/ossl/handles.hpp"
#include "pki/ossl/tls_alert.hpp"

namespace epki::ossl {

namespace {

constexpr const char* every_suite = "ALL:COMPLEMENTOFALL:!aNULL:!PSK:!SRP:!eNULL";
constexpr int certificate_request = 13;  // RFC 5246, 7.4

using VisitContext = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using VisitSession = std::unique_ptr<SSL, Freed<SSL_free>>;

/// OpenSSL's names of the suites wanted, as one list. Empty: it has none of them.
std::string names_of(const std::vector<std::uint16_t>& wanted) {
  std::string list;
  const auto all = expand_cipher_list("ALL:COMPLEMENTOFALL:@SECLEVEL=0");
  if (!all) return list;
  for (const auto& suite : *all)
    if (std::find(wanted.begin(), wanted.end(), suite.number) != wanted.end())
      list += (list.empty() ? "" : ":") + suite.name;
  return list;
}

class Visitor {
 public:
  Visitor(const VisitWire& wire, const VisitOptions& options, Deadline by) : wire_(wire), options_(options), by_(by) {}

  Status prepare() {
    ERR_clear_error();
    const auto failed = [] { return take_error(Errc::internal, "OpenSSL could not be set up as a TLS client"); };
    context_.reset(SSL_CTX_new(TLS_client_method()));
    if (!context_) return failed();
    SSL_CTX* const c = context_.get();
    SSL_CTX_set_security_level(c, 0);  // what the modem would take is not for OpenSSL to refuse
    SSL_CTX_set_min_proto_version(c, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(c, options_.newest ? TLS1_3_VERSION : TLS1_2_VERSION);
    SSL_CTX_set_options(c, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // A callback that takes everything, so that the chain is kept whatever it is like.
    SSL_CTX_set_verify(c, SSL_VERIFY_NONE, nullptr);
    const auto list = options_.suites.empty() ? std::string(every_suite) : names_of(options_.suites);
    if (SSL_CTX_set_cipher_list(c, list.c_str()) != 1) return failed();
    session_.reset(SSL_new(c));
    if (!session_) return failed();
    BIO* const in = BIO_new(BIO_s_mem());
    BIO* const out = BIO_new(BIO_s_mem());
    if (in == nullptr || out == nullptr) {
      BIO_free(in);
      BIO_free(out);
      return failed();
    }
    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(session_.get(), in, out);  // owned by the session from here on
    if (!options_.server_name.empty()) SSL_set_tlsext_host_name(session_.get(), options_.server_name.c_str());
    SSL_set_msg_callback(session_.get(), on_message);
    SSL_set_msg_callback_arg(session_.get(), this);
    return success();
  }

  Result<Visit> go() {
    if (auto shaken = shake_hands(); !shaken) return std::move(shaken).error();
    read_facts();
    if (visit_.complete && !options_.request.empty())
      if (auto asked = ask(); !asked) return std::move(asked).error();
    return std::move(visit_);
  }

 private:
  static void on_message(int sent, int /*version*/, int type, const void* data, std::size_t size, SSL* /*session*/,
                         void* self) {
    auto& visitor = *static_cast<Visitor*>(self);
    const auto* bytes = static_cast<const unsigned char*>(data);
    if (sent != 0) return;
    if (type == SSL3_RT_HANDSHAKE && size > 0 && bytes[0] == certificate_request)
      visitor.visit_.asks_for_certificate = true;
    if (type == SSL3_RT_ALERT && size >= 2 && is_refusal(bytes[0], bytes[1])) visitor.visit_.alert = bytes[1];
  }

  Status flush() {
    BIO* const out = SSL_get_wbio(session_.get());
    std::string bytes(BIO_ctrl_pending(out), '\0');
    if (bytes.empty()) return success();
    const int n = BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return wire_.write(std::as_bytes(std::span(bytes)), by_);
  }

  /// False: nothing more comes; `lost` or `failure` says why.
  Result<bool> fill() {
    if (auto sent = flush(); !sent) return gone(std::move(sent).error());
    std::array<std::byte, 4096> buffer{};
    auto got = wire_.read(buffer, by_);
    if (!got) return gone(std::move(got).error());
    if (*got == 0) {
      visit_.failure = "no answer in time";
      return false;
    }
    if (BIO_write(SSL_get_rbio(session_.get()), buffer.data(), static_cast<int>(*got)) <= 0)
      return take_error(Errc::internal, "out of memory");
    return true;
  }

  Result<bool> gone(Error error) {
    if (error.code == Errc::interrupted) return error;
    visit_.failure = "the connection ended";
    visit_.lost = std::move(error);
    return false;
  }

  Status shake_hands() {
    for (;;) {
      ERR_clear_error();
      const int done = SSL_connect(session_.get());
      if (done == 1) {
        visit_.complete = true;
        break;
      }
      if (SSL_get_error(session_.get(), done) != SSL_ERROR_WANT_READ) {
        visit_.failure = newest_reason();
        break;
      }
      auto more = fill();
      if (!more) return std::move(more).error();
      if (!*more) break;
    }
    auto sent = flush();  // the last words; a server that has hung up does not miss them
    if (!sent && sent.error().code == Errc::interrupted) return sent;
    ERR_clear_error();
    return success();
  }

  void read_facts() {
    SSL* const s = session_.get();
    if (SSL_get_current_cipher(s) != nullptr) {
      visit_.version = SSL_get_version(s);
      visit_.suite = SSL_get_cipher_name(s);
    }
    const STACK_OF(X509)* const presented = SSL_get_peer_cert_chain(s);
    for (int i = 0; i < sk_X509_num(presented); ++i) {
      unsigned char* der = nullptr;
      const int size = i2d_X509(sk_X509_value(presented, i), &der);
      if (size <= 0) continue;
      auto certificate = Certificate::from_der(std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
      OPENSSL_free(der);
      if (!certificate) {
        visit_.unreadable = certificate.error().what;
        break;
      }
      visit_.chain.push_back(std::move(*certificate));
    }
    ERR_clear_error();
  }

  /// Sends the request and reads until something comes back or the server ends the connection.
  Status ask() {
    SSL* const s = session_.get();
    if (SSL_write(s, options_.request.data(), static_cast<int>(options_.request.size())) <= 0) {
      visit_.failure = newest_reason();
      return success();
    }
    std::array<char, 512> buffer{};
    for (;;) {
      ERR_clear_error();
      const int n = SSL_read(s, buffer.data(), static_cast<int>(buffer.size()));
      if (n > 0) {
        visit_.reply.assign(buffer.data(), static_cast<std::size_t>(n));
        return success();
      }
      if (SSL_get_error(s, n) != SSL_ERROR_WANT_READ) {
        visit_.failure = newest_reason();
        return success();
      }
      auto more = fill();
      if (!more) return std::move(more).error();
      if (!*more) return success();
    }
  }

  const VisitWire& wire_;
  const VisitOptions& options_;
  Deadline by_;
  VisitContext context_;
  VisitSession session_;
  Visit visit_;
};

}  // namespace

Result<Visit> visit_tls(const VisitWire& wire, const VisitOptions& options, Deadline by) {
  Visitor visitor(wire, options, by);
  if (auto ready = visitor.prepare(); !ready) return std::move(ready).error();
  return visitor.go();
}

}  // namespace epki::ossl

#include <mbedtls/ssl.h>

#include <mutex>

#include "sim/net/tls_session.hpp"

namespace epki::sim {

namespace {

constexpr std::chrono::seconds kSendLimit{30};

/// One mbedTLS context serves both directions, so every call into it holds the mutex; waiting for bytes does not.
class TlsChannel final : public Channel {
 public:
  explicit TlsChannel(std::unique_ptr<TlsSession> session) : session_(std::move(session)) {}

  std::string receive(std::chrono::milliseconds wait) override {
    const Patience patience{after(wait)};
    std::string bytes;
    while (!closed_) {
      const int result = read_now(bytes);
      if (result > 0) return bytes;
      if (result != MBEDTLS_ERR_SSL_WANT_READ && result != MBEDTLS_ERR_SSL_WANT_WRITE) {
        closed_ = true;
        break;
      }
      const auto& socket = session_->socket();
      const bool ready = result == MBEDTLS_ERR_SSL_WANT_READ ? socket.wait_readable(patience)  //
                                                             : socket.wait_writable(patience);
      if (!ready) break;
    }
    return bytes;
  }

  bool send(std::string_view bytes) override {
    // Held to the end: a reader in between would flush what mbedTLS expects to be asked to write again.
    const std::lock_guard lock(mutex_);
    const Patience patience{after(kSendLimit), &closed_};
    while (!bytes.empty() && !closed_) {
      const int result = session_->write_now(bytes);
      if (result > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(result));
        continue;
      }
      const bool full = result == MBEDTLS_ERR_SSL_WANT_WRITE || result == MBEDTLS_ERR_SSL_WANT_READ;
      if (!full || !session_->socket().wait_writable(patience)) closed_ = true;
    }
    return bytes.empty() && !closed_;
  }

  bool closed() const override { return closed_; }

  void close() override {
    const bool was_closed = closed_.exchange(true);
    const std::lock_guard lock(mutex_);
    if (!was_closed) session_->say_goodbye();
    session_->socket().shut_down();
  }

 private:
  int read_now(std::string& into) {
    const std::lock_guard lock(mutex_);
    return session_->read_now(into);
  }

  std::unique_ptr<TlsSession> session_;
  std::mutex mutex_;
  std::atomic<bool> closed_{false};
};

}  // namespace

Opened open_tls(Resolver& resolver, std::string_view host, std::uint16_t port, const TlsSettings& settings,
                const TrustPolicy& policy, const std::vector<std::string>& built_in_pem,
                std::chrono::milliseconds limit, const std::atomic<bool>& cancel) {
  const Patience patience{after(limit), &cancel};
  if (resolver.open_fails_next())
    return {.channel = nullptr, .failure = OpenFailure::tcp, .detail = "no packet leaves (fault)"};
  auto session = std::make_unique<TlsSession>(settings, policy);
  if (auto wrong = session->prepare(host, built_in_pem))
    return {.channel = nullptr, .failure = OpenFailure::local, .detail = std::move(*wrong)};
  auto connected = connect_tcp(resolver, host, port, patience);
  if (!connected.socket)
    return {.channel = nullptr, .failure = connected.failure, .detail = std::move(connected.detail)};
  Opened opened;
  opened.failure = session->handshake(std::move(*connected.socket), patience, opened.detail);
  if (opened.failure == OpenFailure::none) opened.channel = std::make_unique<TlsChannel>(std::move(session));
  return opened;
}

}  // namespace epki::sim

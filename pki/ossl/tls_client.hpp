#pragma once
// A TLS client on a connected socket: what a program of ours uses to see how a server behaves. OpenSSL, TLS 1.2
// and 1.3.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"

namespace epki::ossl {

struct TlsClientOptions {
  Chain trusted;       ///< the anchors; empty: the server is not verified (to look at what it shows)
  std::string host{};  ///< sent as SNI unless it is an address, and checked; empty: neither
  Chain chain{};       ///< the client's own, leaf first; empty: no certificate is shown
  std::optional<PrivateKey> key{};
  bool only_tls12 = false;  ///< as a modem does
  std::string ciphers{};    ///< OpenSSL's cipher list for TLS 1.2, may hold @SECLEVEL; empty: its default
};

class TlsClient {
 public:
  /// Nothing is sent yet. Owns and closes `socket`, which must be connected. Errc::internal when OpenSSL cannot be set
  /// up, Errc::key when key and certificate do not go together, Errc::usage for a host with a NUL byte in it.
  static Result<TlsClient> make(int socket, const TlsClientOptions& options);
  TlsClient(TlsClient&&) noexcept;
  TlsClient& operator=(TlsClient&&) noexcept;
  ~TlsClient();

  /// Blocks until the handshake is over. Errc::key: the server's chain does not hold (the sentence says why).
  /// Errc::network: the server refused, hung up or said nothing in time; alert() tells what it refused with. Under
  /// TLS 1.3 a server that refuses this client's certificate says so only after the handshake: the next read fails.
  Status handshake(Deadline by, const Cancel& cancel);
  /// All of it or an error. Errors as handshake().
  Status write(std::string_view bytes, Deadline by, const Cancel& cancel);
  /// What is there, at least one byte; empty at the peer's orderly end. Errors as handshake().
  Result<std::string> read(Deadline by, const Cancel& cancel);

  /// The fatal alert by which the server refused (RFC 8446, 6), or nothing.
  std::optional<int> alert() const;
  bool timed_out() const;       ///< the last failure was the deadline
  std::string version() const;  ///< "TLSv1.2"; empty before the handshake
  std::string cipher() const;   ///< OpenSSL's name
  Chain peer_chain() const;     ///< as the server sent it; empty before it did

 private:
  struct Impl;
  explicit TlsClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace epki::ossl

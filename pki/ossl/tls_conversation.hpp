#pragma once
// A server's side of one connection as a value: it is fed with bytes and says what to send. No socket, no clock, no
// thread, so that one loop can serve many connections and a test can cut the bytes wherever it likes.

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "core/result.hpp"
#include "pki/ossl/tls_server.hpp"

namespace epki::ossl {

class Conversation {
 public:
  virtual ~Conversation() = default;
  /// The peer's bytes, in order. Nothing happens once finished().
  virtual void feed(std::span<const std::byte> bytes) = 0;
  /// The peer's end: FIN, or RST with `reset`.
  virtual void peer_closed(bool reset) = 0;
  /// What is to be sent now; each byte is handed out once.
  virtual std::string take_output() = 0;
  /// Nothing more is expected: send what is left and close.
  virtual bool finished() const = 0;
  virtual const TlsRecordOfPeer& record() const = 0;
};

/// The full TLS server of `options`, with OpenSSL. Errc::internal when chain and key cannot be loaded.
Result<std::unique_ptr<Conversation>> tls_conversation(const TlsServerOptions& options);

}  // namespace epki::ossl

#pragma once
// A conversation on a socket, moved on whenever the socket is ready.

#include <memory>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "pki/ossl/tls_conversation.hpp"
#include "pki/ossl/wire_tap.hpp"

namespace epki::ossl {

/// Owns an accepted socket; makes it non-blocking, with TCP_NODELAY (Nagle against a delayed ACK costs 40 ms).
class PeerSocket {
 public:
  explicit PeerSocket(int fd);
  PeerSocket(PeerSocket&& other) noexcept;
  PeerSocket& operator=(PeerSocket&& other) noexcept;
  PeerSocket(const PeerSocket&) = delete;
  PeerSocket& operator=(const PeerSocket&) = delete;
  ~PeerSocket();

  int fd() const { return fd_; }
  /// What goes over the connection from now on is copied there.
  void tap(std::shared_ptr<WireTap> into) { tap_ = std::move(into); }

  enum class Got : std::uint8_t { bytes, nothing_yet, closed, reset };
  /// One read, without waiting. `into` is replaced.
  Got receive(std::string& into);
  /// Sends what goes out without waiting and takes it from `unsent`. A dead connection empties `unsent`: what the
  /// peer said before it died is still to be read.
  void send(std::string& unsent);
  void close();

 private:
  int fd_;
  bool reset_ = false;  // a send failed: the connection is gone
  std::shared_ptr<WireTap> tap_{};
};

/// A socket with its conversation.
class ConversationSocket {
 public:
  ConversationSocket(PeerSocket socket, std::unique_ptr<Conversation> conversation)
      : socket_(std::move(socket)), conversation_(std::move(conversation)) {}

  int fd() const { return socket_.fd(); }
  short events() const;  ///< for poll()
  /// Bytes read from the socket before the conversation had it.
  void feed(std::string_view bytes);
  /// Moves all that can be moved without waiting.
  void pump();
  /// The conversation has ended and its last words are out. The socket is closed by then.
  bool over() const;
  const Conversation& conversation() const { return *conversation_; }

 private:
  void flush();
  PeerSocket socket_;
  std::unique_ptr<Conversation> conversation_;
  std::string unsent_;
};

}  // namespace epki::ossl

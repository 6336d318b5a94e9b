#pragma once
// The attempt's connection once the peer has said who it is: either a conversation of our own, or a relay.

#include <poll.h>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "pki/ossl/tls_conversation.hpp"
#include "pki/ossl/tls_socket.hpp"
#include "verify/probe/responder.hpp"

namespace epki::probe {

class Dialogue {
 public:
  virtual ~Dialogue() = default;
  virtual void add_to(std::vector<pollfd>& waiting) const = 0;
  /// Bytes that were read from the peer before.
  virtual void feed(std::string_view bytes) = 0;
  /// Moves all that can be moved without waiting.
  virtual void pump() = 0;
  virtual bool over() const = 0;
  virtual const ossl::TlsRecordOfPeer& record() const = 0;
  virtual std::optional<Relayed> relayed() const { return std::nullopt; }
};

/// Takes the peer's socket and becomes its dialogue.
using Welcome = std::function<std::unique_ptr<Dialogue>(ossl::PeerSocket)>;

class OwnDialogue final : public Dialogue {
 public:
  OwnDialogue(ossl::PeerSocket socket, std::unique_ptr<ossl::Conversation> conversation)
      : line_(std::move(socket), std::move(conversation)) {}
  void add_to(std::vector<pollfd>& waiting) const override { waiting.push_back({line_.fd(), line_.events(), 0}); }
  void feed(std::string_view bytes) override { line_.feed(bytes); }
  void pump() override { line_.pump(); }
  bool over() const override { return line_.over(); }
  const ossl::TlsRecordOfPeer& record() const override { return line_.conversation().record(); }

 private:
  ossl::ConversationSocket line_;
};

}  // namespace epki::probe

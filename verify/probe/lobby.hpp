#pragma once
// The connections at the responder's port, and which of them is the attempt's. Nothing here waits: the responder's
// thread calls move_on() whenever one of the sockets is ready.

#include <poll.h>

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pki/ossl/tls_client_hello.hpp"
#include "pki/ossl/tls_socket.hpp"
#include "verify/probe/responder.hpp"

namespace epki::probe {

class Lobby {
 public:
  /// `listener` is a listening, non-blocking socket that outlives this.
  explicit Lobby(int listener) : listener_(listener) {}

  /// From now on a connection may be the attempt's. What has connected before is a stray.
  void arm(std::string expected_sni, std::unique_ptr<ossl::Conversation> conversation);
  bool armed() const { return armed_; }
  /// Nothing that is still to come would tell more of the attempt: its conversation is over, or the peer has accepted.
  bool decided() const;
  /// Ends the attempt and closes its connections.
  ServerRecord disarm();

  void add_to(std::vector<pollfd>& waiting) const;
  /// Accepts, reads and sends whatever is possible without waiting.
  void move_on();

 private:
  // A connection that has not yet said who it is.
  struct Stranger {
    ossl::PeerSocket socket;
    ossl::HelloCollector hello{};
    std::string bytes{};
  };

  void accept_all();
  bool listen_to(Stranger& stranger);
  void identify(Stranger& stranger);
  void remember(ossl::TlsRecordOfPeer record);

  int listener_;
  bool accepting_ = true;
  bool armed_ = false;
  std::string expected_sni_;
  std::unique_ptr<ossl::Conversation> conversation_;
  std::list<Stranger> strangers_;
  std::optional<ossl::ConversationSocket> attempt_;
  std::optional<ossl::TlsRecordOfPeer> without_hello_;  // the best of the connections that never came to a ClientHello
  std::size_t strays_ = 0;
};

}  // namespace epki::probe

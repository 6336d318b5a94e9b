#pragma once
// The connections at the responder's port, and which of them is the attempt's. Nothing here waits: the responder's
// thread calls move_on() whenever one of the sockets is ready.

#include <poll.h>

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "pki/ossl/tls_client_hello.hpp"
#include "pki/ossl/tls_socket.hpp"
#include "verify/probe/caps.hpp"
#include "verify/probe/dialogue.hpp"
#include "verify/probe/responder.hpp"

namespace epki::probe {

/// Whose ClientHello is the attempt's.
struct Expected {
  std::string sni{};   ///< empty: any
  std::string path{};  ///< empty: the shape is not compared
  bool sni_off = false;
  bool to_the_end = false;  ///< not decided before the connection is over
  bool visit = false;       ///< decided as well once a connection has come and gone without a ClientHello
};

class Lobby {
 public:
  /// `listener` is a listening, non-blocking socket that outlives this.
  explicit Lobby(int listener, const Caps& caps = {}) : listener_(listener), caps_(caps) {}

  /// From now on a connection may be the attempt's. What has connected before is a stray.
  void arm(Expected expected, Welcome welcome, Deadline now);
  bool armed() const { return armed_; }
  void a_visit_decides() { expected_.visit = true; }
  /// Who has connected since arm(), and how far the attempt is.
  Visit visit() const;
  /// Nothing that is still to come would tell more of the attempt: its conversation is over, or the peer has accepted.
  bool decided() const;
  /// Ends the attempt and closes its connections.
  ServerRecord disarm();

  void add_to(std::vector<pollfd>& waiting) const;
  /// Accepts, reads and sends whatever is possible without waiting; ends what has used up its time.
  void move_on(Deadline now);
  /// When somebody's time is up; nothing: nobody waits.
  std::optional<Deadline> next_due() const;

 private:
  // A connection that has not yet said who it is.
  struct Stranger {
    ossl::PeerSocket socket;
    Deadline until;
    std::string from;
    std::shared_ptr<ossl::WireTap> tap;
    ossl::HelloCollector hello{};
    std::string bytes{};
  };

  void accept_all(Deadline now);
  bool listen_to(Stranger& stranger, Deadline now);
  void identify(Stranger& stranger, Deadline now);
  bool is_ours(const std::optional<ossl::ClientHello>& hello);
  void remember(ossl::TlsRecordOfPeer record);
  std::vector<ossl::WireTap> take_wire();

  int listener_;
  Caps caps_;
  bool accepting_ = true;
  bool armed_ = false;
  Expected expected_;
  Welcome welcome_;
  std::list<Stranger> strangers_;
  std::unique_ptr<Dialogue> attempt_;
  Deadline attempt_until_{};
  std::map<std::string, ossl::ClientHello> learnt_;     // by path: how this modem's hellos look
  std::optional<ossl::TlsRecordOfPeer> cut_;            // of an attempt whose time was up
  std::optional<ossl::TlsRecordOfPeer> without_hello_;  // the best of the connections that never came to a ClientHello
  std::string from_;
  std::vector<std::shared_ptr<ossl::WireTap>> taps_;  // of this attempt's time, the attempt's own first
  std::size_t strays_ = 0;
};

}  // namespace epki::probe

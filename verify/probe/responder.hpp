#pragma once
// The responder: one listening port, armed for one attempt at a time. Presents a chain either as a full TLS server (it
// holds the leaf's key) or as the key-less observer (genuine chains of others), and records what the peer did.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/connect.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"
#include "pki/ossl/tls_server.hpp"
#include "pki/ossl/wire_tap.hpp"

namespace epki::probe {

/// What is put before the modem in one attempt.
struct Presentation {
  std::string id;                         ///< the probe's name: "C1", "P2" …
  ossl::Chain chain;                      ///< leaf first
  std::optional<ossl::PrivateKey> key{};  ///< nothing: key-less observer
  /// A peer that dialled this attempt sends this SNI, or none; another SNI is a stray. Empty: any.
  std::string expected_sni{};
  /// Which of the modem's TLS clients dials ("mqtt", "ssl"). The first ClientHello with the expected SNI is learnt for
  /// it; one of another shape, or without an SNI, is a stray from then on. Empty: nothing is learnt or compared.
  std::string path{};
  /// The peer may leave out the SNI (the run has switched it off).
  bool sni_off = false;
  /// No chain of ours: pass through to the live server that the responder was started with.
  bool relay = false;
  /// The record is wanted at the connection's end and not as soon as the peer has accepted.
  bool to_the_end = false;
  /// The key is a throw-away one, so that it may travel to a responder elsewhere.
  bool throw_away = true;
};

/// What passed through a relay, read without being touched.
struct Relayed {
  std::string target;                            ///< "broker.example:8883"
  ossl::Chain presented{};                       ///< what the live server showed this peer (TLS 1.2); empty: not seen
  std::size_t from_client = 0, from_server = 0;  ///< bytes
};

struct ServerRecord {
  ossl::TlsRecordOfPeer peer;
  std::size_t strays = 0;  ///< connections that did not belong to the attempt, and those since the last collect()
  bool connected = false;  ///< a TCP connection of the attempt arrived
  std::optional<Relayed> relayed{};
  std::string from{};  ///< the address of the attempt's peer; empty when none came to a ClientHello
  /// What went over the attempt's connection, and over others that said something while it was armed; at most
  /// `most_connections` of them.
  std::vector<ossl::WireTap> wire{};
  static constexpr std::size_t most_connections = 4;
};

class NameServer;

/// What ends the waiting for an attempt, beside its time.
enum class Until : std::uint8_t {
  decided,  ///< its conversation is over, or its application data have arrived
  visited,  ///< that, or a connection has come and gone that came to no ClientHello
};

/// Who has come since arm().
enum class Visit : std::uint8_t {
  nobody,
  somebody,   ///< connected; it may be anybody
  completed,  ///< the attempt's peer has completed its handshake
  over,       ///< it has left, or has accepted: its application data have arrived
};

class Responder {
 public:
  /// Listens; port 0 takes a free one. Errc::network when the address cannot be bound. Starts one thread.
  static Result<std::unique_ptr<Responder>> start(const std::string& address, std::uint16_t port, const Cancel& cancel);
  virtual ~Responder() = default;

  virtual std::uint16_t port() const = 0;
  /// From now until collect() a connection belongs to this attempt. Connections while nothing is armed are strays and
  /// closed.
  virtual Status arm(const Presentation& presentation) = 0;
  /// Who has connected since arm(), and how far the attempt's peer is. Does not wait for it; the attempt stays armed.
  virtual Result<Visit> visit() = 0;
  /// Ends the attempt and closes its connections: waits for what `until` says, or `by`, then returns the record. An
  /// attempt nobody connected to has stage none. The first connection with a matching ClientHello is the attempt's; a
  /// retry of the same peer is counted in `strays`. A connection that never came to a ClientHello is `connected`, stage
  /// tcp, when nothing better came; `could_not_present` then says what it spoke instead, if it spoke. Errc::interrupted
  /// after a cancel; the attempt is ended all the same.
  virtual Result<ServerRecord> collect(Deadline by, Until until = Until::decided) = 0;

  /// The DNS responder beside it; null where none was asked for.
  virtual NameServer* names() { return nullptr; }
  /// The live server that `relay` passes through to; nothing where none was given at its start.
  virtual std::optional<HostPort> relay_target() const { return std::nullopt; }
};

}  // namespace epki::probe

#pragma once
// An MQTT 3.1.1 client over TLS, for looking at a broker: it says how far it came, and every wait has an end.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "broker-configs/mqtt/packet.hpp"
#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "pki/ossl/tls_client.hpp"

namespace epki::broker::mqtt {

struct Door {
  std::string address;  ///< a name or an address that is dialled
  std::uint16_t port = 8883;
  ossl::TlsClientOptions tls{};
  std::string client_id{};
};

/// What became of an attempt to get in. Only a CONNACK lets a client in: under TLS 1.3 a handshake succeeds before the
/// server has looked at the client's certificate.
enum class Entry : std::uint8_t {
  inside,       ///< CONNACK 0
  refused,      ///< a TLS alert, a CONNACK with another code, or the end of the connection in answer to us
  distrusted,   ///< this client did not take the server's certificate
  silent,       ///< no answer in time: says nothing
  unreachable,  ///< no TCP connection
};

class Client {
 public:
  /// Blocks until the deadline at most. Interrupted by cancel only: everything else is an Entry.
  static Result<Client> enter(const Door& door, Deadline by, const Cancel& cancel);

  Entry entry() const { return entry_; }
  /// In words: "CONNACK 0 over TLSv1.3", "TLS alert 42 (bad certificate)" …
  const std::string& how() const { return how_; }
  const std::string& version() const { return version_; }

  // Inside only. Errc::network when the connection ends or the answer does not come in time.
  Status subscribe(std::string_view topic, Deadline by, const Cancel& cancel);
  /// QoS 1: returns when the broker has acknowledged, which it does even when it throws the message away (MQTT 3.1.1
  /// has no word for "denied").
  Status publish(std::string_view topic, std::string_view payload, Deadline by, const Cancel& cancel);
  /// The next message that arrives.
  Result<Packet> message(Deadline by, const Cancel& cancel);
  /// A PINGREQ that is answered: the session is alive.
  Status ping(Deadline by, const Cancel& cancel);
  void leave(Deadline by, const Cancel& cancel);

 private:
  Client() = default;
  void ended(Entry entry, std::string how);
  Result<Packet> next(Deadline by, const Cancel& cancel);
  Result<Packet> wait_for(Type type, std::uint16_t id, Deadline by, const Cancel& cancel);
  Status send(std::string_view bytes, Deadline by, const Cancel& cancel);

  std::optional<ossl::TlsClient> tls_;
  Reader reader_;
  std::deque<Packet> messages_;
  std::uint16_t last_id_ = 0;
  Entry entry_ = Entry::unreachable;
  std::string how_, version_;
};

}  // namespace epki::broker::mqtt

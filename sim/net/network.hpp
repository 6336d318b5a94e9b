#pragma once
// The seam between the simulator's AT front end and its network half (TCP, TLS by mbedTLS, MQTT 3.1.1). The network
// half blocks; the front end calls it from worker threads and turns what comes back into result lines. Nothing here
// knows AT.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/persona.hpp"

namespace epki::sim {

/// The modem's clock as the TLS stack sees it: seconds to add to the host's time. Set per connection, thread-local
/// while mbedTLS runs (its time() is interposed).
using ClockOffset = std::chrono::seconds;

/// Names as this modem resolves them: the persona's hosts, IP literals, and nothing else. "localhost" is a name like
/// any other. Any number of threads may use one.
class Resolver {
 public:
  /// Keeps a reference: the persona must outlive it.
  explicit Resolver(const Persona& persona);
  /// Empty: not found. A name yields loopback addresses only unless the persona allows the network. Counts look-ups
  /// of names for faults; an IP literal is its own address and no look-up.
  std::vector<std::string> resolve(std::string_view host);
  /// Whether this modem may connect to that address: loopback, or anything when the persona allows the network.
  bool may_connect(std::string_view address) const;
  /// AT+QIDNSCFG: from now on names are asked of these servers, over real DNS, where the persona has a port for that;
  /// an empty list: the persona's hosts again.
  void ask(std::vector<std::string> servers);
  /// Whether the connection that stands now is to be reset. Counts connections for a fault.
  bool resets_next();
  /// Whether this TLS open is to fail before anything is tried.
  bool open_fails_next();

 private:
  std::vector<std::string> answers_to(std::string_view host);
  std::mutex mutex_;
  std::vector<std::string> servers_;
  const Persona& persona_;
  /// One of the faults that a persona gives a share for: drawn from its seed, each kind in an order of its own.
  bool drawn(std::int64_t per_thousand, std::uint64_t kind);
  std::atomic<std::int64_t> failures_left_, resets_left_;
  std::atomic<std::uint64_t> draws_ = 0;
};

/// What an SSL context held at the moment of the open; file contents, not names.
struct TlsSettings {
  int seclevel = 0;    ///< 0 none, 1 verify server, 2 mutual
  int sslversion = 4;  ///< 3: TLS 1.2; 4: all
  std::string ciphersuite = "0XFFFF";
  std::optional<std::string> cacert{}, clientcert{},
      clientkey{};  ///< nothing: not bound. Bound but missing: an open fails.
  std::string clientkey_password{};
  bool sni = false;
  bool ignorelocaltime = true;
  std::uint32_t ignorecertitem = 0;
  bool ignoreinvalidcertsign = false, ignoremulticertchainverify = false;
  ClockOffset clock{0};
};

enum class OpenFailure : std::uint8_t {
  none,
  name,   ///< did not resolve
  tcp,    ///< refused or unreachable
  local,  ///< the CA, certificate or key did not parse: no packet was sent
  tls,    ///< the handshake failed, or the verdict after it
  timeout,
};

/// An open connection, plain or TLS. One thread at a time for each direction; close() from any thread ends both.
class Channel {
 public:
  virtual ~Channel() = default;
  /// Bytes that arrived within `wait`; empty and closed() false: none yet.
  virtual std::string receive(std::chrono::milliseconds wait) = 0;
  virtual bool send(std::string_view bytes) = 0;
  virtual bool closed() const = 0;
  virtual void close() = 0;
};

struct Opened {
  std::unique_ptr<Channel> channel{};
  OpenFailure failure = OpenFailure::none;
  std::string detail{};  ///< for the simulator's own log
};

/// Blocks up to `limit`. `cancel` is polled: a reboot ends the attempt. An address beyond loopback that the persona
/// does not allow fails with `tcp`, and no packet is sent.
Opened open_plain(Resolver& resolver, std::string_view host, std::uint16_t port, std::chrono::milliseconds limit,
                  const std::atomic<bool>& cancel);
/// The same over TLS. What the settings say and the policy means is decided by mbedTLS in this handshake, with the
/// modem's own clock; a refusal leaves the alert a client of that policy would send.
Opened open_tls(Resolver& resolver, std::string_view host, std::uint16_t port, const TlsSettings& settings,
                const TrustPolicy& policy, const std::vector<std::string>& built_in_pem,
                std::chrono::milliseconds limit, const std::atomic<bool>& cancel);

/// An MQTT 3.1.1 client over a channel. Its own thread reads; events come from that thread. The calls may come from any
/// thread, the sink's included; the destructor not from the sink.
class MqttClient {
 public:
  struct Event {
    /// puback: a QoS 1 or 2 publication of ours is complete.
    enum class Kind : std::uint8_t { connack, puback, suback, unsuback, message, closed } kind;
    int packet_id = 0;
    int code = 0;  ///< CONNACK return code, SUBACK granted QoS (128: refused), or why it closed
    std::string topic{}, payload{};
  };
  /// Event::code of `closed`, which comes once, and never from the destructor.
  enum ClosedBecause : int { by_us = 0, by_peer = 1, protocol_error = 2, no_ping_response = 3 };
  using Sink = std::function<void(const Event&)>;

  virtual ~MqttClient() = default;  ///< closes the channel, joins the thread
  static std::unique_ptr<MqttClient> start(std::unique_ptr<Channel> channel, Sink sink);

  virtual void connect(std::string_view client_id, std::string_view user, std::string_view password, bool clean,
                       int keepalive_seconds) = 0;
  virtual void publish(int packet_id, int qos, bool retain, std::string_view topic, std::string_view payload) = 0;
  virtual void subscribe(int packet_id, int qos, std::string_view topic) = 0;
  virtual void unsubscribe(int packet_id, std::string_view topic) = 0;
  virtual void disconnect() = 0;  ///< sends DISCONNECT, then closes
};

}  // namespace epki::sim

#pragma once
// One MQTT client of the modem (index 0-5): its settings, and its session when one is open.

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "sim/front/crew.hpp"
#include "sim/front/inbox.hpp"
#include "sim/front/network_port.hpp"

namespace epki::sim {

/// AT+QMTCFG (AT reference, 4).
struct MqttConfig {
  std::int64_t version = 4;  ///< 3: MQTT 3.1, 4: MQTT 3.1.1
  std::int64_t pdp = 1;
  bool ssl = false;
  std::int64_t ssl_context = 0;
  bool ssl_in_force = false;  ///< what an open obeys: the same as `ssl` but for quirks
  std::int64_t keepalive = 120;
  std::int64_t clean_session = 1;
  std::int64_t packet_timeout = 5, retries = 3, timeout_notice = 0;
  std::int64_t receive_mode = 0;    ///< 0: payload in the unsolicited line, 1: stored, fetched with AT+QMTRECV
  std::int64_t receive_length = 0;  ///< 1: the line carries the payload's length
  std::int64_t send_hex = 0, receive_hex = 0;
};

struct MqttMessage {
  int packet_id = 0;
  std::string topic{}, payload{};
};

class MqttSlot {
 public:
  /// leaked: an open that failed and still occupies the client (quirk).
  enum class State : std::uint8_t { closed, opening, open, connecting, connected, leaked };
  using Post = std::function<void(Inbox::Note)>;
  using Task = std::function<void(MqttClient&)>;

  MqttConfig config{};
  State state = State::closed;
  std::string host{};
  std::uint16_t port = 0;
  std::map<int, std::string> awaited{};  ///< packet id -> name of the command whose result is due
  std::deque<MqttMessage> stored{};      ///< receive_mode 1
  Timeline::Id timer = 0;                ///< for CONNACK

  struct Events {
    std::function<void(OpenFailure, const std::string& detail, Moment)> opened;
    std::function<void(const MqttClient::Event&, Moment)> happened;
  };
  /// Opens on a worker of its own. The session's events reach the loop until shut().
  void open(Crew& crew, NetworkPort& network, std::function<Opened(const std::atomic<bool>&)> opener, Events events,
            const Post& post);
  /// Has the worker do something with the client, in order, then `after` on the loop.
  void run(Task task, const Post& post, Inbox::Note after = {});
  /// Lets go of the session: `farewell` says DISCONNECT first. What the session still posts is dropped.
  void shut(bool farewell, const Post& post, Inbox::Note after = {});

 private:
  struct Link;
  std::shared_ptr<Link> link_{};
  Worker* worker_ = nullptr;
};

}  // namespace epki::sim

#pragma once
// The simulated modem as a value: bytes and time go in, bytes with due times come out. Only the network is beside it,
// on threads that report through an inbox.

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sim/front/clock.hpp"
#include "sim/front/commands.hpp"
#include "sim/front/crew.hpp"
#include "sim/front/files.hpp"
#include "sim/front/inbox.hpp"
#include "sim/front/mischief.hpp"
#include "sim/front/mqtt_slot.hpp"
#include "sim/front/network_port.hpp"
#include "sim/front/noise.hpp"
#include "sim/front/sockets.hpp"
#include "sim/front/ssl_context.hpp"
#include "sim/front/terminal.hpp"
#include "sim/persona.hpp"

namespace epki::sim {

/// A packet data context.
struct PacketContext {
  std::int64_t type = 3;  ///< 1 IPv4, 2 IPv6, 3 both
  std::string apn{}, user{}, password{};
  std::int64_t authentication = 0;
  std::string dns_first = "8.8.8.8", dns_second = "8.8.4.4";
  bool active = false;
};

struct OpenFile {
  std::string name;
  std::int64_t mode = 0;
  std::size_t position = 0;
};

/// All that a reboot forgets and no other part keeps.
struct Volatile {
  std::int64_t functionality = 1;
  std::int64_t creg = 0, cgreg = 0, cereg = 0;
  std::int64_t time_zone_update = 0;
  std::int64_t flow_to_host = 0, flow_to_modem = 0;
  std::string urc_port = "usbat";
  int last_error = 0;  ///< AT+QIGETERROR
  std::int64_t opens = 0, mqtt_opens = 0;
  bool plain_mqtt_seen = false;
  bool ntp_running = false;
  std::map<std::int64_t, std::string> cgdcont{};  ///< cid -> what follows it in +CGDCONT
  std::array<PacketContext, 16> contexts{};       ///< 1-15
  std::array<SslContext, 6> ssl{};                ///< as AT+QSSLCFG tells it
  std::array<SslContext, 6> ssl_in_force{};       ///< as connections use it: the same but for quirks
  std::map<int, OpenFile> open_files{};
};

class Modem {
 public:
  using Log = std::function<void(const std::string&)>;
  struct Parts {
    std::shared_ptr<const Persona> persona;
    FileStore files;
    std::unique_ptr<NetworkPort> network;
    Instant host_time;  ///< at the moment of construction
    Log log;
    Worker::Where network_runs = Worker::Where::own_thread;
  };
  /// Switched on at `now`: RDY comes after the persona's boot time.
  Modem(Parts parts, Moment now);
  ~Modem();
  Modem(const Modem&) = delete;
  Modem& operator=(const Modem&) = delete;

  // The outside.
  void feed(std::string_view bytes, Moment now);
  /// What is due by `now`: timers, and results of the network.
  void advance(Moment now);
  std::optional<Moment> next_due() const;
  std::string take_output(Moment now);
  /// The host's line speed, where it is known. Where it is not the modem's, neither understands the other.
  void host_speed(std::int64_t baud) { host_baud_ = baud; }
  int inbox_fd() const { return inbox_.fd(); }
  bool ready() const { return power_ == Power::on; }  ///< past RDY
  bool gone() const { return gone_; }                 ///< fault: the port vanishes
  bool unplugged() const;                             ///< quirk: a USB port, while the modem restarts
  /// Power for one that is off (AT+QPOWD); off and on again for one that hangs.
  void power_on(Moment now);

  // What the commands work with.
  const Persona& persona() const { return *parts_.persona; }
  FileStore& files() { return parts_.files; }
  NetworkPort& network() { return *parts_.network; }
  void log(const std::string& sentence) { parts_.log(sentence); }
  /// Posts to the loop what is still wanted unless the modem has rebooted since.
  Sockets::Post poster();
  Crew& crew() { return crew_; }
  void urc(std::string_view line, Moment now);
  void urc_bytes(std::string bytes, Moment now);
  void reboot(Moment now);
  void power_off(Moment now);
  /// The power fails and comes back: what the flash's cache held is lost.
  void power_cut(Moment now);
  /// Whether a setting that is written now is kept, and whether connections will obey it (quirks). `setting` is a key
  /// of AT+QSSLCFG, or "mqtt/ssl".
  bool applies(std::string_view setting) const;
  bool takes_effect(std::string_view setting) const;
  void vanish() { gone_ = true; }
  /// Radio on, SIM there, and the persona lets it register.
  bool registered() const;
  bool context_active(std::int64_t context) const;
  void deactivate(std::int64_t context, Moment now);
  void close_connections();

 private:
  Timeline timeline_;
  Inbox inbox_;
  Parts parts_;

 public:
  Timeline& timeline() { return timeline_; }
  Wire wire;
  Terminal terminal;
  ModemClock clock;
  Volatile state{};
  Crew crew_;  // joined before what its threads use goes away
  Sockets plain, tls;
  std::array<MqttSlot, 6> mqtt{};
  std::int64_t uploads = 0;     ///< since the start, for a fault
  bool upload_was_cut = false;  ///< for a fault that happens once

 private:
  enum class Power : std::uint8_t { booting, early, on, off, hung };
  void boot(Moment now);
  void booted(Moment now);
  void forget();
  Terminal::Fate meet_line(std::string_view line, Moment now);
  Terminal::Fate befall(Mishap mishap, std::string_view line, Moment now);
  void hang(Moment now);
  Answer run(const Command& command, bool last, Moment now);
  Mischief mischief_;
  Noise from_host_, to_host_;
  std::int64_t restarts_ = 0;
  std::int64_t host_baud_ = 0;  ///< 0: not known
  Power power_ = Power::booting;
  std::uint64_t epoch_ = 0;
  bool silent_ = false, gone_ = false;
};

/// The unsolicited lines of the two socket families.
Sockets::Events plain_socket_events(Modem& modem);
Sockets::Events tls_socket_events(Modem& modem);

}  // namespace epki::sim

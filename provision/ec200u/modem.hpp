#pragma once
// This modem's commands as functions. Every one blocks until its answer, its own time limit, or cancel. The limits are
// those of the AT interface (time_limits.hpp). Common errors: Errc::modem_gone (silent, unplugged), Errc::modem_refused
// (ERROR, or an answer nobody can understand), Errc::interrupted.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "provision/at/engine.hpp"
#include "provision/ec200u/patience.hpp"

namespace epki::ec200u {

/// Prefixes of the lines this modem sends unasked, and of its result lines: what an at::Engine for it is made with.
std::vector<std::string> unsolicited_prefixes();
/// What this modem says when it has started.
inline constexpr const char* restart_line = "RDY";

struct Identity {
  std::string manufacturer, model, firmware, imei, iccid;  ///< iccid empty without a SIM
};

struct FileEntry {
  std::string name;  ///< without "UFS:"
  std::size_t size = 0;
};

struct Space {
  std::size_t free = 0, total = 0;
};

struct UploadReceipt {
  std::size_t size = 0;
  std::uint16_t checksum = 0;
};

/// XOR of big-endian 16-bit words; an odd last byte is the high byte (reference: ec200u-at.md, 3).
std::uint16_t upload_checksum(std::string_view bytes);

enum class Registration : std::uint8_t { not_searching, home, searching, denied, unknown, roaming };

/// +QMTOPEN's second field. No code is reserved for TLS; 4 is "failed to parse domain name" and was seen for others.
struct OpenResult {
  std::optional<int> code{};  ///< nothing: no result line came in time
  bool refused = false;       ///< the command itself was answered ERROR
  int client = 0;
  std::chrono::milliseconds waited{};  ///< how long a result line was waited for
  bool opened() const { return code == 0; }
  std::string text() const;  ///< "+QMTOPEN: 0,4", "no result in 121 s", "ERROR"
};

struct ConnectResult {
  std::optional<int> result{};       ///< 0 ok, 1 retransmission, 2 failed
  std::optional<int> return_code{};  ///< CONNACK return code
  bool refused = false;              ///< the command itself was answered ERROR
  std::optional<int> closed{};       ///< +QMTSTAT came instead: its code
  int client = 0;
  bool accepted() const { return result == 0 && return_code.value_or(0) == 0; }
  std::string text() const;
};

/// What AT+QSSLOPEN is told.
struct SslTarget {
  int pdp = 1;      ///< packet context, 1-7
  int context = 1;  ///< SSL context, 0-5
  int socket = 0;   ///< 0-11
  std::string host{};
  std::uint16_t port = 0;
};

/// +QSSLOPEN's second field: 0, or an error of the SSL table. Every failed verification is 566, "connect failed".
struct SslOpenResult {
  std::optional<int> code{};  ///< nothing: no result line came in time
  bool refused = false;       ///< the command itself was answered ERROR
  int socket = 0;
  std::chrono::milliseconds waited{};
  bool opened() const { return code == 0; }
  std::string text() const;  ///< "+QSSLOPEN: 0,566", "no result in 450 s", "ERROR"
};

struct Lookup {
  std::optional<int> error{};  ///< QIURC dnsgip error
  std::vector<std::string> addresses{};
};

/// Of a packet context; the second may be empty.
struct DnsServers {
  std::string first, second;
};

struct ClockReading {
  Instant utc;         ///< the modem's clock turned into UTC
  std::string text{};  ///< as the modem said it
};

struct MqttSsl {
  bool enabled = false;
  int context = 0;
};

/// A key of an SSL context, as `AT+QSSLCFG=?` tells it.
struct SslKey {
  std::string name;
  /// What it takes, where that is numbers: `(0-2)`, `(0,1)`. Empty for paths, ciphers, and what cannot be read.
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges{};
};

class Modem {
 public:
  explicit Modem(at::Engine& engine) : engine_(engine) {}
  at::Engine& engine() { return engine_; }

  // ---- identity and network -------------------------------------------------------------------------------------
  /// Synchronises, ATE0, CMEE, then ATI and CGSN. Errc::modem_refused when it is no EC200U (hint names what answered).
  /// Where nobody needs the SIM card's number it is not asked for, and stays empty.
  enum class Card : bool { not_asked, asked };
  Result<Identity> identify(Deadline by, Card card = Card::asked);
  Result<Registration> registration();
  /// Polls until home or roaming, on +CEREG lines and by asking. Errc::network when the deadline passes or it is
  /// denied.
  Status wait_registered(Deadline by, const std::function<void(Registration)>& seen = {});
  /// Makes sure PDP context `pdp` is active (QIACT? first: an active one answers ERROR to QIACT). `apn` empty:
  /// untouched.
  Status activate(int pdp, std::string_view apn);
  Result<std::optional<std::string>> address(int pdp);  ///< nothing: not active

  // ---- clock ----------------------------------------------------------------------------------------------------
  Result<ClockReading> clock();
  Status set_clock(Instant utc);
  /// AT+CTZU: 0 keeps network time from changing the clock. Nothing known: Errc::modem_refused is the caller's to
  /// weigh.
  Status follow_network_time(bool follow);
  Result<std::optional<bool>> follows_network_time();  ///< nothing: this firmware does not say
  /// The server's time. +QNTP prints UTC although it appends +32 (reference: 5); it sets the modem's clock too.
  Result<Instant> ntp(int pdp, std::string_view server);

  // ---- files ----------------------------------------------------------------------------------------------------
  Result<std::vector<FileEntry>> files();
  Result<std::optional<FileEntry>> file(std::string_view name);  ///< nothing: not there
  /// Whether files are listed at all, when there is one for certain: a refusal can mean that there is none.
  Status lists_files();
  Result<Space> space();
  /// Sends the bytes with acknowledgements. Checks size and checksum of the receipt (Errc::modem_refused on a
  /// mismatch). A name that exists is Errc::modem_refused with CME 407: list first. Lost completion: the caller lists
  /// and reads.
  Result<UploadReceipt> upload(std::string_view name, std::string_view bytes,
                               const std::function<void(std::size_t)>& progress = {});
  /// The bytes of a file whose size is known from files(). Size and checksum compared with what the modem states.
  Result<std::string> download(std::string_view name, std::size_t size);
  /// The same, and once more where it was refused or nothing came: a byte lost on the wire leaves both sides waiting,
  /// or makes nonsense of the command, and says nothing about the file yet. `refused` becomes true when the command
  /// itself was refused the last time, without a word about the file.
  Result<std::string> download_again(std::string_view name, std::size_t size, bool& refused);
  Status remove(std::string_view name);

  // ---- SSL contexts ---------------------------------------------------------------------------------------------
  /// Nothing: this firmware does not know the key. Values come as the modem says them, quotes removed.
  Result<std::optional<std::string>> ssl_setting(int context, std::string_view key);
  /// All keys that this firmware names (AT+QSSLCFG=?), in its order. Errc::modem_refused where it does not tell.
  Result<std::vector<SslKey>> ssl_keys();
  /// How a value is spelled on the wire is this room's business: paths are quoted, ciphersuite is bare.
  Status set_ssl(int context, std::string_view key, std::string_view value);
  /// From now on every clientkey is bound with this password (AT reference, 2: `,<password>` after the path). It is
  /// masked in the log. Errc::key for one that cannot be sent, or is too short to protect anything.
  Status use_key_password(std::shared_ptr<const Secret> password);

  // ---- SSL sockets ----------------------------------------------------------------------------------------------
  /// Opens a TLS connection in buffer mode; waits 150 s and the longest negotiation time. A number in use is closed
  /// and taken.
  Result<SslOpenResult> ssl_open(const SslTarget& target, const Patience& patience = {});
  /// 1 to 1460 bytes. False: the modem did not take them (SEND FAIL, or the connection is gone).
  Result<bool> ssl_send(int socket, std::string_view bytes);
  /// Ends the connection and frees the number, which also a failed open keeps. Nothing open is no error.
  Status ssl_close(int socket);

  // ---- MQTT -----------------------------------------------------------------------------------------------------
  Result<MqttSsl> mqtt_ssl(int client);
  Status set_mqtt_ssl(int client, bool enabled, int context);
  Status set_mqtt_pdp(int client, int pdp);
  Status set_mqtt_keepalive(int client, int seconds);
  /// Opens the network to the broker. Closes and forgets a stale session of this client first. `limit` zero: the
  /// interface's own (121 s).
  Result<OpenResult> mqtt_open(int client, std::string_view host, std::uint16_t port,
                               std::chrono::milliseconds limit = {}, const Patience& patience = {});
  Result<ConnectResult> mqtt_connect(int client, std::string_view client_id, std::string_view user = {},
                                     std::string_view password = {}, const Patience& patience = {});
  Status mqtt_subscribe(int client, std::string_view topic, int qos);
  Status mqtt_publish(int client, std::string_view topic, std::string_view payload, int qos);
  /// The payload of the next +QMTRECV on that topic.
  Result<std::string> mqtt_receive(int client, std::string_view topic, Deadline by);
  /// The next mqtt_open() closes nothing first, as after a session that this object ended itself. Where one is open all
  /// the same, the open fails as occupied, and is then closed and tried again.
  void expect_no_session(int client) { ended_.at(static_cast<std::size_t>(client)) = true; }
  /// CLOSE, whatever it is answered: an open that failed leaves some firmware's client occupied.
  Status mqtt_close(int client);
  /// DISC where connected, CLOSE where open. A missing result line after DISC is normal and no error.
  Status mqtt_end(int client);

  // ---- sockets and names ----------------------------------------------------------------------------------------
  Result<Lookup> resolve(int pdp, std::string_view host);
  /// Nothing: this firmware does not say.
  Result<std::optional<DnsServers>> dns_servers(int pdp);
  /// At once, until the context goes down or the modem restarts. The context must be active.
  Status set_dns_servers(int pdp, const DnsServers& servers);
  /// 0 opened (and closed again), else the modem's error number; nothing when no result line came.
  Result<std::optional<int>> tcp_probe(int pdp, std::string_view host, std::uint16_t port,
                                       const Patience& patience = {});

  // ---- power ----------------------------------------------------------------------------------------------------
  /// CFUN=1,1, waits for RDY, then as wait_started(). Settings are gone afterwards.
  Status reboot(Deadline by);
  /// After a restart, its own or ours: synchronises, and waits until files are readable and the SIM has settled.
  Status wait_started(Deadline by);

  // ---- line speed (AT+IPR) --------------------------------------------------------------------------------------
  /// What the modem says its UART runs at; nothing: it does not say, or finds the speed by itself (0).
  Result<std::optional<std::int64_t>> line_speed();
  /// Modem and wire go on at `baud`, proved by exchanges. False: both are at the speed they were at before; the modem
  /// refused, or the line is not sound at that speed. Not saved in the modem: a restart ends it.
  Result<bool> change_speed(std::int64_t baud);
  /// Back to the speed before the first change_speed().
  Status usual_speed();

 private:
  Result<std::string> download_once(std::string_view name, std::size_t size, bool& refused);
  Status restart(Deadline by);
  at::Engine& engine_;
  std::int64_t usual_speed_ = 0;  ///< 0: never changed
  std::shared_ptr<const Secret> key_password_{};
  std::array<bool, 6> ended_{};  ///< MQTT clients this object has ended itself: nothing is left to close
};

/// Compares two values of an SSL setting modulo `UFS:`, quotes, case and hex form ("0XFFFF" and "0xffff", "65535").
bool same_ssl_value(std::string_view key, std::string_view a, std::string_view b);

/// A file name that is safe on the wire: at most 80 bytes, printable ASCII, no quote, no comma, no wildcard.
bool is_safe_name(std::string_view name);

/// Words for an error number of the file, SSL or MQTT tables; empty when unknown.
std::string_view file_error_words(int code);
std::string_view ssl_error_words(int code);
std::string_view tcp_error_words(int code);  ///< the same numbers, of a connection without TLS
std::string_view mqtt_open_words(int code);

}  // namespace epki::ec200u

#pragma once
// A persona: how one simulated modem behaves, read from TOML (docs/personas.md lists every key).

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace epki::sim {

enum class Anchors : std::uint8_t { unverified, uploaded, built_in, union_of_both, built_in_when_nothing_uploaded };
enum class Hostname : std::uint8_t { checked, unchecked, checked_with_sni };
enum class Validity : std::uint8_t { checked, unchecked, by_knob };
enum class Signature : std::uint8_t { checked, unchecked };
enum class Eku : std::uint8_t { checked, unchecked };
enum class CaAttributes : std::uint8_t { required, by_knob, not_required };
enum class SelfSignedUpload : std::uint8_t { accepted, refused };
enum class Decided : std::uint8_t { in_handshake, after_handshake, never };

/// What a knob (ignorecertitem …) does: nothing, opens everything, or clears the verify flags of a mask.
struct KnobEffect {
  enum class Kind : std::uint8_t { no_effect, trusts_any, mask } kind = Kind::no_effect;
  std::uint32_t mask = 0;  ///< kind mask: mbedTLS verify flags cleared when the knob is on
};

/// One [policy.<path>] table, in DESIGN's words.
struct TrustPolicy {
  Anchors anchors = Anchors::uploaded;
  Hostname hostname = Hostname::checked;
  Validity validity = Validity::by_knob;
  Signature signature = Signature::checked;
  Eku eku = Eku::checked;
  CaAttributes ca_attributes = CaAttributes::required;
  std::int64_t max_intermediates = 8;
  SelfSignedUpload self_signed_upload = SelfSignedUpload::accepted;
  Decided decided = Decided::in_handshake;
  KnobEffect ignorecertitem{}, ignoreinvalidcertsign{}, ignoremulticertchainverify{};
};

/// Behaviours that differ between firmwares of the family; every one has a fact behind it in the AT reference.
struct Quirks {
  bool bare_file_names = false;    ///< +QFLST without "UFS:"
  bool unpadded_checksum = false;  ///< %x instead of %04x
  bool cme_text = false;           ///< words instead of numbers where both are known (CMEE=2)
  bool upload_keeps_partial = true;
  std::vector<std::string> absent_ssl_keys{};  ///< keys this firmware does not know
  std::int64_t tls_failure_result = 5;         ///< QMTOPEN's result for a TLS failure: 5, 4 or -1 were seen
  std::int64_t tcp_failure_result = 5;         ///< the same for a connection that is refused or times out
  std::int64_t local_failure_result = 5;       ///< the same for a bound file that is missing or does not parse
  bool plain_mqtt_blocks_tls = false;          ///< after a plain MQTT session, MQTT over TLS fails until a power cycle
  bool context_active_at_boot = false;         ///< packet context 1 is up without AT+QIACT
  std::string urc_port = "usbat";              ///< AT+QURCCFG="urcport" at boot; with "usbmodem" this port hears none
  bool write_cache = false;   ///< the flash has a write cache: what is not yet written out dies with the power
  bool usb = false;           ///< the port goes away at a restart and comes back under another name
  bool mqtt_id_leak = false;  ///< after an AT+QMTOPEN that failed the client stays occupied until AT+QMTCLOSE
  std::chrono::milliseconds answers_before_ready{0};  ///< this long before RDY commands are answered already
  bool early_settings_ignored = false;  ///< what is set before RDY reads back and has no effect (R02A04M08)
  /// Settings (a key of AT+QSSLCFG, or "mqtt/ssl") that answer OK and stay as they were.
  std::vector<std::string> ignored_settings{};
  /// The same, but they read back as written and only have no effect.
  std::vector<std::string> hollow_settings{};
};

/// The cellular side, as far as a host sees it.
struct Radio {
  enum class Sim : std::uint8_t { ready, missing, pin } sim = Sim::ready;
  std::int64_t registration = 1;  ///< <stat> of +CREG, +CGREG and +CEREG: 1 home, 5 roaming, 2 searching, 3 denied
  bool pdp_fails = false;         ///< AT+QIACT answers ERROR
  bool ntp_fails = false;         ///< AT+QNTP ends with an error
  std::string operator_name = "SIMULATED";
};

/// What may befall a command line; for faults that are drawn at random.
enum class Mishap : std::uint8_t {
  none,
  unheard,    ///< the line is lost: neither carried out nor answered
  muted,      ///< carried out, the answer is lost
  late,       ///< carried out and answered late; what comes meanwhile waits its turn
  overtaken,  ///< carried out at once and answered late; what comes meanwhile is answered before it
  refused,    ///< answered with an error for no reason
  unapplied,  ///< answered OK and not carried out (settings only; any other line runs)
  restart,    ///< the modem restarts by itself; the line is lost
  power_cut,  ///< the power fails and comes back; the line and the write cache are lost
  drop,       ///< one of the next bytes is lost, either way
  flip,       ///< one of the next bytes arrives with a bit wrong
  twice,      ///< one of the next bytes arrives twice
  stray_line  ///< an unsolicited line in the middle of the reply
};

/// Bytes that do not arrive as they were sent. Positions count from 1 over the whole life of the modem.
struct ByteFaults {
  std::vector<std::int64_t> drop{}, flip{}, twice{};
};

/// Trouble on purpose. `at` and `n-th` count from 1; 0: never.
struct Faults {
  std::int64_t seed = 1;
  std::int64_t silent_after_commands = 0;  ///< no answer at all from that command on, not after a restart either
  std::int64_t reboot_at_command = 0;
  std::int64_t power_cut_at_command = 0;
  std::int64_t hang_at_command = 0;       ///< nothing is answered from there on, until a power cut or the watchdog
  std::chrono::milliseconds watchdog{0};  ///< restarts a modem that hangs; 0: there is none
  std::int64_t late_at_command = 0;       ///< that line is answered `late` late
  std::int64_t mute_at_command = 0;       ///< that line is carried out and its answer is lost
  std::int64_t refuse_at_command = 0;     ///< that line is answered with an error
  std::chrono::milliseconds late{7000};
  bool late_is_overtaken = false;              ///< commands that come meanwhile are answered before the late one
  std::int64_t lose_upload_completion = 0;     ///< the n-th upload succeeds, its result line is lost
  std::int64_t lose_upload = 0;                ///< the n-th upload is acknowledged and not stored
  std::int64_t alter_upload = 0;               ///< the n-th upload is acknowledged and stored with one bit wrong
  std::int64_t cache_lost_at_restarts = 0;     ///< the first n clean restarts lose the write cache as well
  std::int64_t gone_at_upload_byte = 0;        ///< the port vanishes (the simulator ends) at that byte of an upload
  std::int64_t reboot_at_upload_byte = 0;      ///< the modem restarts there, once; the part stays
  std::int64_t power_cut_at_upload_byte = 0;   ///< the power fails there, once
  std::int64_t storage_bytes = 1572864;        ///< size of the file system
  std::int64_t dns_fails = 0;                  ///< the first n look-ups fail
  std::int64_t tcp_resets = 0;                 ///< the first n connections are reset as soon as they stand
  std::int64_t open_limit = 0;                 ///< after n opens every SSL open answers 552 until a reboot
  std::int64_t mqtt_open_limit = 0;            ///< the same for AT+QMTOPEN over TLS, which fails as TCP does
  std::vector<std::string> urcs_in_replies{};  ///< lines put into the middle of replies, in turn
  ByteFaults from_host{}, to_host{};
  std::int64_t opens_fail_per_thousand = 0;  ///< of TLS opens that fail before any packet
  std::int64_t dns_fails_per_thousand = 0;   ///< of look-ups
  std::int64_t resets_per_thousand = 0;      ///< of connections that are reset as soon as they stand
  std::int64_t urcs_lost_per_thousand = 0;   ///< of the lines "+Q…" that come by themselves
  std::int64_t random_per_thousand = 0;      ///< of command lines that one of `random` befalls
  std::int64_t random_most = 1000000000;     ///< after so many, no more
  std::vector<Mishap> random{};              ///< empty: all of them
};

struct Persona {
  std::string name;
  std::filesystem::path file{};  ///< where it was read from; paths in it are relative to this file's folder
  std::string description{};
  std::string manufacturer = "Quectel", model = "EC200U", revision = "EC200UCNAAR03A03M08";
  std::string imei = "861234567890123", imsi = "001010123456789", iccid = "89860000000000000000";
  TrustPolicy mqtt{}, ssl{};
  std::vector<std::string> built_in_pem{};  ///< contents of the built_in files
  /// name -> addresses; everything else is a name-resolution failure. Addresses beyond loopback need allow_network.
  std::map<std::string, std::vector<std::string>> hosts{};
  bool allow_network = false;
  /// Where the DNS servers that AT+QIDNSCFG names are asked; 0: they are kept and not asked, as where a carrier answers
  /// every query itself.
  std::int64_t dns_port = 0;
  std::int64_t baud = 0;               ///< bytes are paced at baud/10 per second each way; 0: not paced
  std::chrono::milliseconds think{0};  ///< before each answer
  std::chrono::milliseconds boot{50};  ///< from power-on or AT+CFUN=1,1 to RDY
  std::string clock = "host";          ///< "host", or an RFC 3339 moment the RTC starts at
  Radio radio{};
  Quirks quirks{};
  Faults faults{};
};

/// By shipped name ("strict") or file. Errc::input with file:line:column.
Result<Persona> load_persona(const std::string& name_or_file);
/// `name` stands for the file in messages; `built_in` files are found from `folder`.
Result<Persona> parse_persona(std::string_view text, const std::string& name, const std::filesystem::path& folder);
std::vector<std::string> shipped_personas();

}  // namespace epki::sim

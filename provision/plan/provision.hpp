#pragma once
// Puts a project's root on a modem, binds it, and proves that it took (DESIGN: "Provisioning: what must hold at any
// moment"). Everything outside reaches this room as an argument.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/random.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "provision/at/engine.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/plan/action.hpp"
#include "provision/plan/boot.hpp"
#include "provision/plan/client.hpp"
#include "provision/plan/settings.hpp"
#include "provision/plan/witness.hpp"

namespace epki::plan {

/// The state a modem shall be in.
struct Wanted {
  std::string ca_pem;      ///< the bytes of ca/root.pem, unchanged
  std::string twin_pem{};  ///< the project's twin; empty: the wrong-CA control stays untested
  /// The root of the day after: put on the modem beside the other and bound to nothing, so that a roll-over needs no
  /// upload. Empty: none.
  std::string standby_pem{};
  /// The root's notBefore, where ca_pem and standby_pem were read already: a line does so once for all its boards.
  std::optional<Instant> ca_not_before{};
  int context = 1;        ///< SSL context 0-5
  int spare_context = 5;  ///< for the wrong-CA control; must differ from `context`
  int client = 0;         ///< MQTT client index 0-5
  int pdp = 1;            ///< packet context 1-7
  std::string apn{};      ///< empty: as the modem has it
  std::string host;       ///< the name the modem dials
  std::uint16_t port = 8883;
  bool mutual = false;  ///< the device shows a certificate of its own
  /// Nothing: the certificate the device has is kept whatever it is named after; a new one is named after the IMEI.
  std::optional<NameFrom> name_from{};
  std::string serial_number{};  ///< for NameFrom::serial; empty: the modem is asked
  /// The device's key lies on the modem encrypted under it, and the product's firmware must know it. Null: not
  /// encrypted.
  std::shared_ptr<const Secret> key_password{};
  bool simulated = false;  ///< the port is the simulator's: only then does a verdict about a simulated modem count
  /// Names and addresses that reach the same broker and that its certificate does not carry. The address the modem
  /// itself resolves for `host` is added. Any that `certificate_names` covers is skipped.
  std::vector<std::string> alternate_names{};
  std::vector<std::string>
      certificate_names{};  ///< dNSName and iPAddress entries (and the CN) of the broker's certificate
};

enum class ClockSource : std::uint8_t { automatic, ntp, host, leave };
/// "auto", "ntp", "host", "leave" as in the project file; nothing for any other word.
std::optional<ClockSource> parse_clock_source(std::string_view word);

struct Options {
  bool dry_run = false;       ///< plan only: nothing on the modem is changed
  bool connect = true;        ///< false: --no-connect
  bool reboot_check = false;  ///< reboot, replay the boot sequence, connect again
  bool deep = false;          ///< read files back even where the ledger knows them
  /// Replace the CA or the client certificate: the new one beside the old, proved by a connection, and only then the
  /// old one retired. Where the connection fails, the old binding is put back. Needs `connect`.
  bool rotate = false;
  ClockSource clock = ClockSource::automatic;
  ClockFallback clock_fallback = ClockFallback::set_clock;  ///< what the boot sequence says to do without a time
  std::string ntp_server = "pool.ntp.org";
  std::chrono::seconds registration_limit{120};
  std::string topic = "ec200u/selftest";
  std::int64_t line_speed = 0;  ///< run at this speed for the time of the run (AT+IPR); 0: as the modem is found
};

/// What a run has proved so far, in this order.
enum class Milestone : std::uint8_t {
  uploaded,    ///< every wanted file is on the modem and was read back
  configured,  ///< every setting was read back, MQTT is bound
  verified,    ///< what the options ask to be proved was proved
};

/// What a line decides about a board once it is known.
struct Admission {
  bool connect = true;          ///< false: this modem is not to connect, whatever the options say
  std::string serial_number{};  ///< of the product, scanned for this board; empty: as Wanted says
  /// The device gets a new key and certificate although the old one is whole; the old one is revoked with this reason
  /// once the new one is in use. For a board that came back.
  std::optional<ledger::RevocationReason> reissue{};
};

/// Somebody who follows a run and may end it: a manufacturing line. Called from the thread that runs provision().
class Watch {
 public:
  virtual ~Watch() = default;
  /// Before anything on the modem is changed. An Error ends the run and becomes its result.
  virtual Result<Admission> identified(const ec200u::Identity& identity) = 0;
  virtual void reached(Milestone milestone) = 0;
};

struct Surroundings {
  ledger::Ledger& ledger;
  const Clock& clock;
  RandomSource& random;
  Reporter& reporter;
  const Cancel& cancel;
  Watch* watch = nullptr;      ///< nobody follows
  IssueClient issue_client{};  ///< for Wanted::mutual
  Witness* witness = nullptr;  ///< with Wanted::mutual: where the device proves its key, last; null: nowhere
};

enum class DeviceStatus : std::uint8_t {
  planned,  ///< --dry-run; null in JSON
  protected_,
  not_protected,
  connected_unproven,
  provisioned_untested,
  failed,
};
/// The words of the contract; empty for `planned`.
std::string_view word(DeviceStatus status);

enum class Protection : std::uint8_t { untested, refused, accepted };
std::string_view word(Protection protection);

struct FileReport {
  std::string name{};
  std::size_t size = 0;
  std::string sha256{};
  bool verified = false;   ///< read back and equal, now or (see `evidence`) in an earlier run
  std::string evidence{};  ///< "read-back", "read-back-after-reboot", "known from an earlier read-back"
  bool uploaded = false;   ///< in this run
  bool safe = false;       ///< read back after a restart too: out of the flash's write cache (AT reference, 5)
};

struct SettingReport {
  std::string key, wanted;
  std::optional<std::string> found{};  ///< before this run wrote; null: the firmware did not say
  bool written = false;
  std::optional<std::string> read_back{};  ///< after writing
  std::string state{};                     ///< "ok" | "absent" | "refused" | "different" | "planned" (dry run)
};

struct ConnectReport {
  bool opened = false;
  std::optional<std::string> result{};  ///< what the modem said: "+QMTOPEN: 0,0"
  bool published = false;               ///< a nonce was published and read back
};

struct ProtectionReport {
  Protection unknown_ca = Protection::untested;
  Protection wrong_host = Protection::untested;
  std::optional<std::string> verdict{};  ///< class of the stored verdict
  std::string unknown_ca_note{};         ///< one sentence: what was seen, or why it is untested
  std::string wrong_host_note{};
  std::string alternate{};    ///< what was dialled for wrong_host
  std::string controls_at{};  ///< when both controls were carried out, RFC 3339; in this run or an earlier one
};

struct DeviceReport {
  std::string port;
  ec200u::Identity identity{};
  DeviceStatus status = DeviceStatus::failed;
  std::string sentence{};  ///< what the status means here and, where something is left to do, the next command
  Plan plan{};
  std::vector<FileReport> files{};
  std::vector<SettingReport> settings{};
  std::optional<ClientIdentity> client{};  ///< with Wanted::mutual, once it is known
  bool client_issued = false;              ///< in this run
  std::string proved_at{};                 ///< the witness that saw the key used; empty: none was asked
  ConnectReport connect{};
  ProtectionReport protection{};
  std::string clock{};                    ///< what was done about the clock, one sentence
  std::optional<BootSequence> boot{};     ///< nothing when the run failed before it was known
  std::vector<std::string> boot_files{};  ///< filled by cli when it wrote them: then JSON shows these paths
  std::vector<std::string> warnings{};
  std::optional<bool> reboot_check{};  ///< nothing: not asked for
  std::uint64_t exchanges = 0, bytes_out = 0, bytes_in = 0;
  std::chrono::milliseconds duration{};
  std::chrono::milliseconds network{};  ///< of it, waiting for what comes after an OK: look-ups, connections, restarts
  std::optional<Error> error{};

  /// One element of `devices[]` in the contract.
  Json json() const;
  /// 0, 1 for not-protected, the failure's own code for failed.
  int exit_code() const;
};

/// Provisions one modem. Never fails as a call: what went wrong is in the report (`failed` and `error`). Records the
/// run in the ledger unless `dry_run`. Blocks for minutes on a real network; cancel ends it with Errc::interrupted in a
/// state that the next run finishes.
DeviceReport provision(at::Engine& engine, const std::string& port_name, const Wanted& wanted, const Options& options,
                       const Surroundings& around);

/// What a modem holds now: `provision --show`.
struct ShowReport {
  struct Context {
    int number = 0;
    std::vector<std::pair<std::string, std::optional<std::string>>> settings{};  ///< null: key unknown
  };
  std::string port;
  ec200u::Identity identity{};
  std::optional<std::string> clock{};  ///< RFC 3339
  std::vector<ec200u::FileEntry> files{};
  std::optional<ec200u::Space> space{};
  std::vector<Context> contexts{};                      ///< all six
  std::vector<std::pair<int, ec200u::MqttSsl>> mqtt{};  ///< clients whose binding could be read
  Json json() const;
  std::string text() const;  ///< for a terminal
};
/// Reads only. Errc::modem_gone or modem_refused as the modem's functions say.
Result<ShowReport> show(at::Engine& engine, const std::string& port_name);

/// The journal kinds of this room.
inline constexpr std::string_view journal_twin = "twin-upload";
inline constexpr std::string_view journal_ca = "ca-upload";
inline constexpr std::string_view journal_speed = "line-speed";
inline constexpr std::string_view journal_client = "client-install";

/// Undoes what a killed run of `provision` left on this modem and must not stay there: the twin of the wrong-CA
/// control, the spare context's values, and an MQTT client still bound to the spare context. First thing in any later
/// run of any command. Journal entries of other rooms stay as they are. Works under a Cancel::Shield of its own.
Status undo_open_journal(ec200u::Modem& modem, std::string_view imei, ledger::Ledger& ledger, Reporter& reporter,
                         const Cancel& cancel);

}  // namespace epki::plan

#pragma once
// The project file ec200u-pki.toml as values known to be valid.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace epki::config {

inline constexpr std::string_view project_file = "ec200u-pki.toml";

struct Ca {
  std::string name;              ///< used in the root's subject
  std::string key = "rsa-2048";  ///< rsa-2048|rsa-3072|rsa-4096|ec-p256|ec-p384
  std::int64_t root_days = 3650;
  std::int64_t server_days = 825;
  bool issuing = false;  ///< certificates come from issuing CAs below the roots, whose keys can then go offline
  std::int64_t issuing_days = 1825;
  std::int64_t device_days = 3650;
  std::int64_t crl_days = 30;  ///< nextUpdate of a CRL lies that far ahead
  /// What the modems take, for server certificates: a built-in profile of kind "modem", or a TOML file; empty: as the
  /// broker's profile says.
  std::string modem_profile{};
  /// What the broker's CAs may certify: host names, each with all below it, and addresses; empty: anything.
  std::vector<std::string> permit_names{};
};

struct Broker {
  std::vector<std::string>
      hosts;                     ///< names the modem may dial; the first is the one it does dial; never empty once read
  std::vector<std::string> ips;  ///< addresses, also carried as dNSName texts; those among hosts are here too once read
  std::int64_t port = 8883;
  std::string listen{};  ///< bind address; empty: all
  bool mutual = false;
};

struct Modem {
  std::string port = "auto";
  std::int64_t baud = 115200;
  bool rts_cts = false;            ///< hardware flow control on a serial port
  std::int64_t ssl_context = 1;    ///< 0-5
  std::int64_t spare_context = 5;  ///< 0-5, for the wrong-CA control; must differ from ssl_context
  std::int64_t client = 0;         ///< MQTT client index 0-5
  std::int64_t pdp_context = 1;    ///< 1-7
  std::string apn{};               ///< empty: leave as the modem has it
};

struct Provision {
  bool connect = true;
  std::string ntp_server = "pool.ntp.org";
  std::string clock = "auto";                ///< auto|ntp|host|leave: where the modem's clock comes from
  std::string clock_fallback = "set-clock";  ///< set-clock|hold: what a device does when its clock stays implausible
  std::int64_t registration_seconds = 120;
  std::string topic = "ec200u/selftest";
};

struct LedgerPlace {
  std::string file = "ledger.db";  ///< relative to the project folder
  std::string url{};               ///< of a PostgreSQL database for several stations; used in place of file when set
};

struct Station {
  std::vector<std::string> ports{};       ///< of the slots; empty: modem.port alone
  std::string listen = "127.0.0.1:8080";  ///< ADDR:PORT of the operator's page
  std::string job{};                      ///< a job file, relative to the project folder; empty: this file holds
  std::string operator_name{};            ///< who works here, unless the command line or the job says
};

struct Project {
  std::filesystem::path folder;  ///< absolute
  Ca ca;
  Broker broker;
  Modem modem;
  Provision provision;
  LedgerPlace ledger;
  Station station;

  std::filesystem::path root_certificate() const { return folder / "ca/root.pem"; }
  std::filesystem::path root_key() const { return folder / "ca/root.key"; }
  std::filesystem::path device_root_certificate() const { return folder / "ca/device-root.pem"; }
  std::filesystem::path device_root_key() const { return folder / "ca/device-root.key"; }
  std::filesystem::path issuing_server_certificate() const { return folder / "ca/issuing-server.pem"; }
  std::filesystem::path issuing_server_key() const { return folder / "ca/issuing-server.key"; }
  std::filesystem::path issuing_device_certificate() const { return folder / "ca/issuing-device.pem"; }
  std::filesystem::path issuing_device_key() const { return folder / "ca/issuing-device.key"; }
  std::filesystem::path broker_folder() const { return folder / "broker"; }
  std::filesystem::path ledger_file() const { return folder / ledger.file; }
  /// Where a station goes on while the database of ledger.url is not reachable.
  std::filesystem::path local_journal() const { return state_folder() / "ledger-journal.db"; }
  std::filesystem::path state_folder() const { return folder / ".ec200u-pki"; }
};

/// Errc::input: no project file ("run ec200u-pki init here, or name the folder with -C"), a TOML error or a value out
/// of range with file:line:column. Unknown keys are errors.
Result<Project> load(const std::filesystem::path& folder);

/// The same from a text; `name` stands for the file in messages. init checks with it what it is about to write.
Result<Project> parse(std::string_view text, std::string_view name, const std::filesystem::path& folder);

/// The text of a project file that load() reads back to the same values, with a comment for every key.
std::string render(const Project& project);

/// "ca.name", "ca.key", …: all that load() understands.
std::vector<std::string> known_keys();

}  // namespace epki::config

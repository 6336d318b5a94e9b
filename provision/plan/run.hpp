#pragma once
// One provisioning run in progress: what the steps of this room hand to each other. Not for other rooms.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "provision/plan/provision.hpp"

namespace epki::plan {

/// What lies under the wanted name on the modem.
enum class Stored : std::uint8_t {
  absent,
  broken,  ///< wrong size or content: a partial upload of a run that was cut
  good,    ///< read back and equal, now or in an earlier run
};

/// What a modem holds, as far as the plan needs it.
struct Found {
  std::vector<ec200u::FileEntry> files{};
  std::optional<ec200u::Space> space{};
  std::optional<std::string> second_ca{};  ///< what cacertex of the main context is bound to; nothing: unknown key
  std::vector<ClientIdentity> older{};     ///< installed before and not wanted any more, or never finished
  Stored ca = Stored::absent;
  std::string ca_evidence{};                                     ///< for `good`
  Stored standby = Stored::absent;                               ///< the standby root
  std::string standby_evidence{};                                ///< for `good`
  bool twin_left = false;                                        ///< a file under the twin's name
  std::map<std::string, std::optional<std::string>> settings{};  ///< of the main context, by key
  std::vector<std::string> retired{};                            ///< ours, not wanted any more, no context uses them
};

struct Run {
  ec200u::Modem modem;
  const Wanted& wanted;
  Options options;
  const Surroundings& around;
  DeviceReport& report;
  std::string serial_number{};  ///< of the product, where it is given
  std::string ca_file{}, ca_sha256{};
  std::string twin_file{}, twin_sha256{};        ///< empty without a twin
  std::string standby_file{}, standby_sha256{};  ///< empty without a standby root
  int minimum_year = 2024;
  bool mqtt_pdp_taken = true;
  bool no_alternate = false;                   ///< the wrong-name control had nothing to dial
  bool opens_early = false;                    ///< +QMTOPEN said 0 where MQTT then failed: it comes before the verdict
  std::vector<std::string> resolved{};         ///< addresses of `host` as the modem sees them
  std::vector<std::int64_t> ca_journal{};      ///< open entries of kind journal_ca
  std::vector<std::int64_t> client_journal{};  ///< open entries of kind journal_client
  std::optional<IssuedClient> fresh{};         ///< to be uploaded; the key is wiped as soon as it is on the modem
  bool older_revoked = false;                  ///< no other certificate of this device is valid
  std::optional<ledger::RevocationReason> reissue{};  ///< a new certificate is wanted, and why the old one ends
  ledger::CertificateId issued{};                     ///< what this run made last, also before the modem restarted
  bool network_time_wrong = false;                    ///< it put the clock back
  int restarts_before = 0;                            ///< with --reboot-check: in the last 24 hours, by this ledger
  bool quarantined = false;                           ///< a setting's write went unanswered: everything is read again
  Found found{};
  std::optional<std::int64_t> speed_journal{};  ///< the line runs at a raised speed: its journal entry

  void reached(Milestone milestone) {
    if (around.watch != nullptr && !options.dry_run) around.watch->reached(milestone);
  }
  void step(std::string_view sentence) { around.reporter.step(sentence); }
  void detail(std::string_view sentence) { around.reporter.detail(sentence); }
  void warn(std::string sentence) {
    around.reporter.warning(sentence);
    report.warnings.push_back(std::move(sentence));
  }
  std::string const& imei() const { return report.identity.imei; }
  BoundFiles files() const;
  std::vector<Setting> settings() const { return ssl_settings(files()); }
  FileReport& file_report(const std::string& name);
};

/// Failures after which nothing more can be said to the modem in this run. All others are answers to be weighed.
inline bool ends_run(const Error& error) {
  return error.code != Errc::modem_refused && error.code != Errc::network;
}

/// Asked between exchanges, so that Ctrl-C is not put off by a modem that answers quickly.
inline Status go_on(const Run& run) {
  if (run.around.cancel.requested()) return interrupted();
  return success();
}

// ---- provision.cpp -------------------------------------------------------------------------------------------------
/// Names of files, the first year in which the root can be right.
Status prepare(Run& run);

// ---- files.cpp -----------------------------------------------------------------------------------------------------
/// Downloads a file whose listed size is `size` and compares. False: something else is in it.
Result<bool> holds(Run& run, const std::string& name, std::size_t size, const std::string& sha256);
/// Uploads and reads back, at most three attempts. After a failed attempt the modem is asked what it has before
/// anything is sent again: the result line of an upload that succeeded may be lost (AT reference, 3).
Status store(Run& run, const std::string& name, const std::string& bytes, const std::string& sha256);

// ---- client_identity.cpp -------------------------------------------------------------------------------------------
/// The identity that is on the modem and whole, or none; what else the ledger knows of this device goes to found.older.
Status inspect_client(Run& run);
/// Where there is none: a name, a key and a certificate, in the ledger before the first byte is sent.
Status issue_client(Run& run);
/// Uploads the fresh identity; its key is wiped on the way out.
Status install_client(Run& run);
/// Certificates of this device that are not the one in use are revoked in the ledger as superseded.
Status retire_clients(Run& run);
/// Evidence of a file that was read back after a restart as well.
inline constexpr std::string_view after_reboot = "read-back-after-reboot";
/// What stands for the names of files that are not made yet, in a dry run.
inline constexpr std::string_view client_certificate_to_come = "clientcert_<new>.pem";
inline constexpr std::string_view client_key_to_come = "clientkey_<new>.pem";

// ---- rotate.cpp ----------------------------------------------------------------------------------------------------
/// After a connection that failed: binds what was bound before, and removes what was put beside it.
Status roll_back(Run& run);

// ---- start_over.cpp ------------------------------------------------------------------------------------------------
/// Does `pass`, and again where the modem restarted by itself meanwhile.
Status despite_restarts(Run& run, const std::function<Status(Run&)>& pass);

// ---- line_speed.cpp ------------------------------------------------------------------------------------------------
/// Where `options.line_speed` asks for it and the modem is not at it: changes it, journalled first.
Status raise_speed(Run& run);
/// Back to the modem's own speed, at the end of a run and on any trouble.
Status lower_speed(Run& run);
/// What a cut run left: puts the speed back that `detail` names.
Status restore_speed(ec200u::Modem& modem, const Json& detail, Reporter& reporter);

// ---- inspect.cpp, planner.cpp --------------------------------------------------------------------------------------
Status inspect(Run& run);
/// Wanted minus found. Pure: reads the run, asks nobody.
Plan make_plan(const Run& run);
/// The device's key is proved in every run, also in one that finds nothing else to do.
void plan_proof(const Run& run, Plan& plan);

// ---- unchanged.cpp -------------------------------------------------------------------------------------------------
/// True: the modem is as an earlier run left it and proved it; settings, connection and protection are in the report,
/// and nothing is left to do. At most 30 exchanges since the first, without a device certificate.
Result<bool> unchanged(Run& run);

// ---- clock_step.cpp ------------------------------------------------------------------------------------------------
/// Makes the modem's clock plausible, as `options.clock` says, and reports what was done.
Status settle_clock(Run& run);

// ---- apply.cpp -----------------------------------------------------------------------------------------------------
Status apply(Run& run, const Action& action);
/// Checks that the settings written are in force and complete; called once between the settings and the binding.
Status judge_settings(const Run& run);
/// Reads settings and binding once more, after the controls. Errc::modem_refused where they are not what they were.
Status still_holds(Run& run);

// ---- connect.cpp ---------------------------------------------------------------------------------------------------
/// Binds the client to an SSL context and reads the binding back. Nothing in this room opens MQTT without it.
Status bind_mqtt(Run& run, int context);
/// Opens, says who it is, subscribes, publishes a nonce, reads it back and ends. Fills report.connect.
Status connect_and_publish(Run& run);
/// How a control's open went. A firmware may report an open before the handshake has ended (AT reference, 1.2: no code
/// is reserved for TLS), so that only MQTT's own answer says that the broker was accepted.
struct Contact {
  ec200u::OpenResult open;
  bool failed_after = false;  ///< reported as open, and then the modem said that MQTT had failed
  bool accepted() const { return open.opened() && !failed_after; }
  std::string text() const;
};
enum class AskMqtt : bool { no, yes };
/// Opens to `host` under the context bound now, and ends the session again; `ask`: with MQTT's CONNECT in between. Sets
/// Run::opens_early. A result line that is lost is no failure: then the open stands.
Result<Contact> open_and_end(Run& run, const std::string& host, AskMqtt ask);
/// Why an open that failed says nothing about certificates: name look-up, TCP, or a result that names another cause.
/// Nothing when only TLS is left as the cause.
Result<std::optional<std::string>> other_cause(Run& run, const ec200u::OpenResult& open, const std::string& host,
                                               std::uint16_t port);

// ---- prove_key.cpp -------------------------------------------------------------------------------------------------
/// Opens to the witness with the bound certificate; the ledger keeps that this device holds its key.
Status prove_key(Run& run);

// ---- controls.cpp, names.cpp ---------------------------------------------------------------------------------------
Status wrong_ca_control(Run& run);
Status wrong_name_control(Run& run);
/// Whether a certificate that carries `names` is valid for `host` (RFC 6125, 6.4: exact, or one left-most wildcard).
bool covers(const std::vector<std::string>& names, std::string_view host);

// ---- journal.cpp ---------------------------------------------------------------------------------------------------
/// What must be put back after the wrong-CA control; the detail of a journal entry of kind journal_twin.
struct TwinEntry {
  std::string name, sha256;
  std::size_t size = 0;
  std::string ca_file;
  int context = 0, spare_context = 0, client = 0;
  std::map<std::string, std::optional<std::string>> saved{};  ///< the spare context as it was found

  Json json() const;
  static TwinEntry from(const Json& detail);
};
/// Puts the spare context and the client's binding back and removes the twin. Fails where the twin stays.
Status restore(ec200u::Modem& modem, const TwinEntry& entry, Reporter& reporter);

// ---- reboot.cpp ----------------------------------------------------------------------------------------------------
Status reboot_and_replay(Run& run);
/// With --reboot-check: fills restarts_before. Errc::usage where one more would be too many.
Status budget_restarts(Run& run);
/// The boot sequence for what this run found: the keys the firmware knows, the clients and contexts used.
BootSequence boot_for(const Run& run);

// ---- judge.cpp -----------------------------------------------------------------------------------------------------
/// The status and its sentence, from what was seen and what the ledger knows.
Status judge(Run& run);

}  // namespace epki::plan

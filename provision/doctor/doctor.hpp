#pragma once
// Why does this modem not connect? Ordered checks from the port to the broker's answer, each with what was found, what
// was wanted and the remedy; the first that fails is the cause, what follows from it is not. Changes nothing: no file,
// no setting, no binding and no clock (docs/doctor.md).

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "provision/at/engine.hpp"
#include "provision/ec200u/modem.hpp"

namespace epki::doctor {

/// The contract's ids, in the order in which they are checked.
enum class Id : std::uint8_t {
  port,
  answers,
  model,
  sim,
  registered,
  pdp,
  clock,
  dns,
  tcp,
  file_missing,
  file_corrupt,
  ca_unbound,
  seclevel,
  ssl_off,
  sni,
  settings,
  chain,
  hostname,
  expired,
  client_cert,
  broker_auth,
  not_verified,
};
inline constexpr std::size_t id_count = 22;
std::string_view word(Id id);  ///< "file-missing"

struct Check {
  Id id = Id::port;
  std::optional<bool> ok{};  ///< nothing: not checked, `found` says why
  std::string found{}, wanted{};
  std::string remedy{};  ///< what to do; empty where there is nothing to be done
};

struct WantedSetting {
  std::string key, value;
  bool required = false;  ///< false: a firmware without this key is fine
};

/// What the project wants of this modem and its broker.
struct Wanted {
  std::string port;     ///< how the command line names it, for remedies: "--port <this>"
  std::string ca_pem;   ///< the project's root
  std::string ca_file;  ///< its name on the modem
  std::string host;     ///< what the modem dials
  std::uint16_t port_number = 8883;
  int context = 1, client = 0, pdp = 1;
  std::vector<WantedSetting> settings{};  ///< all but the files
  bool mutual = false;                    ///< the broker wants client certificates
  std::string client_anchors_pem{};       ///< what the broker trusts for clients, where it is known
  /// Where this computer finds the broker; empty: under `host`, and if that fails under what the modem resolves.
  std::string host_address{};
  std::string verdict_settings{};  ///< ledger::VerdictKey::settings
  bool simulated = false;          ///< verdicts about simulated modems count
  std::string provision_command;   ///< "ec200u-pki provision --port …"
  std::string verify_command;
};

struct Surroundings {
  ledger::Ledger& ledger;
  const Clock& clock;
  Reporter& reporter;
  const Cancel& cancel;
};

struct Diagnosis {
  std::string port;  ///< as opened
  ec200u::Identity identity{};
  std::vector<Check> checks{};       ///< all of them, in order
  bool connected = false;            ///< the modem itself was seen to be connected, or connected when asked to
  bool works_against = false;        ///< a stored verdict says that the broker is not verified by the uploaded CA alone
  std::vector<std::string> notes{};  ///< what is odd and no cause

  std::optional<Id> cause() const;  ///< the first check that failed
  Json json() const;                ///< device, checks, cause, notes
  std::string text() const;         ///< for a terminal
  /// 0: it connects, or nothing is wrong. port and answers: 6; model: 7; sim, registered, pdp, dns and tcp, and a
  /// connection that fails without a cause: 9; every other cause: 1.
  int exit_code() const;
};

/// The port itself could not be opened.
Diagnosis unopened(const Wanted& wanted, const Error& error);

/// Errc::interrupted, or Errc::ledger; everything else is a finding. Blocks for minutes where a network is slow. The
/// broker is opened from this computer as well. The modem opens MQTT once, over TLS, when every check before passed
/// and no session of the product's own is seen.
Result<Diagnosis> examine(at::Engine& engine, const std::string& port_name, const Wanted& wanted,
                          const Surroundings& around);

}  // namespace epki::doctor

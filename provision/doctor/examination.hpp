#pragma once
// One examination in progress: what the checks of this room hand to each other. Not for other rooms.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pki/ossl/certificate.hpp"
#include "pki/ossl/tls_visit.hpp"
#include "provision/doctor/doctor.hpp"

namespace epki::doctor {

/// What the broker showed to this computer.
struct BrokerSeen {
  std::string at{};                  ///< where: "127.0.0.1:8883"; empty: it was not reached
  std::string why_not{};             ///< where it was not reached
  ossl::Visit visit{};               ///< offering what the modem has
  std::optional<ossl::Visit> any{};  ///< offering everything, where the first did not complete
};

struct Examination {
  ec200u::Modem modem;
  const Wanted& wanted;
  const Surroundings& around;
  Diagnosis& diagnosis;

  std::optional<Instant> modem_time{};
  std::vector<std::string> resolved{};  ///< addresses of the broker as the modem sees them
  std::vector<ec200u::FileEntry> files{};
  std::optional<Error> not_listed{};                             ///< why the modem does not tell its files
  std::map<std::string, std::optional<std::string>> settings{};  ///< of the context; null: unknown key
  std::string bound{};                                           ///< name of the CA file the context is bound to
  std::string anchors_pem{};                                     ///< what the modem trusts; empty: not read
  BrokerSeen broker{};
  bool pdp_activated = false;  ///< by us: put back at the end

  void passed(Id id, std::string found, std::string wanted_text);
  void failed(Id id, std::string found, std::string wanted_text, std::string remedy);
  void skipped(Id id, std::string why, std::string wanted_text = {});
  bool bad(Id id) const;   ///< it failed
  bool good(Id id) const;  ///< it passed
  bool any_failed() const { return diagnosis.cause().has_value(); }
  std::string place() const { return wanted.host + ":" + std::to_string(wanted.port_number); }
  std::string context_text() const { return "SSL context " + std::to_string(wanted.context); }
};

/// Errors after which nothing more can be asked of this modem, or at all.
inline bool ends_examination(const Error& error) {
  return error.code == Errc::modem_gone || error.code == Errc::interrupted || error.code == Errc::ledger;
}

// Each returns an Error only when the examination cannot go on: the modem went silent, Ctrl-C, the ledger.

// ---- line_checks.cpp: model, sim, registered, pdp, clock ------------------------------------------------------------
Status check_identity(Examination& e);  ///< answers and model
Status check_line(Examination& e);      ///< sim, registered, pdp
Status check_clock(Examination& e);

// ---- reach_checks.cpp: dns, tcp -------------------------------------------------------------------------------------
Status check_reach(Examination& e);
/// Puts back what the examination switched on.
Status release_network(Examination& e);

// ---- file_checks.cpp: file-missing, file-corrupt, ca-unbound
// ---------------------------------------------------------
Status check_files(Examination& e);

// ---- setting_checks.cpp: seclevel, ssl-off, sni, settings
// ------------------------------------------------------------
Status check_settings(Examination& e);

// ---- broker_view.cpp
// -------------------------------------------------------------------------------------------------
/// Opens the broker from this computer, offering what the modem offers.
Status look_at_broker(Examination& e);

// ---- chain_checks.cpp: chain, hostname, expired
// ----------------------------------------------------------------------
void check_presented(Examination& e);

// ---- client_checks.cpp: client-cert
// ----------------------------------------------------------------------------------
Status check_client_certificate(Examination& e);

// ---- connect_checks.cpp: broker-auth, not-verified
// ---------------------------------------------------------------------
Status check_connection(Examination& e);

}  // namespace epki::doctor

#pragma once
// While it lasts, the modem asks our DNS responder, so that every name a genuine certificate carries leads to the
// responder (AT reference, 5: AT+QIDNSCFG). Journalled before it is set; proved with a name that nobody else can know.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/random.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "provision/ec200u/modem.hpp"
#include "verify/probe/name_server.hpp"

namespace epki::trial {

class DnsOverride {
 public:
  struct Parts {
    ec200u::Modem& modem;
    probe::NameServer& names;
    ledger::Ledger& ledger;
    RandomSource& random;
    Reporter& reporter;
  };
  /// `address`: of our responder, DNS and TCP alike, as the modem reaches it.
  DnsOverride(const Parts& parts, std::string imei, int pdp, std::string address, std::vector<std::string> hosts);

  /// Points the modem at us and looks a nonce name up. True: the query was seen at our own server and the modem took
  /// the answer. False: it was not, the former servers are back, and why() says what was seen.
  Result<bool> begin();
  /// After a restart, which forgets the servers.
  Status renew();
  /// The former servers again. What the modem will not do is a warning: its next restart forgets ours anyway.
  Status restore();
  bool active() const { return active_; }
  const std::string& why() const { return why_; }

 private:
  Status point();
  Result<bool> prove();

  Parts parts_;
  std::string imei_;
  int pdp_;
  std::string address_;
  std::vector<std::string> hosts_;
  ec200u::DnsServers before_{};
  std::int64_t entry_ = 0;
  bool active_ = false;
  std::string why_{};
};

inline constexpr std::string_view journal_dns = "verify-dns";

/// What a cut run's journal entry asks for. True: done, the entry can be closed.
Result<bool> undo_dns(ec200u::Modem& modem, const ledger::JournalEntry& entry, Reporter& reporter);

}  // namespace epki::trial

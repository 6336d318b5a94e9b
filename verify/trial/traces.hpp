#pragma once
// What a run leaves on a modem while it lasts. Each is written to the journal before the first byte that changes
// anything, so that a later run can undo it.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "provision/ec200u/modem.hpp"
#include "verify/trial/found.hpp"

namespace epki::trial {

class Traces {
 public:
  Traces(ec200u::Modem& modem, std::string imei, ledger::Ledger& ledger, const Clock& clock, Reporter& reporter)
      : modem_(modem), imei_(std::move(imei)), ledger_(ledger), clock_(clock), reporter_(reporter) {}

  /// From here on the settings may be changed.
  Status keep_settings(Found found);
  /// Keeps network time from changing the modem's clock (AT+CTZU=0), and sets it to ours where it is off by more than
  /// five minutes. Returns what was found and done.
  Result<std::string> set_clock();
  /// For single probes: sets the modem's clock to `at`, journalled before. Errc::modem_refused where it cannot be set.
  Status move_clock(Instant at);
  /// The run's own time again, after move_clock().
  Status clock_back();
  /// After a restart: sets the clock again where this run had to set it.
  Status renew_clock();

  /// Uploads under the content's name, reads back, compares. A file that is there with the same content stays ours not.
  /// Returns the name.
  Result<std::string> upload(const std::string& pem);
  Status remove(const std::string& name);

  /// Everything as it was found. What the modem will not do is a warning and stays in the journal.
  Status restore();

 private:
  Status keep_clock(std::chrono::seconds offset);
  Result<bool> is_followed();
  Result<bool> is_there(const std::string& name, const std::string& pem);
  Status send(const std::string& name, const std::string& pem);
  Status restore_files();

  ec200u::Modem& modem_;
  std::string imei_;
  ledger::Ledger& ledger_;
  const Clock& clock_;
  Reporter& reporter_;
  std::optional<Found> found_{};
  std::int64_t settings_entry_ = 0;
  std::optional<std::chrono::seconds> clock_offset_{};
  std::int64_t clock_entry_ = 0;
  bool clock_moved_ = false;
  bool followed_ = false;                        ///< network time set the modem's clock before the run
  std::map<std::string, std::int64_t> files_{};  ///< ours: name and journal entry
};

}  // namespace epki::trial

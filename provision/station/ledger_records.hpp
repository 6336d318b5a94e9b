#pragma once
// Records in the project's ledger.

#include <functional>
#include <map>
#include <mutex>

#include "ledger/devices.hpp"
#include "ledger/ledger.hpp"
#include "provision/station/records.hpp"

namespace epki::station {

class LedgerRecords : public Records {
 public:
  /// Class of the stored verdict for a firmware: asked of the ledger by cli, which knows path and settings.
  using VerdictOf = std::function<Result<std::optional<std::string>>(const Board& board)>;

  /// `station` names this station among several; `ledger` must outlive this. `other_batch`: the job takes boards of
  /// other batches.
  LedgerRecords(ledger::Ledger& ledger, std::string station, std::string job, bool other_batch, VerdictOf verdict);

  Result<Arrived> arrive(const Tile& tile, const std::string& batch, bool in_other_slot) override;
  Result<std::optional<std::string>> verdict(const Board& board) override { return verdict_(board); }
  Status reached(const Tile& tile, const std::string& batch) override;
  Status sampled(const Tile& tile, const std::string& batch, std::int64_t every) override;
  Status finished(const Tile& tile, const std::string& batch, const Outcome& outcome) override;
  void operator_is(const std::string& name) override;
  Result<std::vector<Finished>> last(std::string_view search, std::size_t limit) override;
  Result<Counters> counters(const std::string& batch) override;
  Result<std::string> held(const std::string& batch) override;
  Status hold(const std::string& batch, const std::string& why) override;
  Status release(const std::string& batch, const std::string& who) override;

 private:
  ledger::DeviceStep step_of(const Tile& tile, const std::string& batch, ledger::Phase phase);

  ledger::Ledger& ledger_;
  ledger::Devices devices_;
  std::string station_, job_;
  bool other_batch_;
  VerdictOf verdict_;
  std::mutex mutex_;
  std::string operator_;
  // Held batches, from the events so far; only newer events are read the next time.
  std::map<std::string, std::string> held_;
  std::int64_t next_event_ = 1;
};

}  // namespace epki::station

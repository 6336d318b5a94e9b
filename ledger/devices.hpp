#pragma once
// Devices on the line: how far each has come, where, and what is odd about it.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.hpp"

namespace epki::ledger {

/// How far a device has come in its present attempt. An attempt begins at `found` and goes back there only when it is
/// resumed.
enum class Phase : std::uint8_t { found, identified, uploaded, configured, verified, recorded };
std::string_view word(Phase phase);
std::optional<Phase> parse_phase(std::string_view text);

/// How the present attempt ended.
enum class Attempt : std::uint8_t { running, passed, failed };
std::string_view word(Attempt attempt);
std::optional<Attempt> parse_attempt(std::string_view text);

/// One step of a device. Members left empty keep what an earlier step of the same attempt said.
struct DeviceStep {
  std::string imei;
  Phase phase = Phase::found;
  Attempt attempt = Attempt::running;  ///< passed with `recorded` only; failed with any phase: there it stopped
  std::string slot{};                  ///< USB topology path ("1-1.4.2") or the listed port
  std::string station{};
  std::string job{};    ///< name of the job file
  std::string batch{};  ///< production batch
  std::string board{};  ///< serial number of the board, from the scanner
  std::string operator_name{};
  std::string model{}, firmware{};
  std::string status{};  ///< the words of the contract: "protected", …
  std::string cause{};   ///< for a failure: what is wrong, one sentence
  std::string serial{};  ///< of the client certificate that this device proved to hold
};

/// A device as it stands.
struct Device {
  std::string imei;
  Phase phase = Phase::found;
  Attempt attempt = Attempt::running;
  std::int64_t attempts = 0;  ///< attempts begun, this one included
  std::int64_t passes = 0;    ///< attempts that passed, ever
  std::string slot, station, job, batch, board, operator_name, model, firmware, status, cause, serial;
  Instant first_seen, updated;
  std::int64_t position = 0;  ///< of its newest step: ascending in time
};

/// What is odd about a device that arrives in a slot.
enum class Oddity : std::uint8_t {
  resumed,                  ///< its attempt was cut in this very slot, at Device::phase of `before`; it goes on
  already_provisioned,      ///< it has passed before
  elsewhere,                ///< an attempt is running in another slot, or at another station
  other_batch,              ///< it was recorded for another production batch
  board_of_another_device,  ///< the scanned board was bound to another IMEI: modem or board was swapped
  another_board,            ///< this IMEI was bound to another board
  history_unknown,          ///< the ledger's database is not reachable: nothing is known of the device's past
};
std::string_view word(Oddity oddity);

struct Arrival {
  std::vector<Oddity> oddities;
  std::optional<Device> before{};          ///< how it stood before it arrived
  std::optional<Device> owner_of_board{};  ///< with board_of_another_device
  bool begun = false;                      ///< an attempt was begun and its step recorded
};

struct DeviceFilter {
  std::string imei_prefix{};
  std::string station{}, job{}, batch{}, slot{};
  std::optional<Phase> phase{};
  std::optional<Attempt> attempt{};
  std::string after{};    ///< IMEI of the last row of the page before
  std::size_t limit = 0;  ///< 0: all
};

/// One cell of the dashboard.
struct DeviceCount {
  std::string station, job, batch;
  Phase phase = Phase::found;
  Attempt attempt = Attempt::running;
  std::int64_t devices = 0;
};

/// What the line put out on one day (UTC).
struct Output {
  std::string day;  ///< "2026-11-22"
  std::string station, job, batch;
  std::int64_t passed = 0, failed = 0;  ///< attempts that ended so
  std::int64_t first_time = 0;          ///< of `passed`, those of a device's first attempt: first-pass yield
};

class Devices {
 public:
  explicit Devices(Ledger& ledger);

  /// A device was recognised in a slot: looks at its past and begins an attempt (phase `found`) in one transaction, so
  /// that two slots or stations never begin one at once. Where something is odd, nothing is begun unless the caller
  /// accepts it: `elsewhere` when it knows the other slot to be empty, `already_provisioned` for a rework, and so on.
  /// `resumed` and `history_unknown` need no accepting. What was not begun leaves an event, too.
  Result<Arrival> arrive(const DeviceStep& found, const std::vector<Oddity>& accepted = {}, Kept kept = Kept::flushed);
  /// A board was scanned for a device that has arrived: binds it, in one transaction with the look at what it was bound
  /// to. Binds nothing when one of the returned oddities is not accepted.
  Result<std::vector<Oddity>> bind_board(const std::string& imei, const std::string& board,
                                         const std::vector<Oddity>& accepted = {});
  /// The next step of a running attempt. Errc::ledger when none is running, or when the step
  /// goes back. A phase may be left out, as `verified` is where the job connects no device.
  Status step(const DeviceStep& step, Kept kept = Kept::flushed);
  /// Many steps under one event, in their order; for imports and measurements. A step at `found` begins an attempt.
  Status steps(const std::vector<DeviceStep>& steps);

  Result<std::optional<Device>> find(std::string_view imei);
  Result<std::optional<Device>> find_board(std::string_view board);
  /// Every step of one device, oldest first.
  struct PastStep {
    DeviceStep step;
    Instant at;
    std::int64_t event = 0;
  };
  Result<std::vector<PastStep>> history(std::string_view imei);
  /// By IMEI. One page in memory.
  Result<std::vector<Device>> list(const DeviceFilter& filter);
  /// In constant memory, from a consistent view. `each` returns false to stop.
  Status for_each(const DeviceFilter& filter, const std::function<Result<bool>(const Device& device)>& each);
  /// The newest first: what the page shows.
  Result<std::vector<Device>> latest(std::string_view station, std::size_t limit);
  /// Attempts that never ended at this station: what a restart takes up again.
  Result<std::vector<Device>> running(std::string_view station);

  Result<std::vector<DeviceCount>> counts();
  /// Days from `first_day` on ("2026-11-22"); empty: all.
  Result<std::vector<Output>> output(std::string_view first_day);

 private:
  Ledger::Impl& impl_;
};

}  // namespace epki::ledger

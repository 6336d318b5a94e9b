#pragma once
// What the line writes down and asks back. records_in_ledger.cpp is the real one; tests keep a list.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "provision/station/bench.hpp"
#include "provision/station/rules.hpp"
#include "provision/station/tile.hpp"

namespace epki::station {

/// One line of "last devices".
struct Finished {
  std::string at;  ///< RFC 3339
  std::string imei, serial, name, slot, batch, status, result, cause;
  Json json() const;
};

/// What was known of a board when it arrived.
struct Arrived {
  std::optional<Earlier> earlier{};         ///< this IMEI
  std::optional<Earlier> serial_earlier{};  ///< the device that the scanned serial number was bound to
  std::string elsewhere{};                  ///< another slot or station that works on this IMEI now; empty: none
  std::uint64_t begun_in_batch = 0;         ///< boards of the batch that were begun before this one
  bool begun = true;                        ///< an attempt was begun: its end must be told
  bool history_unknown = false;             ///< the ledger's database is not reachable: nothing of the above is known
};

class Records {
 public:
  virtual ~Records() = default;
  /// A board said who it is: what is known of it, and the beginning of its attempt, in one step, so that two slots or
  /// stations never begin one at once. `in_other_slot`: this line works on the same IMEI in another slot now.
  virtual Result<Arrived> arrive(const Tile& tile, const std::string& batch, bool in_other_slot) = 0;
  /// Class of the stored verdict for this firmware, on the path and under the settings the job uses.
  virtual Result<std::optional<std::string>> verdict(const Board& board) = 0;
  /// Durable when it returns.
  virtual Status reached(const Tile& tile, const std::string& batch) = 0;
  /// The board was picked from the batch to be connected and proved; `every`: one of so many is.
  virtual Status sampled(const Tile& tile, const std::string& batch, std::int64_t every) = 0;
  virtual Status finished(const Tile& tile, const std::string& batch, const Outcome& outcome) = 0;
  /// Who works here from now on: recorded with every step.
  virtual void operator_is(const std::string& name) = 0;
  /// Newest first; `search` matches the beginning of an IMEI, a serial number or a name.
  virtual Result<std::vector<Finished>> last(std::string_view search, std::size_t limit) = 0;
  virtual Result<Counters> counters(const std::string& batch) = 0;
  /// Why the batch is held; empty: it is not.
  virtual Result<std::string> held(const std::string& batch) = 0;
  virtual Status hold(const std::string& batch, const std::string& why) = 0;
  virtual Status release(const std::string& batch, const std::string& who) = 0;
};

}  // namespace epki::station

#pragma once
// What the line writes down and asks back. records_in_ledger.cpp is the real one; tests keep a list.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "provision/station/rules.hpp"
#include "provision/station/tile.hpp"

namespace epki::station {

/// One line of "last devices".
struct Finished {
  std::string at;  ///< RFC 3339
  std::string imei, serial, name, slot, batch, status, result, cause;
  Json json() const;
};

class Records {
 public:
  virtual ~Records() = default;
  virtual Result<std::optional<Earlier>> by_imei(const std::string& imei) = 0;
  virtual Result<std::optional<Earlier>> by_serial(const std::string& serial) = 0;
  /// Class of the stored verdict for this firmware, on the path and under the settings the job uses.
  virtual Result<std::optional<std::string>> verdict(const Board& board) = 0;
  /// Boards begun in the batch, this one not counted.
  virtual Result<std::uint64_t> begun(const std::string& batch, const std::string& but_imei) = 0;
  /// Durable when it returns.
  virtual Status reached(const Tile& tile, const std::string& batch) = 0;
  virtual Status finished(const Tile& tile, const std::string& batch, const Outcome& outcome) = 0;
  /// Newest first; `search` matches the beginning of an IMEI, a serial number or a name.
  virtual Result<std::vector<Finished>> last(std::string_view search, std::size_t limit) = 0;
  virtual Result<Counters> counters(const std::string& batch) = 0;
  /// Why the batch is held; empty: it is not.
  virtual Result<std::string> held(const std::string& batch) = 0;
  virtual Status hold(const std::string& batch, const std::string& why) = 0;
  virtual Status release(const std::string& batch, const std::string& who) = 0;
};

}  // namespace epki::station

#pragma once
// What a slot can do with the board in it. cli makes one over the plan engine; tests script one. Nothing here knows AT.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/result.hpp"
#include "provision/station/tile.hpp"

namespace epki::station {

struct Board {
  std::string imei, model, firmware;
};

/// What the line wants of this one board.
struct Task {
  std::string serial{};  ///< scanned for this slot; may be empty
  bool connect = true;   ///< decided when the board is known: see Watcher::identified
  bool reissue = false;  ///< a board that came back: a new certificate, and the old one revoked
};

/// How the work tells what it does. Called from the slot's own thread.
class Watcher {
 public:
  virtual ~Watcher() = default;
  /// The board said who it is; nothing was written to it yet. The answer decides whether work goes on, and how: the
  /// Task to follow, or an Error that becomes the board's result.
  virtual Result<Task> identified(const Board& board) = 0;
  /// A state was reached and proved, not merely tried.
  virtual void reached(State state) = 0;
  virtual void step(std::string_view sentence) = 0;
  virtual void progress(std::string_view what, std::uint64_t done, std::uint64_t total) = 0;
};

struct Outcome {
  Json device = Json::object();  ///< an element of `devices[]` of the contract
  Board board{};
  std::string status = "failed";  ///< the contract's word
  std::string name{};             ///< of the device, where it has one
  std::string certificate{};      ///< serial number of its client certificate, where it has one
  bool connected = false;         ///< it was made to connect, whatever came of it
  std::optional<Error> error{};   ///< why it is not a pass
  bool settled = false;           ///< switching the power off and on and trying again would show the same
  std::string sentence{};
  bool passed() const { return !error && status != "failed" && status != "not-protected"; }
};

class Bench {
 public:
  virtual ~Bench() = default;
  /// Whether a board is there. Blocks until one is, or `by`; Errc::interrupted on cancel. Errors are shown on the tile
  /// and asked again: a slot's worker survives any device.
  virtual Result<bool> wait_for_board(Deadline by) = 0;
  /// Whether the board is gone. Blocks until it is, or `by`.
  virtual Result<bool> wait_for_removal(Deadline by) = 0;
  /// Provisions the board. Never throws and never fails as a call. Blocks for minutes.
  virtual Outcome work(Watcher& watcher) = 0;
  /// Switches the slot's power off and on, where power_cmd says how. False: nobody can.
  virtual Result<bool> power_cycle() = 0;
};

}  // namespace epki::station

#pragma once
// What a slot shows: one value, read by the page, by --once and by tests.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/json.hpp"

namespace epki::station {

/// How far the board in the slot has come. Recorded in the ledger as these words; a board that is plugged in again goes
/// on from there.
enum class State : std::uint8_t { empty, found, identified, uploaded, configured, verified, recorded };
std::string_view word(State state);
std::optional<State> parse_state(std::string_view text);

/// What the operator sees from across the room.
enum class Light : std::uint8_t { idle, working, pass, fail };
std::string_view word(Light light);

struct Tile {
  std::string slot;  ///< what stands on the fixture
  std::string port;
  State state = State::empty;
  Light light = Light::idle;
  std::string imei{}, model{}, firmware{};
  std::string serial{};               ///< of the board, as scanned
  std::string name{};                 ///< of the device
  std::string status{};               ///< the contract's word: "protected" …
  std::string step{};                 ///< what is being done, one sentence
  std::uint64_t done = 0, total = 0;  ///< progress of that step; total 0: unknown
  std::string code{};                 ///< of the failure, the stable word of core: "modem-gone" …
  std::string cause{}, remedy{};      ///< of a failure, for large type
  std::vector<std::string> notes{};   ///< "provisioned before, on 2026-11-20"
  std::string label{};                ///< where the last label went
  Instant since{};                    ///< when the board was found, or the slot emptied
  std::optional<std::int64_t> duration_ms{};
  std::uint64_t boards = 0;  ///< worked on in this slot since the start
  Json json() const;
};

/// Of this run and this batch.
struct Counters {
  std::uint64_t passed = 0, failed = 0;
  /// Boards that passed at their first try, in parts of a thousand of all that were finished; nothing before the first.
  std::optional<std::uint64_t> first_pass_per_mille{};
  Json json() const;
};

}  // namespace epki::station

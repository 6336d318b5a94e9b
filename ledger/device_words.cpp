#include <array>
#include <utility>

#include "ledger/devices.hpp"

namespace epki::ledger {

std::string_view word(Phase phase) {
  switch (phase) {
    case Phase::found: return "found";
    case Phase::identified: return "identified";
    case Phase::uploaded: return "uploaded";
    case Phase::configured: return "configured";
    case Phase::verified: return "verified";
    case Phase::recorded: return "recorded";
  }
  return "";
}

std::optional<Phase> parse_phase(std::string_view text) {
  for (const auto phase :
       {Phase::found, Phase::identified, Phase::uploaded, Phase::configured, Phase::verified, Phase::recorded})
    if (word(phase) == text) return phase;
  return std::nullopt;
}

std::string_view word(Attempt attempt) {
  switch (attempt) {
    case Attempt::running: return "running";
    case Attempt::passed: return "passed";
    case Attempt::failed: return "failed";
  }
  return "";
}

std::optional<Attempt> parse_attempt(std::string_view text) {
  for (const auto attempt : {Attempt::running, Attempt::passed, Attempt::failed})
    if (word(attempt) == text) return attempt;
  return std::nullopt;
}

std::string_view word(Oddity oddity) {
  switch (oddity) {
    case Oddity::resumed: return "resumed";
    case Oddity::already_provisioned: return "already-provisioned";
    case Oddity::elsewhere: return "elsewhere";
    case Oddity::other_batch: return "other-batch";
    case Oddity::board_of_another_device: return "board-of-another-device";
    case Oddity::another_board: return "another-board";
    case Oddity::history_unknown: return "history-unknown";
  }
  return "";
}

}  // namespace epki::ledger

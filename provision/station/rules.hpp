#pragma once
// The rules of a line about one board: pure functions of what is known. No clock, no ledger, no port.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/job.hpp"
#include "core/result.hpp"

namespace epki::station {

/// What the ledger knows of a device, newest first.
struct Earlier {
  std::string imei;
  std::string batch{}, serial{}, slot{};
  std::string state{};       ///< how far it had come
  std::string result{};      ///< "pass", "fail" or empty: not finished
  bool passed_once = false;  ///< whatever came after
  std::string finished{};    ///< the day of its last result: "2026-11-20"
};

struct Facts {
  std::string imei, firmware;
  std::string slot;
  std::string serial{};                     ///< scanned for this slot
  std::string slot_with_same_imei{};        ///< another slot that works on the same IMEI now, or had it just before
  std::optional<Earlier> earlier{};         ///< this IMEI
  std::optional<Earlier> serial_earlier{};  ///< the device that the scanned serial was bound to
  std::optional<std::string> verdict{};     ///< class of the stored verdict for this firmware
  std::uint64_t begun_in_batch = 0;         ///< boards of this batch that were begun before this one
  std::string held{};                       ///< why the batch is held; empty: it is not
  bool reissue_asked = false;               ///< the operator wants a new certificate for the board in this slot
};

struct Decision {
  std::optional<Error> refused{};
  bool connect = true;
  bool reissue = false;
  std::vector<std::string> notes{};
};

/// The order is that of importance: a held batch, then a board that cannot be who it says, then firmware and batch.
Decision decide(const config::Job& job, const Facts& facts);

/// Why the batch must be held after this result; empty: it need not be. Only a board that was picked as a sample can
/// hold a batch: where every board connects, each failure is its own.
std::string hold_after(const config::Job& job, bool connected, bool passed, std::string_view imei);

}  // namespace epki::station

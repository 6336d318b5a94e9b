#pragma once
// A capture of one boot as exchanges. For this room's own files.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "provision/plan/capture.hpp"

namespace epki::plan {

struct Exchange {
  std::string command;
  std::size_t line = 0;      ///< in the file
  std::size_t position = 0;  ///< in the capture's lines
  std::optional<std::chrono::milliseconds> at{};
  std::vector<std::string> answers{};  ///< before the final result code
  std::optional<std::string> final{};  ///< "OK", "ERROR", "+CME ERROR: 3"; nothing: none before the next command
  std::optional<std::chrono::milliseconds> final_at{};
  bool ok() const { return final == "OK"; }
};

struct Boot {
  bool ready = false;                 ///< RDY is in the capture
  std::vector<CaptureLine> lines{};   ///< after RDY
  std::vector<CaptureLine> before{};  ///< before RDY, where this is the capture's first boot
  std::vector<Exchange> exchanges{};
};

/// One for each RDY; one without, where there is none.
std::vector<Boot> boots_of(const Capture& capture);

/// The command in the one spelling that is compared: name in capitals, no spaces outside quotes.
std::string normal_command(std::string_view text);

}  // namespace epki::plan

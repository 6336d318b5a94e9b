#pragma once
// Cuts and faults by the hundred: the short sets are tests, the whole ones are bench/faults.

#include <cstdint>
#include <string>
#include <vector>

namespace epki::faults {

struct Tally {
  std::size_t tried = 0;
  std::size_t ended_well = 0;          ///< within three runs
  std::size_t first_run = 0;           ///< at once
  std::vector<std::string> wrong{};    ///< said to be provisioned and differs from the plan, or was bound badly
  std::vector<std::string> unended{};  ///< not provisioned after three runs
};

/// The tool is killed (as by kill -9) after `first`, `first` + `step`, … bytes written; then it is run again.
Tally kill_the_tool(std::size_t first, std::size_t step);
/// The modem's power fails at every `step`-th command line, with and without a write cache of the flash.
Tally cut_the_power(std::size_t first, std::size_t step);
/// The power fails at every `step`-th byte of the upload.
Tally cut_an_upload(std::size_t first, std::size_t step);
/// Seeds `first` to `first` + `count` - 1. Each draws a firmware's quirks and a few mishaps of every kind.
Tally draw_faults(std::uint64_t first, std::size_t count);
/// What one of them says and hears, for whoever looks for a cause: its persona, then each run with its wire.
std::string told_of_seed(std::uint64_t seed);

}  // namespace epki::faults

#include <array>

#include "cli/commands.hpp"
#include "cli/program.hpp"

namespace epki::cli {

std::span<const Declared> commands_here() {
  return tool_commands;
}

std::span<const Elsewhere> commands_elsewhere() {
  static constexpr std::array<Elsewhere, 5> all{
      {{"judge", "Ask the oracle alone: is this chain valid under these trust anchors, for this name, at this time",
        "ec200u-pki-judge"},
       {"capture", "Save the certificate chains that live public servers present, for verify --replay and --census",
        "ec200u-pki-verify"},
       {"verify", "Find out by measurement what the modem's TLS client really trusts", "ec200u-pki-verify"},
       {"respond", "The probe responder alone, on a host that the modem can reach", "ec200u-pki-verify"},
       {"station", "Provision many modems on a manufacturing line, with a page for the operator",
        "ec200u-pki-station"}}};
  return all;
}

std::optional<int> run_worker(std::string_view /*name*/) {
  return std::nullopt;
}

}  // namespace epki::cli

#pragma once
#include <span>
#include <string_view>

namespace epki::cli {

/// Chains that play genuine public ones for simulated modems (templates/replay/README.md). No real modem knows their
/// roots.
struct StandIn {
  std::string_view name;
  std::string_view pem;
};
std::span<const StandIn> stand_ins();

}  // namespace epki::cli

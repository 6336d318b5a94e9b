#pragma once
// After the product's own boot: is everything on the modem as the plan wants it? Reads only.

#include <optional>
#include <string>
#include <vector>

#include "provision/plan/provision.hpp"

namespace epki::plan {

struct AuditItem {
  std::string item;  ///< "file cacert_….pem", "sni", "mqtt-ssl", "clock" …
  std::string wanted;
  std::optional<std::string> found{};  ///< nothing: not there, or not told
  bool ok = false;
};

struct AuditReport {
  std::string port;
  ec200u::Identity identity{};
  std::vector<AuditItem> items{};
  std::vector<std::string> warnings{};  ///< what is odd and not part of the plan

  bool as_planned() const;
  Json json() const;
  std::string text() const;
};

/// Compares files, every SSL setting of the context, MQTT's binding and the clock. With `options.deep` files are read
/// back even where the ledger knows them. Errc as the modem's functions say.
Result<AuditReport> audit(at::Engine& engine, const std::string& port_name, const Wanted& wanted,
                          const Options& options, const Surroundings& around);

}  // namespace epki::plan

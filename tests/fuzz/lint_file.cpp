#include "pki/lint/lint.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

void lint_file(std::string_view bytes) {
  // A name that gives the file a role, a host and a profile, so that as many rules as possible look at it.
  static const auto profile = *profile::built_in("name-pinned");
  const Instant at = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);
  const auto half = bytes.size() / 2;
  (void)lint::judge({{"client-ca.pem", bytes, lint::Role::client_anchors, 0644U}}, {at, "broker.internal", &profile});
  (void)lint::judge({{"a.pem", bytes.substr(0, half)}, {"b.pem", bytes.substr(half)}}, {at});
}

}  // namespace epki::fuzz

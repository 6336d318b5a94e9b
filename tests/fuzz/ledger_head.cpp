#include "ledger/audit.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

// What ledger import-head reads. What was accepted reads back as the same.
void ledger_head(std::string_view bytes) {
  const auto head = ledger::Head::parse(bytes);
  if (!head) return;
  const auto again = ledger::Head::parse(head->text());
  if (!again || again->text() != head->text()) __builtin_trap();
}

}  // namespace epki::fuzz

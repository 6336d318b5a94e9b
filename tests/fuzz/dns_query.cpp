#include "core/text.hpp"
#include "tests/fuzz/targets.hpp"
#include "verify/probe/dns_message.hpp"

namespace epki::fuzz {

void dns_query(std::string_view bytes) {
  const auto question = probe::parse_dns_query(as_bytes(bytes));
  if (!question) return;
  // An answer is never much longer than its query: the header, the question, one record.
  const auto answer = probe::dns_answer(*question, probe::DnsCode::no_error, "192.0.2.1");
  if (answer.size() > bytes.size() + 16) __builtin_trap();
}

}  // namespace epki::fuzz

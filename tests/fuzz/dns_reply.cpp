#include "sim/net/dns_client.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

// What a name server sends to the simulated modem: as it is, and behind the head that makes it the answer to our
// question.
void dns_reply(std::string_view bytes) {
  const auto query = sim::dns_query(7, "broker.example");
  sim::dns_addresses(bytes, query);
  auto answer = query;
  answer[2] = static_cast<char>(0x81);                              // a response, recursion desired
  if (bytes.size() >= 2) answer.replace(6, 2, bytes.substr(0, 2));  // how many answers it says it holds
  answer += bytes.size() >= 2 ? bytes.substr(2) : bytes;
  const auto found = sim::dns_addresses(answer, query);
  // A record of an address takes 15 bytes at least.
  if (!found || found->size() > bytes.size() / 15) __builtin_trap();
}

}  // namespace epki::fuzz

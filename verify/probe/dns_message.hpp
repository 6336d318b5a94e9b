#pragma once
// DNS messages as far as a responder for a few names needs them (RFC 1035, 4). Outside bytes: nothing is taken on
// trust.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace epki::probe {

struct DnsQuestion {
  std::uint16_t id = 0;
  unsigned opcode = 0;
  bool recursion_desired = false;
  std::string name{};  ///< lower case, without the final dot; bytes that no host name has are "\ddd" (RFC 1035, 5.1)
  std::uint16_t type = 0;
  std::uint16_t klass = 0;
  std::string wire{};  ///< the question as it came, for the answer: a resolver may check its letters' case
};

inline constexpr std::uint16_t dns_type_a = 1, dns_type_aaaa = 28;

/// "A", "AAAA", "TYPE65".
std::string dns_type_word(std::uint16_t type);

/// Reads one query with one question. Errc::input for a response, another number of questions, a compressed or
/// overlong name, or what is cut off. What follows the question (EDNS) is not looked at.
Result<DnsQuestion> parse_dns_query(std::span<const std::byte> message);

enum class DnsCode : std::uint8_t { no_error = 0, format_error = 1, not_implemented = 4, refused = 5 };

/// The answer to a question: with an address one record of its kind that lives a second, without one none. Never much
/// longer than the query, so that it is no use for flooding anybody.
std::string dns_answer(const DnsQuestion& question, DnsCode code, std::string_view address = {});

}  // namespace epki::probe

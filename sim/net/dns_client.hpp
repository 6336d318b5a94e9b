#pragma once
// A real look-up at the servers that AT+QIDNSCFG names (RFC 1035). The port is the persona's: AT gives none.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace epki::sim {

/// One question for an IPv4 address.
std::string dns_query(std::uint16_t id, std::string_view name);
/// The addresses of a reply to that question; empty: the server knows none. Nothing: it is no reply to it.
std::optional<std::vector<std::string>> dns_addresses(std::string_view reply, std::string_view query);

/// Asks the server twice, `limit` each. Nothing: no reply. Blocks.
std::optional<std::vector<std::string>> ask_dns(const std::string& server, std::uint16_t port, std::string_view name,
                                                std::chrono::milliseconds limit);

}  // namespace epki::sim

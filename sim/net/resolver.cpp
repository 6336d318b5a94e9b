#include <arpa/inet.h>
#include <netinet/in.h>

#include "core/text.hpp"
#include "sim/net/dns_client.hpp"
#include "sim/net/network.hpp"

namespace epki::sim {

namespace {

constexpr std::chrono::seconds kDnsLimit{2};

bool is_literal(const std::string& text) {
  in_addr v4{};
  in6_addr v6{};
  return ::inet_pton(AF_INET, text.c_str(), &v4) == 1 || ::inet_pton(AF_INET6, text.c_str(), &v6) == 1;
}

bool is_loopback(const std::string& text) {
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace

Resolver::Resolver(const Persona& persona)
    : persona_(persona), failures_left_(persona.faults.dns_fails), resets_left_(persona.faults.tcp_resets) {}

bool Resolver::drawn(std::int64_t per_thousand, std::uint64_t kind) {
  if (per_thousand <= 0) return false;
  // SplitMix64 (public domain constants) of the seed and how many were drawn before.
  std::uint64_t z = static_cast<std::uint64_t>(persona_.faults.seed) +
                    0x9e3779b97f4a7c15ULL * (1 + draws_.fetch_add(1)) + (kind << 56U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return (z ^ (z >> 31U)) % 1000 < static_cast<std::uint64_t>(per_thousand);
}

bool Resolver::resets_next() {
  return resets_left_.fetch_sub(1) > 0 || drawn(persona_.faults.resets_per_thousand, 1);
}

bool Resolver::open_fails_next() {
  return drawn(persona_.faults.opens_fail_per_thousand, 2);
}

bool Resolver::may_connect(std::string_view address) const {
  return persona_.allow_network || is_loopback(std::string(address));
}

std::vector<std::string> Resolver::resolve(std::string_view host) {
  if (is_literal(std::string(host))) return {std::string(host)};
  if (failures_left_.fetch_sub(1) > 0 || drawn(persona_.faults.dns_fails_per_thousand, 3)) return {};
  auto found = answers_to(host);
  std::erase_if(found, [this](const std::string& address) { return !may_connect(address); });
  return found;
}

void Resolver::ask(std::vector<std::string> servers) {
  const std::lock_guard lock(mutex_);
  servers_ = std::move(servers);
}

std::vector<std::string> Resolver::answers_to(std::string_view host) {
  std::vector<std::string> servers;
  {
    const std::lock_guard lock(mutex_);
    servers = servers_;
  }
  if (persona_.dns_port != 0 && !servers.empty()) {
    for (const auto& server : servers) {
      if (!may_connect(server)) continue;
      const auto addresses = ask_dns(server, static_cast<std::uint16_t>(persona_.dns_port), host, kDnsLimit);
      if (addresses && !addresses->empty()) return *addresses;
    }
    return {};
  }
  for (const auto& [name, addresses] : persona_.hosts)
    if (equal_ignoring_case(name, host)) return addresses;
  return {};
}

}  // namespace epki::sim

// The DNS servers of a packet context (AT reference, 5): AT+QIDNSCFG sets them at once and does not save them.

#include "provision/ec200u/asking.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/ec200u/names.hpp"
#include "provision/ec200u/replies.hpp"
#include "provision/ec200u/time_limits.hpp"

namespace epki::ec200u {

Result<std::optional<DnsServers>> Modem::dns_servers(int pdp) {
  auto reply = ask(engine_, "AT+QIDNSCFG=" + std::to_string(pdp), time_limit::simple, "+QIDNSCFG:");
  if (!reply) return std::move(reply).error();
  if (!reply->ok()) return std::optional<DnsServers>{};
  for (const auto& line : reply->lines) {
    if (auto servers = parse_dns_servers(line, pdp)) return servers;
  }
  return std::optional<DnsServers>{};
}

Status Modem::set_dns_servers(int pdp, const DnsServers& servers) {
  const auto first = quoted("DNS server", servers.first), second = quoted("DNS server", servers.second);
  if (!first) return first.error();
  if (!second) return second.error();
  const std::string command = "AT+QIDNSCFG=" + std::to_string(pdp) + "," + *first;
  auto set = demand(engine_, servers.second.empty() ? command : command + "," + *second, time_limit::simple,
                    "setting the DNS servers");
  return set ? success() : Status(std::move(set).error());
}

}  // namespace epki::ec200u

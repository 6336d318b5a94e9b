// QIDNSGIP and QIDNSCFG (AT reference, 5). Names come from the persona, or from the
// servers of QIDNSCFG where the persona has a port for real DNS.

#include <arpa/inet.h>

#include <array>

#include "sim/front/modem.hpp"

namespace epki::sim {
namespace cmd_dns {

bool is_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

/// Two kinds of lines: how many addresses, then each of them.
void tell(Modem& modem, const std::vector<std::string>& addresses, int lifetime, Moment now) {
  if (addresses.empty()) {
    modem.state.last_error = 565;
    modem.urc("+QIURC: \"dnsgip\",565", now);
    return;
  }
  modem.urc("+QIURC: \"dnsgip\",0," + std::to_string(addresses.size()) + "," + std::to_string(lifetime), now);
  for (const auto& address : addresses) modem.urc("+QIURC: \"dnsgip\"," + in_quotes(address), now);
}

Answer look_up(Modem& modem, const Args& args, Moment) {
  const auto context = args.number(0, 1, 15);
  const auto host = args.text(1, 255);
  if (!context || !host || host->empty() || args.size() != 2 || !modem.context_active(*context)) return Answer::error();
  const auto post = modem.poster();
  if (is_address(*host)) {
    post([&modem, address = *host](Moment now) { tell(modem, {address}, 0, now); });
    return Answer::ok();
  }
  auto& worker = modem.crew().hire();
  worker.run([&modem, &network = modem.network(), host = *host, post] {
    auto addresses = network.resolve(host);
    post([&modem, addresses = std::move(addresses)](Moment now) { tell(modem, addresses, 600, now); });
  });
  worker.dismiss();
  return Answer::ok();
}

Answer servers(Modem& modem, const Args& args, Moment) {
  const auto context = args.number(0, 1, 15);
  if (!context || !args.between(1, 3)) return Answer::error();
  auto& mine = modem.state.contexts[static_cast<std::size_t>(*context)];
  if (args.size() == 1)
    return Answer::ok("+QIDNSCFG: " + std::to_string(*context) + "," + in_quotes(mine.dns_first) + "," +
                      in_quotes(mine.dns_second));
  const auto first = args.text(1), second = args.text_or(2, "0.0.0.0");
  if (!first || !second || !is_address(*first) || !is_address(*second) || !mine.active) return Answer::error();
  mine.dns_first = *first;
  mine.dns_second = *second;
  std::vector<std::string> asked{*first};
  if (*second != "0.0.0.0" && *second != *first) asked.push_back(*second);
  modem.network().use_dns(std::move(asked));
  return Answer::ok();
}

Answer look_up_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QIDNSGIP: (1-15),<hostname>");
}
Answer servers_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QIDNSCFG: (1-15),<pridnsaddr>,<secdnsaddr>");
}

constexpr Entry table[] = {
    {.name = "+QIDNSGIP", .test = look_up_test, .set = look_up},
    {.name = "+QIDNSCFG", .test = servers_test, .set = servers},
};

}  // namespace cmd_dns

std::span<const Entry> dns_commands() {
  return cmd_dns::table;
}

}  // namespace epki::sim

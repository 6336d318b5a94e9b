// Echo, result codes, the serial line, unsolicited lines.

#include <algorithm>
#include <array>

#include "sim/front/modem.hpp"

namespace epki::sim {
namespace cmd_general {

/// A basic command that takes only the values that change nothing.
template <std::int64_t Least, std::int64_t Most>
Answer take_number(Modem&, const Args& args, Moment) {
  return args.number_or(0, Least, Least, Most) ? Answer::ok() : Answer::error();
}

Answer echo(Modem& modem, const Args& args, Moment) {
  const auto value = args.number_or(0, 0, 0, 1);
  if (!value) return Answer::error();
  modem.terminal.settings.echo = *value == 1;
  return Answer::ok();
}

Answer factory(Modem& modem, const Args& args, Moment) {
  if (!args.number_or(0, 0, 0, 0)) return Answer::error();
  modem.terminal.settings = {};
  return Answer::ok();
}

template <int Value>
Answer register_read(Modem&, const Args&, Moment) {
  const auto text = std::to_string(Value);
  return Answer::ok(std::string(3 - text.size(), '0') + text);
}

/// S3, S4, S5: the characters are what they are.
template <int Value>
Answer register_set(Modem&, const Args& args, Moment) {
  return args.size() == 1 && args.number(0, Value, Value) ? Answer::ok() : Answer::error();
}

Answer cmee_set(Modem& modem, const Args& args, Moment) {
  const auto mode = args.number(0, 0, 2);
  if (!mode || args.size() != 1) return Answer::error();
  modem.terminal.settings.cmee = static_cast<int>(*mode);
  return Answer::ok();
}

Answer cmee_read(Modem& modem, const Args&, Moment) {
  return Answer::ok("+CMEE: " + std::to_string(modem.terminal.settings.cmee));
}

Answer cmee_test(Modem&, const Args&, Moment) {
  return Answer::ok("+CMEE: (0-2)");
}

constexpr std::array<std::int64_t, 16> rates = {1200,  2400,  4800,   9600,   14400,  19200,  28800,   33600,
                                                38400, 57600, 115200, 230400, 460800, 921600, 1000000, 2000000};

Answer rate_read(Modem& modem, const Args&, Moment) {
  return Answer::ok("+IPR: " + std::to_string(modem.wire.baud() == 0 ? 115200 : modem.wire.baud()));
}

Answer rate_test(Modem&, const Args&, Moment) {
  std::string list;
  for (const auto rate : rates) list += (list.empty() ? "" : ",") + std::to_string(rate);
  return Answer::ok("+IPR: (),(" + list + ")");
}

/// The new rate holds once the OK is through. A line that is not paced stays so.
Answer rate_set(Modem& modem, const Args& args, Moment) {
  const auto rate = args.number(0, rates.front(), rates.back());
  if (!rate || args.size() != 1 || std::find(rates.begin(), rates.end(), *rate) == rates.end()) return Answer::error();
  auto done = Answer::ok();
  if (modem.wire.baud() != 0)
    done.then = [&modem, rate = *rate](Moment now) {
      const auto through = std::max(now, modem.wire.quiet_at()) + std::chrono::microseconds(1);
      modem.timeline().at(through, [&modem, rate](Moment) { modem.wire.set_baud(rate); });
    };
  return done;
}

Answer flow_set(Modem& modem, const Args& args, Moment) {
  const auto to_host = args.number(0, 0, 2), to_modem = args.number_or(1, modem.state.flow_to_modem, 0, 2);
  if (!to_host || !to_modem || !args.between(1, 2) || *to_host == 1 || *to_modem == 1) return Answer::error();
  modem.state.flow_to_host = *to_host;
  modem.state.flow_to_modem = *to_modem;
  return Answer::ok();
}

Answer flow_read(Modem& modem, const Args&, Moment) {
  return Answer::ok("+IFC: " + std::to_string(modem.state.flow_to_host) + "," +
                    std::to_string(modem.state.flow_to_modem));
}

Answer flow_test(Modem&, const Args&, Moment) {
  return Answer::ok("+IFC: (0,2),(0,2)");
}

Answer urc_set(Modem& modem, const Args& args, Moment) {
  const auto key = args.text(0);
  if (!key || *key != "urcport" || !args.between(1, 2)) return Answer::error();
  if (args.size() == 1) return Answer::ok("+QURCCFG: \"urcport\"," + in_quotes(modem.state.urc_port));
  const auto port = args.text(1);
  if (!port || (*port != "usbat" && *port != "usbmodem" && *port != "uart1" && *port != "all")) return Answer::error();
  modem.state.urc_port = *port;
  return Answer::ok();
}

Answer urc_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QURCCFG: \"urcport\",(\"usbat\",\"usbmodem\",\"uart1\",\"all\")");
}

constexpr Entry table[] = {
    {.name = "E", .exec = echo},
    {.name = "V", .exec = take_number<1, 1>},
    {.name = "Q", .exec = take_number<0, 0>},
    {.name = "Z", .exec = factory},
    {.name = "&F", .exec = factory},
    {.name = "&W", .exec = take_number<0, 0>},
    {.name = "&C", .exec = take_number<0, 1>},
    {.name = "&D", .exec = take_number<0, 2>},
    {.name = "S3", .read = register_read<13>, .set = register_set<13>},
    {.name = "S4", .read = register_read<10>, .set = register_set<10>},
    {.name = "S5", .read = register_read<8>, .set = register_set<8>},
    {.name = "+CMEE", .read = cmee_read, .test = cmee_test, .set = cmee_set},
    {.name = "+IPR", .read = rate_read, .test = rate_test, .set = rate_set},
    {.name = "+IFC", .read = flow_read, .test = flow_test, .set = flow_set},
    {.name = "+QURCCFG", .test = urc_test, .set = urc_set},
};

}  // namespace cmd_general

std::span<const Entry> general_commands() {
  return cmd_general::table;
}

}  // namespace epki::sim

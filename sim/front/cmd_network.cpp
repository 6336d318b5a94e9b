// Registration and signal, as far as a host sees them.

#include "sim/front/modem.hpp"

namespace epki::sim {
namespace cmd_network {

using Mode = std::int64_t Volatile::*;

std::int64_t stat(const Modem& modem) {
  const bool searching = modem.state.functionality == 1 && modem.persona().radio.sim == Radio::Sim::ready;
  return searching ? modem.persona().radio.registration : 0;
}

template <const char* Name, Mode Field>
Answer registration_read(Modem& modem, const Args&, Moment) {
  return Answer::ok(std::string(Name) + ": " + std::to_string(modem.state.*Field) + "," + std::to_string(stat(modem)));
}

template <const char* Name, Mode Field>
Answer registration_set(Modem& modem, const Args& args, Moment) {
  const auto mode = args.number(0, 0, 2);
  if (!mode || args.size() != 1) return Answer::error();
  modem.state.*Field = *mode;
  return Answer::ok();
}

template <const char* Name, Mode>
Answer registration_test(Modem&, const Args&, Moment) {
  return Answer::ok(std::string(Name) + ": (0-2)");
}

constexpr char creg[] = "+CREG", cgreg[] = "+CGREG", cereg[] = "+CEREG";

Answer signal(Modem& modem, const Args&, Moment) {
  return Answer::ok(modem.state.functionality == 1 ? "+CSQ: 31,99" : "+CSQ: 99,99");
}

Answer signal_test(Modem&, const Args&, Moment) {
  return Answer::ok("+CSQ: (0-31,99),(0-7,99)");
}

Answer operator_read(Modem& modem, const Args&, Moment) {
  if (!modem.registered()) return Answer::ok("+COPS: 0");
  return Answer::ok("+COPS: 0,0," + in_quotes(modem.persona().radio.operator_name) + ",7");
}

Answer network_info(Modem& modem, const Args&, Moment) {
  if (!modem.registered()) return Answer::ok("+QNWINFO: No Service");
  return Answer::ok("+QNWINFO: \"FDD LTE\",\"00101\",\"LTE BAND 3\",1650");
}

Answer attached(Modem& modem, const Args&, Moment) {
  return Answer::ok(modem.registered() ? "+CGATT: 1" : "+CGATT: 0");
}

template <const char* Name, Mode Field>
constexpr Entry registration{.name = Name,
                             .read = registration_read<Name, Field>,
                             .test = registration_test<Name, Field>,
                             .set = registration_set<Name, Field>};

constexpr Entry table[] = {
    registration<creg, &Volatile::creg>,      registration<cgreg, &Volatile::cgreg>,
    registration<cereg, &Volatile::cereg>,    {.name = "+CSQ", .exec = signal, .test = signal_test},
    {.name = "+COPS", .read = operator_read}, {.name = "+QNWINFO", .exec = network_info, .test = just_ok},
    {.name = "+CGATT", .read = attached},
};

}  // namespace cmd_network

std::span<const Entry> network_commands() {
  return cmd_network::table;
}

}  // namespace epki::sim

// Who the modem and its SIM say they are.

#include "sim/front/modem.hpp"

namespace epki::sim {
namespace cmd_identity {

Answer identify(Modem& modem, const Args& args, Moment) {
  if (!args.number_or(0, 0, 0, 0)) return Answer::error();
  const auto& who = modem.persona();
  return Answer::ok(std::vector<std::string>{who.manufacturer, who.model, "Revision: " + who.revision});
}

template <std::string Persona::*Field>
Answer tell(Modem& modem, const Args&, Moment) {
  return Answer::ok(modem.persona().*Field);
}

/// What needs a SIM fails the way a missing or locked one does.
template <class Make>
Answer with_sim(Modem& modem, Make make) {
  switch (modem.persona().radio.sim) {
    case Radio::Sim::missing: return Answer::cme(cme::sim_not_inserted);
    case Radio::Sim::pin: return Answer::cme(cme::sim_pin_required);
    case Radio::Sim::ready: break;
  }
  return Answer::ok(make());
}

Answer imsi(Modem& modem, const Args&, Moment) {
  return with_sim(modem, [&] { return modem.persona().imsi; });
}

Answer iccid(Modem& modem, const Args&, Moment) {
  if (modem.persona().radio.sim == Radio::Sim::missing) return Answer::cme(cme::sim_not_inserted);
  return Answer::ok("+QCCID: " + modem.persona().iccid);
}

Answer pin_state(Modem& modem, const Args&, Moment) {
  switch (modem.persona().radio.sim) {
    case Radio::Sim::missing: return Answer::cme(cme::sim_not_inserted);
    case Radio::Sim::pin: return Answer::ok("+CPIN: SIM PIN");
    case Radio::Sim::ready: break;
  }
  return Answer::ok("+CPIN: READY");
}

constexpr Entry table[] = {
    {.name = "I", .exec = identify},
    {.name = "+CGMI", .exec = tell<&Persona::manufacturer>, .test = just_ok},
    {.name = "+GMI", .exec = tell<&Persona::manufacturer>, .test = just_ok},
    {.name = "+CGMM", .exec = tell<&Persona::model>, .test = just_ok},
    {.name = "+GMM", .exec = tell<&Persona::model>, .test = just_ok},
    {.name = "+CGMR", .exec = tell<&Persona::revision>, .test = just_ok},
    {.name = "+GMR", .exec = tell<&Persona::revision>, .test = just_ok},
    {.name = "+QGMR", .exec = tell<&Persona::revision>, .test = just_ok},
    {.name = "+CGSN", .exec = tell<&Persona::imei>, .test = just_ok},
    {.name = "+GSN", .exec = tell<&Persona::imei>, .test = just_ok},
    {.name = "+CIMI", .exec = imsi, .test = just_ok},
    {.name = "+QCCID", .exec = iccid, .read = iccid, .test = just_ok},
    {.name = "+CPIN", .read = pin_state, .test = just_ok},
};

}  // namespace cmd_identity

std::span<const Entry> identity_commands() {
  return cmd_identity::table;
}

}  // namespace epki::sim

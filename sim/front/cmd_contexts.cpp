// Packet data contexts: CGDCONT, QICSGP, QIACT, QIDEACT.

#include "sim/front/modem.hpp"

namespace epki::sim {
namespace cmd_contexts {

constexpr std::int64_t last_context = 15;

PacketContext& context_of(Modem& modem, std::int64_t id) {
  return modem.state.contexts[static_cast<std::size_t>(id)];
}

Answer define(Modem& modem, const Args& args, Moment) {
  const auto cid = args.number(0, 1, last_context);
  if (!cid || !args.between(1, 3)) return Answer::error();
  if (args.size() == 1) {
    modem.state.cgdcont.erase(*cid);
    return Answer::ok();
  }
  const auto type = args.text(1), apn = args.text_or(2, "", 99);
  if (!type || !apn || (*type != "IP" && *type != "IPV6" && *type != "IPV4V6" && *type != "PPP"))
    return Answer::error();
  modem.state.cgdcont[*cid] = in_quotes(*type) + "," + in_quotes(*apn);
  return Answer::ok();
}

Answer definitions(Modem& modem, const Args&, Moment) {
  std::vector<std::string> lines;
  for (const auto& [cid, rest] : modem.state.cgdcont)
    lines.push_back("+CGDCONT: " + std::to_string(cid) + "," + rest + ",\"0.0.0.0\",0,0");
  return Answer::ok(lines);
}

Answer configure(Modem& modem, const Args& args, Moment) {
  const auto id = args.number(0, 1, last_context);
  if (!id || !args.between(1, 6)) return Answer::error();
  auto& context = context_of(modem, *id);
  if (args.size() == 1)
    return Answer::ok("+QICSGP: " + std::to_string(context.type) + "," + in_quotes(context.apn) + "," +
                      in_quotes(context.user) + "," + in_quotes(context.password) + "," +
                      std::to_string(context.authentication));
  const auto type = args.number(1, 1, 3);
  const auto apn = args.text(2, 99), user = args.text_or(3, "", 127), password = args.text_or(4, "", 127);
  const auto authentication = args.number_or(5, 0, 0, 3);
  if (!type || !apn || !user || !password || !authentication) return Answer::error();
  context.type = *type;
  context.apn = *apn;
  context.user = *user;
  context.password = *password;
  context.authentication = *authentication;
  return Answer::ok();
}

/// A context that is active already answers ERROR (AT reference, 5).
Answer activate(Modem& modem, const Args& args, Moment) {
  const auto id = args.number(0, 1, last_context);
  if (!id || args.size() != 1) return Answer::error();
  auto& context = context_of(modem, *id);
  if (context.active || !modem.registered() || modem.persona().radio.pdp_fails) {
    modem.state.last_error = 561;
    return Answer::error();
  }
  context.active = true;
  return Answer::ok();
}

Answer active(Modem& modem, const Args&, Moment) {
  std::vector<std::string> lines;
  for (std::int64_t id = 1; id <= last_context; ++id) {
    const auto& context = context_of(modem, id);
    if (!context.active) continue;
    std::string line = "+QIACT: " + std::to_string(id) + ",1," + std::to_string(context.type);
    if (context.type != 2) line += ",\"10.46.73.41\"";
    if (context.type != 1) line += ",\"2409:8D1E:1023:1B1B:18BE:A0EA:AEA9:AB47\"";
    lines.push_back(line);
  }
  return Answer::ok(lines);
}

Answer deactivate(Modem& modem, const Args& args, Moment now) {
  const auto id = args.number(0, 1, last_context);
  if (!id || args.size() != 1) return Answer::error();
  modem.deactivate(*id, now);
  return Answer::ok();
}

Answer activate_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QIACT: (1-15)");
}
Answer deactivate_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QIDEACT: (1-15)");
}
Answer configure_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QICSGP: (1-15),(1-3),<apn>,<username>,<password>,(0-3)");
}

constexpr Entry table[] = {
    {.name = "+CGDCONT", .read = definitions, .set = define},
    {.name = "+QICSGP", .test = configure_test, .set = configure},
    {.name = "+QIACT", .read = active, .test = activate_test, .set = activate},
    {.name = "+QIDEACT", .test = deactivate_test, .set = deactivate},
};

}  // namespace cmd_contexts

std::span<const Entry> context_commands() {
  return cmd_contexts::table;
}

}  // namespace epki::sim

// CCLK, CTZU, QNTP.

#include "sim/front/modem.hpp"

namespace epki::sim {
namespace cmd_clock {

Answer clock_read(Modem& modem, const Args&, Moment now) {
  return Answer::ok("+CCLK: " + in_quotes(cclk_text(modem.clock.utc(now), modem.clock.zone())));
}

Answer clock_set(Modem& modem, const Args& args, Moment now) {
  const auto text = args.text(0);
  const auto time = text && args.size() == 1 ? parse_cclk(*text) : std::nullopt;
  if (!time) return Answer::error();
  modem.clock.set(time->utc, time->zone, now);
  return Answer::ok();
}

Answer zone_update_read(Modem& modem, const Args&, Moment) {
  return Answer::ok("+CTZU: " + std::to_string(modem.state.time_zone_update));
}

Answer zone_update_set(Modem& modem, const Args& args, Moment) {
  const auto mode = args.number(0, 0, 3);
  if (!mode || *mode == 2 || args.size() != 1) return Answer::error();
  modem.state.time_zone_update = *mode;
  return Answer::ok();
}

Answer zone_update_test(Modem&, const Args&, Moment) {
  return Answer::ok("+CTZU: (0,1,3)");
}

constexpr std::chrono::milliseconds ntp_takes(60);

void synchronise(Modem& modem, Moment now) {
  modem.state.ntp_running = false;
  if (modem.persona().radio.ntp_fails) {
    modem.urc("+QNTP: 569", now);
    return;
  }
  modem.clock.set(modem.clock.host(now), now);
  // The time is UTC although the suffix claims eight hours (AT reference, 5).
  modem.urc("+QNTP: 0," + in_quotes(ntp_text(modem.clock.utc(now)) + "+32"), now);
}

Answer ntp(Modem& modem, const Args& args, Moment now) {
  const auto context = args.number(0, 1, 15);
  const auto server = args.text(1, 255);
  if (!context || !server || server->empty() || !args.between(2, 4) || !args.number_or(2, 123, 1, 65535) ||
      !args.number_or(3, 1, 0, 1))
    return Answer::error();
  if (!modem.context_active(*context) || modem.state.ntp_running) return Answer::error();
  modem.state.ntp_running = true;
  modem.timeline().at(now + ntp_takes, [&modem](Moment at) { synchronise(modem, at); });
  return Answer::ok();
}

constexpr Entry table[] = {
    {.name = "+CCLK", .read = clock_read, .test = just_ok, .set = clock_set},
    {.name = "+CTZU", .read = zone_update_read, .test = zone_update_test, .set = zone_update_set},
    {.name = "+QNTP", .set = ntp},
};

}  // namespace cmd_clock

std::span<const Entry> clock_commands() {
  return cmd_clock::table;
}

}  // namespace epki::sim

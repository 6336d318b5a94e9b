// CFUN and QPOWD.

#include "sim/front/modem.hpp"

namespace epki::sim {
namespace cmd_power {

Answer functionality_read(Modem& modem, const Args&, Moment) {
  return Answer::ok("+CFUN: " + std::to_string(modem.state.functionality));
}

Answer functionality_test(Modem&, const Args&, Moment) {
  return Answer::ok("+CFUN: (0,1,4),(0,1)");
}

Answer functionality_set(Modem& modem, const Args& args, Moment now) {
  const auto level = args.number(0, 0, 4), reset = args.number_or(1, 0, 0, 1);
  if (!level || !reset || !args.between(1, 2) || *level == 2 || *level == 3) return Answer::error();
  if (*reset == 1) {
    if (*level != 1) return Answer::error();
    auto done = Answer::ok();
    done.then = [&modem](Moment at) { modem.reboot(at); };
    return done;
  }
  if (*level != 1)
    for (std::int64_t id = 1; id < std::ssize(modem.state.contexts); ++id)
      if (modem.context_active(id)) modem.deactivate(id, now);
  modem.state.functionality = *level;
  return Answer::ok();
}

Answer power_down(Modem& modem, const Args& args, Moment) {
  if (!args.number_or(0, 1, 0, 1) || args.size() > 1) return Answer::error();
  auto done = Answer::ok();
  done.then = [&modem](Moment at) { modem.power_off(at); };
  return done;
}

constexpr Entry table[] = {
    {.name = "+CFUN", .read = functionality_read, .test = functionality_test, .set = functionality_set},
    {.name = "+QPOWD", .exec = power_down, .set = power_down},
};

}  // namespace cmd_power

std::span<const Entry> power_commands() {
  return cmd_power::table;
}

}  // namespace epki::sim

#pragma once
// The tables of commands. Each subject has a file of its own (cmd_*.cpp) and one table; the modem looks through all.

#include <span>
#include <string>
#include <string_view>

#include "sim/front/answer.hpp"
#include "sim/front/args.hpp"

namespace epki::sim {

class Modem;

/// One form of one command. A form that is missing answers ERROR.
using Handler = Answer (*)(Modem&, const Args&, Moment);

struct Entry {
  std::string_view name;  ///< upper case
  Handler exec = nullptr;
  Handler read = nullptr;  ///< `?`
  Handler test = nullptr;  ///< `=?`
  Handler set = nullptr;   ///< `=`
  bool alone = false;      ///< takes over the line (data, prompt): nothing may follow it
};

std::span<const Entry> general_commands();
std::span<const Entry> identity_commands();
std::span<const Entry> network_commands();
std::span<const Entry> context_commands();
std::span<const Entry> power_commands();
std::span<const Entry> clock_commands();
std::span<const Entry> file_commands();
std::span<const Entry> file_handle_commands();
std::span<const Entry> ssl_config_commands();
std::span<const Entry> ssl_socket_commands();
std::span<const Entry> tcp_commands();
std::span<const Entry> dns_commands();
std::span<const Entry> mqtt_config_commands();
std::span<const Entry> mqtt_commands();
std::span<const Entry> mqtt_message_commands();

inline std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

/// For a command that takes no setting: `=?` answers OK.
Answer just_ok(Modem& modem, const Args& args, Moment now);

}  // namespace epki::sim

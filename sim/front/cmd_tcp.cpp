// Plain sockets: QIOPEN, QISEND, QIRD, QICLOSE, QISTATE, QIGETERROR (AT reference, 5).

#include "sim/front/socket_commands.hpp"

namespace epki::sim {
namespace cmd_tcp {

constexpr SocketFamily family{&Modem::plain, "+QIOPEN", "+QIRD", "+QIURC"};
constexpr std::chrono::seconds open_limit(150);

Answer open(Modem& modem, const Args& args, Moment) {
  const auto context = args.number(0, 1, 15), id = args.number(1, 0, Sockets::count - 1);
  const auto kind = args.text(2), host = args.text(3, 150);
  const auto port = args.number(4, 1, 65535), local = args.number_or(5, 0, 0, 65535), mode = args.number_or(6, 0, 0, 1);
  if (!context || !id || !kind || *kind != "TCP" || !host || host->empty() || !port || !local || !mode ||
      !args.between(5, 7))
    return Answer::error();
  const int index = static_cast<int>(*id);
  if (modem.plain[index].state != Socket::State::unused) {
    report_open(modem, family, index, 563);
  } else if (!modem.context_active(*context)) {
    report_open(modem, family, index, 561);
  } else {
    Socket socket;
    socket.host = *host;
    socket.port = static_cast<std::uint16_t>(*port);
    socket.context = static_cast<int>(*context);
    socket.push = *mode == 1;
    auto& network = modem.network();
    modem.plain.open(
        index, std::move(socket),
        [&network, host = *host, port = static_cast<std::uint16_t>(*port)](const std::atomic<bool>& cancel) {
          return network.open_plain(host, port, open_limit, cancel);
        },
        modem.poster());
  }
  return Answer::ok();
}

Answer send(Modem& modem, const Args& args, Moment now) {
  return socket_send(modem, family, args, now);
}
Answer receive(Modem& modem, const Args& args, Moment) {
  return socket_receive(modem, family, args);
}
Answer close(Modem& modem, const Args& args, Moment) {
  return socket_close(modem, family, args);
}

std::string state_line(Modem& modem, int id) {
  const auto& socket = modem.plain[id];
  return "+QISTATE: " + std::to_string(id) + ",\"TCP\"," + in_quotes(socket.host) + "," + std::to_string(socket.port) +
         ",0," +
         std::to_string(socket.state == Socket::State::opening ? 1
                        : socket.state == Socket::State::open  ? 2
                                                               : 4) +
         "," + std::to_string(socket.context) + "," + std::to_string(id) + "," + (socket.push ? "1" : "0") +
         ",\"uart1\"";
}

Answer states(Modem& modem, const Args&, Moment) {
  std::vector<std::string> lines;
  for (int id = 0; id < Sockets::count; ++id)
    if (modem.plain[id].state != Socket::State::unused) lines.push_back(state_line(modem, id));
  return Answer::ok(std::move(lines));
}

/// `=1,<id>`: one socket; `=0,<context>`: those of a context.
Answer state(Modem& modem, const Args& args, Moment) {
  const auto kind = args.number(0, 0, 1);
  const auto which = kind ? args.number(1, *kind == 1 ? 0 : 1, *kind == 1 ? Sockets::count - 1 : 15) : std::nullopt;
  if (!which || args.size() != 2) return Answer::error();
  std::vector<std::string> lines;
  for (int id = 0; id < Sockets::count; ++id) {
    const auto& socket = modem.plain[id];
    if (socket.state != Socket::State::unused && (*kind == 1 ? id : socket.context) == *which)
      lines.push_back(state_line(modem, id));
  }
  return Answer::ok(std::move(lines));
}

Answer last_error(Modem& modem, const Args&, Moment) {
  const int code = modem.state.last_error;
  return Answer::ok("+QIGETERROR: " + std::to_string(code) + "," + std::string(socket_error_words(code)));
}

Answer open_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QIOPEN: (1-15),(0-11),\"TCP\",<IP_address>/<domain_name>,(1-65535),(0-65535),(0,1)");
}

constexpr Entry table[] = {
    {.name = "+QIOPEN", .test = open_test, .set = open},
    {.name = "+QISEND", .test = just_ok, .set = send, .alone = true},
    {.name = "+QIRD", .test = just_ok, .set = receive},
    {.name = "+QICLOSE", .test = just_ok, .set = close},
    {.name = "+QISTATE", .exec = states, .read = states, .test = just_ok, .set = state},
    {.name = "+QIGETERROR", .exec = last_error, .test = just_ok},
};

}  // namespace cmd_tcp

Sockets::Events plain_socket_events(Modem& modem) {
  return socket_events(modem, cmd_tcp::family);
}

std::span<const Entry> tcp_commands() {
  return cmd_tcp::table;
}

}  // namespace epki::sim

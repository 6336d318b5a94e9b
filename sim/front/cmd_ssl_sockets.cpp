// TLS sockets: QSSLOPEN, QSSLSEND, QSSLRECV, QSSLCLOSE, QSSLSTATE (AT reference, 2).

#include <utility>

#include "sim/front/socket_commands.hpp"

namespace epki::sim {
namespace cmd_ssl_sockets {

constexpr SocketFamily family{&Modem::tls, "+QSSLOPEN", "+QSSLRECV", "+QSSLURC"};
constexpr std::chrono::seconds open_limit(150);

/// The error before anything is tried; 0: go on.
int refusal(Modem& modem, int id, std::int64_t context) {
  const auto limit = modem.persona().faults.open_limit;
  if (limit > 0 && ++modem.state.opens > limit) return 552;
  if (modem.tls[id].state != Socket::State::unused) return 563;
  if (!modem.context_active(context)) return 561;
  return 0;
}

Answer open(Modem& modem, const Args& args, Moment) {
  const auto pdp = args.number(0, 1, 7), context = args.number(1, 0, 5), id = args.number(2, 0, Sockets::count - 1);
  const auto host = args.text(3, 255);
  const auto port = args.number(4, 1, 65535), mode = args.number_or(5, 0, 0, 1);
  if (!pdp || !context || !id || !host || host->empty() || !port || !mode || !args.between(5, 6))
    return Answer::error();
  const int index = static_cast<int>(*id);
  if (const int error = refusal(modem, index, *pdp); error != 0) {
    report_open(modem, family, index, error);
    return Answer::ok();
  }
  Socket socket;
  socket.host = *host;
  socket.port = static_cast<std::uint16_t>(*port);
  socket.context = static_cast<int>(*pdp);
  socket.ssl_context = static_cast<int>(*context);
  socket.push = *mode == 1;
  modem.tls.open(
      index, std::move(socket),
      [&modem, &network = modem.network(), host = *host, port = static_cast<std::uint16_t>(*port),
       settings = modem.state.ssl_in_force[static_cast<std::size_t>(*context)].settings(
           modem.files(), modem.clock.offset())](const std::atomic<bool>& cancel) -> Opened {
        if (!settings) return {nullptr, OpenFailure::local, "a bound file is not there"};
        return network.open_tls(host, port, *settings, modem.persona().ssl, open_limit, cancel);
      },
      modem.poster());
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
  const auto& socket = modem.tls[id];
  const int state = socket.state == Socket::State::opening ? 1 : socket.state == Socket::State::open ? 2 : 4;
  return "+QSSLSTATE: " + std::to_string(id) + ",\"SSLClient\"," + in_quotes(socket.host) + "," +
         std::to_string(socket.port) + ",0," + std::to_string(state) + "," + std::to_string(socket.context) + "," +
         std::to_string(id) + "," + (socket.push ? "1" : "0") + ",\"uart1\"," + std::to_string(socket.ssl_context);
}

Answer states(Modem& modem, const Args&, Moment) {
  std::vector<std::string> lines;
  for (int id = 0; id < Sockets::count; ++id)
    if (modem.tls[id].state != Socket::State::unused) lines.push_back(state_line(modem, id));
  return Answer::ok(std::move(lines));
}

Answer state(Modem& modem, const Args& args, Moment) {
  const auto id = args.number(0, 0, Sockets::count - 1);
  if (!id || args.size() != 1) return Answer::error();
  const int index = static_cast<int>(*id);
  if (modem.tls[index].state == Socket::State::unused) return Answer::ok();
  return Answer::ok(state_line(modem, index));
}

Answer open_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QSSLOPEN: (1-7),(0-5),(0-11),<serveraddr>,(1-65535),(0,1)");
}

constexpr Entry table[] = {
    {.name = "+QSSLOPEN", .test = open_test, .set = open},
    {.name = "+QSSLSEND", .test = just_ok, .set = send, .alone = true},
    {.name = "+QSSLRECV", .test = just_ok, .set = receive},
    {.name = "+QSSLCLOSE", .test = just_ok, .set = close},
    {.name = "+QSSLSTATE", .exec = states, .read = states, .test = just_ok, .set = state},
};

}  // namespace cmd_ssl_sockets

Sockets::Events tls_socket_events(Modem& modem) {
  return socket_events(modem, cmd_ssl_sockets::family);
}

std::span<const Entry> ssl_socket_commands() {
  return cmd_ssl_sockets::table;
}

}  // namespace epki::sim

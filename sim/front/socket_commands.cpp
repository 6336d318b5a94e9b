#include "sim/front/socket_commands.hpp"

#include <memory>
#include <utility>

namespace epki::sim {
namespace {

constexpr std::size_t push_most = 1500;

}  // namespace

int open_error(OpenFailure failure) {
  switch (failure) {
    case OpenFailure::none: return 0;
    case OpenFailure::name: return 565;
    case OpenFailure::tcp: return 566;
    case OpenFailure::local: return 552;
    case OpenFailure::tls: return 566;
    case OpenFailure::timeout: return 569;
  }
  return 550;
}

std::string_view socket_error_words(int code) {
  switch (code) {
    case 0: return "operate successfully";
    case 552: return "invalid parameters";
    case 561: return "open PDP context failed";
    case 563: return "socket identity has been used";
    case 565: return "DNS parse failed";
    case 566: return "socket connect failed";
    case 567: return "socket has been closed";
    case 569: return "operation timeout";
  }
  return "unknown error";
}

Sockets::Events socket_events(Modem& modem, const SocketFamily& family) {
  const auto event = std::string(family.event);
  Sockets::Events events;
  events.opened = [&modem, family](int id, OpenFailure failure, Moment now) {
    // After a failed verification AT+QIGETERROR says that all is well (AT reference, 2).
    modem.state.last_error = failure == OpenFailure::tls ? 0 : open_error(failure);
    modem.urc(std::string(family.open) + ": " + std::to_string(id) + "," + std::to_string(open_error(failure)), now);
  };
  events.arrived = [&modem, family, event](int id, Moment now) {
    auto& sockets = modem.*(family.sockets);
    auto& socket = sockets[id];
    const auto line = "\r\n" + event + ": \"recv\"," + std::to_string(id);
    while (socket.push && !socket.buffer.empty()) {
      const auto part = sockets.fetch(id, push_most);
      modem.urc_bytes(line + "," + std::to_string(part.size()) + "\r\n" + part, now);
    }
    if (socket.buffer.empty() || socket.announced) return;
    socket.announced = true;
    modem.urc_bytes(line + "\r\n", now);
  };
  events.closed = [&modem, event](int id, Moment now) { modem.urc(event + ": \"closed\"," + std::to_string(id), now); };
  events.log = [&modem](const std::string& text) { modem.log(text); };
  return events;
}

void report_open(Modem& modem, const SocketFamily& family, int id, int error) {
  modem.state.last_error = error;
  modem.poster()([&modem, line = std::string(family.open) + ": " + std::to_string(id) + "," +
                                 std::to_string(error)](Moment now) { modem.urc(line, now); });
}

namespace {

void sent(Modem& modem, bool good, Moment now) {
  modem.terminal.raw(good ? "\r\nSEND OK\r\n" : "\r\nSEND FAIL\r\n", now);
  modem.terminal.finish_silently(now);
}

}  // namespace

Answer socket_send(Modem& modem, const SocketFamily& family, const Args& args, Moment now) {
  const auto id = args.number(0, 0, Sockets::count - 1);
  const auto size = args.number(1, 0, 1460);
  if (!id || !size || args.size() != 2) return Answer::error();
  auto& socket = (modem.*(family.sockets))[static_cast<int>(*id)];
  if (*size == 0) {
    if (family.event != "+QIURC" || socket.state == Socket::State::unused) return Answer::error();
    return Answer::ok("+QISEND: " + std::to_string(socket.sent) + "," + std::to_string(socket.sent) + ",0");
  }
  if (socket.state != Socket::State::open) return Answer::error();
  modem.terminal.raw("\r\n> ", now);
  const auto data = std::make_shared<std::string>();
  modem.terminal.begin_data([&modem, family, data, id = static_cast<int>(*id), size = static_cast<std::size_t>(*size)](
                                std::string_view bytes, Moment at) {
    const auto part = bytes.substr(0, size - data->size());
    *data += part;
    if (data->size() < size) return part.size();
    modem.terminal.end_data();
    auto& sockets = modem.*(family.sockets);
    if (sockets[id].state == Socket::State::open)
      sockets.send(id, *data, modem.poster(), [&modem](bool good, Moment then) { sent(modem, good, then); });
    else
      sent(modem, false, at);
    return part.size();
  });
  return Answer::later();
}

Answer socket_receive(Modem& modem, const SocketFamily& family, const Args& args) {
  const auto id = args.number(0, 0, Sockets::count - 1);
  const bool plain = family.receive == "+QIRD";
  const auto most = plain ? args.number_or(1, 1500, 0, 1500) : args.number(1, 1, 1500);
  if (!id || !most || !args.between(1, 2)) return Answer::error();
  auto& sockets = modem.*(family.sockets);
  auto& socket = sockets[static_cast<int>(*id)];
  if (socket.state != Socket::State::open && socket.state != Socket::State::closed) return Answer::error();
  if (socket.push) return Answer::error();
  const auto name = std::string(family.receive) + ": ";
  if (*most == 0)
    return Answer::ok(name + std::to_string(socket.received) + "," +
                      std::to_string(socket.received - socket.buffer.size()) + "," +
                      std::to_string(socket.buffer.size()));
  const auto part = sockets.fetch(static_cast<int>(*id), static_cast<std::size_t>(*most));
  auto answer = Answer::ok(name + std::to_string(part.size()));
  answer.tail = part;
  return answer;
}

Answer socket_close(Modem& modem, const SocketFamily& family, const Args& args) {
  const auto id = args.number(0, 0, Sockets::count - 1);
  if (!id || !args.number_or(1, 10, 0, 65535) || !args.between(1, 2)) return Answer::error();
  (modem.*(family.sockets)).close(static_cast<int>(*id));
  return Answer::ok();
}

}  // namespace epki::sim

#pragma once
// What the commands of plain and of TLS sockets have in common.

#include <string>
#include <string_view>

#include "sim/front/modem.hpp"

namespace epki::sim {

/// One family of commands.
struct SocketFamily {
  Sockets Modem::*sockets;
  std::string_view open, receive, event;  ///< "+QIOPEN", "+QIRD", "+QIURC"
};

/// AT reference, 2: one number for every failure of verification, and for a connection that fails.
int open_error(OpenFailure failure);
/// Words for AT+QIGETERROR.
std::string_view socket_error_words(int code);

Sockets::Events socket_events(Modem& modem, const SocketFamily& family);
/// `+QIOPEN: <id>,<err>` as an unsolicited line after the OK.
void report_open(Modem& modem, const SocketFamily& family, int id, int error);

/// `<id>,<len 1-1460>`, then the prompt.
Answer socket_send(Modem& modem, const SocketFamily& family, const Args& args, Moment now);
/// `<id>,<len 1-1500>`.
Answer socket_receive(Modem& modem, const SocketFamily& family, const Args& args);
/// `<id>[,<timeout>]`. An unused id is OK as well.
Answer socket_close(Modem& modem, const SocketFamily& family, const Args& args);

}  // namespace epki::sim

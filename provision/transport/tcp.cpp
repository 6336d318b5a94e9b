#include <memory>
#include <string>

#include "core/connect.hpp"
#include "provision/transport/byte_stream.hpp"
#include "provision/transport/fd_stream.hpp"

namespace epki::transport {

namespace {

/// What the network says, said of a modem behind it. A cancel stays one.
Error of_a_modem(Error error, const std::string& before, std::string hint) {
  if (error.code != Errc::network) return error;
  return {Errc::modem_gone, before + error.what, std::move(hint)};
}

}  // namespace

Result<std::unique_ptr<ByteStream>> open_tcp(const std::string& host, std::uint16_t port, Deadline by,
                                             const Cancel& cancel) {
  const HostPort target{host, port};
  const std::string name = "tcp:" + text_of(target);
  const auto addresses = look_up(target);
  if (!addresses) return of_a_modem(addresses.error(), name + ": ", "check the spelling, or give the address itself");
  auto socket = connect_to(*addresses, target, by, cancel);
  if (!socket)
    return of_a_modem(std::move(socket).error(),
                      "tcp:", "check that the serial server or emulator runs there and listens on that port");
  return std::unique_ptr<ByteStream>(std::make_unique<FdStream>(socket->release(), name, cancel));
}

}  // namespace epki::transport

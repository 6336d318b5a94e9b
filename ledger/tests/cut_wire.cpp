#include "ledger/tests/cut_wire.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>

namespace epki::ledger {

namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  return address;
}

// False when the peer is gone.
bool forward(int from, int to, std::string& seen) {
  std::array<char, 65536> bytes{};
  const auto n = ::read(from, bytes.data(), bytes.size());
  if (n <= 0) return false;
  seen.assign(bytes.data(), static_cast<std::size_t>(n));
  for (std::size_t sent = 0; sent < seen.size();) {
    const auto m = ::send(to, seen.data() + sent, seen.size() - sent, MSG_NOSIGNAL);
    if (m <= 0) return false;
    sent += static_cast<std::size_t>(m);
  }
  return true;
}

}  // namespace

CutWire::CutWire(const std::filesystem::path& folder, const std::filesystem::path& server_folder)
    : server_((server_folder / ".s.PGSQL.5432").string()) {
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of((folder / ".s.PGSQL.5432").string());
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return;
  ::listen(listener_, 8);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { serve(); });
}

CutWire::~CutWire() {
  const std::uint64_t one = 1;
  if (::write(stop_, &one, sizeof(one)) == sizeof(one) && thread_.joinable()) thread_.join();
  ::close(listener_);
  ::close(stop_);
}

void CutWire::serve() {
  for (;;) {
    std::array<pollfd, 2> both{pollfd{listener_, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
    if (::poll(both.data(), both.size(), -1) < 0) continue;
    if (both[1].revents != 0) return;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    pass(client);
    ::close(client);
  }
}

// One connection at a time: that is all the tests make.
void CutWire::pass(int client) {
  const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(server_);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(server);
    return;
  }
  bool committing = false;
  std::string seen;
  for (;;) {
    std::array<pollfd, 3> all{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}, pollfd{stop_, POLLIN, 0}};
    if (::poll(all.data(), all.size(), -1) < 0) continue;
    if (all[2].revents != 0) break;
    if (all[1].revents != 0) {
      if (committing) {
        ++lost_;  // the server has answered: it has committed
        break;
      }
      if (!forward(server, client, seen)) break;
    }
    if (all[0].revents != 0) {
      if (!forward(client, server, seen)) break;
      if (seen.find("COMMIT") != std::string::npos && lose_.exchange(false)) committing = true;
    }
  }
  ::close(server);
}

}  // namespace epki::ledger

#include "keyless_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

#include "core/text.hpp"

namespace epki::sim::bench {

namespace {

constexpr int kPatience = 20000;  // milliseconds

std::string number(std::size_t value, int size) {
  std::string bytes;
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
    bytes += static_cast<char>(static_cast<unsigned char>(value >> shift));
  return bytes;
}

std::string hex(std::string_view digits) {
  const auto bytes = from_hex(digits);
  return bytes ? std::string(as_text(*bytes)) : std::string{};
}

std::string record(int type, const std::string& body) {
  return number(static_cast<std::size_t>(type), 1) + hex("0303") + number(body.size(), 2) + body;
}

std::string message(int type, const std::string& body) {
  return record(22, number(static_cast<std::size_t>(type), 1) + number(body.size(), 3) + body);
}

std::string first_flight(const std::vector<std::string>& chain) {
  // TLS 1.2, no session id, ECDHE-ECDSA-AES128-GCM-SHA256, no compression, no extensions.
  std::string flight = message(2, hex("0303") + std::string(32, 'r') + hex("00c02b00"));
  std::string list;
  for (const auto& certificate : chain) list += number(certificate.size(), 3) + certificate;
  flight += message(11, number(list.size(), 3) + list);
  // The share is P-256's generator; the signature (1, 1) is well-formed and wrong.
  flight += message(12, hex("03001741"
                            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
                            "040300083006020101020101"));
  return flight + message(14, "");
}

/// The next `size` bytes; less when the connection ends.
std::string read_exactly(int fd, std::size_t size, bool& reset) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    pollfd waiting{fd, POLLIN, 0};
    if (::poll(&waiting, 1, kPatience) <= 0) break;
    const auto n = ::recv(fd, bytes.data() + have, size - have, 0);
    if (n < 0) reset = errno == ECONNRESET;
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  bytes.resize(have);
  return bytes;
}

/// Reads one record; its type, or -1 at the end.
int read_record(int fd, std::string& body, bool& reset) {
  const std::string header = read_exactly(fd, 5, reset);
  if (header.size() < 5) return -1;
  const auto size =
      static_cast<std::size_t>(static_cast<unsigned char>(header[3]) * 256 + static_cast<unsigned char>(header[4]));
  body = read_exactly(fd, size, reset);
  return body.size() == size ? static_cast<unsigned char>(header[0]) : -1;
}

}  // namespace

KeylessServer::KeylessServer(std::vector<std::string> chain) : chain_(std::move(chain)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  socklen_t size = sizeof address;
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 1) != 0 || ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no listening socket");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

KeylessServer::~KeylessServer() {
  ::shutdown(listener_, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
  ::close(listener_);
}

std::string KeylessServer::answer() {
  if (thread_.joinable()) thread_.join();
  return answer_;
}

void KeylessServer::serve() {
  pollfd waiting{listener_, POLLIN, 0};
  if (::poll(&waiting, 1, kPatience) <= 0) return;
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  bool reset = false;
  std::string body;
  answer_ = "no hello";
  if (read_record(fd, body, reset) == 22) {
    const std::string flight = first_flight(chain_);
    [[maybe_unused]] const auto sent = ::send(fd, flight.data(), flight.size(), MSG_NOSIGNAL);
    const int type = read_record(fd, body, reset);
    if (type == 21 && body.size() == 2) answer_ = std::to_string(static_cast<unsigned char>(body[1]));
    if (type == 22) answer_ = "went on";
    if (type < 0) answer_ = reset ? "reset" : "close";
  }
  ::close(fd);
}

}  // namespace epki::sim::bench

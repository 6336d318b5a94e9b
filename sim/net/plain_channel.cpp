#include <array>

#include "sim/net/socket.hpp"

namespace epki::sim {

namespace {

// A peer that takes nothing for this long is taken for dead.
constexpr std::chrono::seconds kSendLimit{30};

class PlainChannel final : public Channel {
 public:
  explicit PlainChannel(TcpSocket socket) : socket_(std::move(socket)) {}

  std::string receive(std::chrono::milliseconds wait) override {
    if (closed_ || !socket_.wait_readable({after(wait)})) return {};
    std::array<char, 4096> chunk{};
    const auto got = socket_.read_now(chunk);
    if (got.outcome == TcpSocket::Outcome::closed) closed_ = true;
    return {chunk.data(), got.count};
  }

  bool send(std::string_view bytes) override {
    const Patience patience{after(kSendLimit)};
    while (!bytes.empty()) {
      if (closed_ || !socket_.wait_writable(patience)) return false;
      const auto sent = socket_.write_now(bytes);
      if (sent.outcome == TcpSocket::Outcome::closed) {
        closed_ = true;
        return false;
      }
      bytes.remove_prefix(sent.count);
    }
    return !closed_;
  }

  bool closed() const override { return closed_; }

  void close() override {
    closed_ = true;
    socket_.shut_down();
  }

 private:
  TcpSocket socket_;
  std::atomic<bool> closed_{false};
};

}  // namespace

Opened open_plain(Resolver& resolver, std::string_view host, std::uint16_t port, std::chrono::milliseconds limit,
                  const std::atomic<bool>& cancel) {
  auto connected = connect_tcp(resolver, host, port, {after(limit), &cancel});
  Opened opened{.channel = nullptr, .failure = connected.failure, .detail = std::move(connected.detail)};
  if (connected.socket) opened.channel = std::make_unique<PlainChannel>(std::move(*connected.socket));
  return opened;
}

}  // namespace epki::sim

#include "verify/probe/relay.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "core/connect.hpp"
#include "core/text.hpp"
#include "verify/probe/relay_view.hpp"

namespace epki::probe {

namespace {

using ossl::PeerSocket;
using Got = PeerSocket::Got;

// One side is not read while the other has so much still to take.
constexpr std::size_t kMostUnsent = 64U << 10U;
constexpr int kReadsAtOnce = 16;

class RelayDialogue final : public Dialogue {
 public:
  RelayDialogue(PeerSocket peer, const RelayTarget& target, const Caps& caps)
      : peer_(std::move(peer)), target_(target), caps_(caps) {
    connect_next();
  }

  void add_to(std::vector<pollfd>& waiting) const override {
    const bool reads = to_server_.size() < kMostUnsent;
    const auto from_peer = static_cast<short>((reads ? POLLIN : 0) | (to_peer_.empty() ? 0 : POLLOUT));
    short from_server = 0;
    if (from_peer != 0) waiting.push_back({peer_.fd(), from_peer, 0});
    if (!server_) return;
    if (connecting_) {
      from_server = POLLOUT;
    } else {
      const bool more = !server_closed_ && to_peer_.size() < kMostUnsent;
      from_server = static_cast<short>((more ? POLLIN : 0) | (to_server_.empty() || server_closed_ ? 0 : POLLOUT));
    }
    if (from_server != 0) waiting.push_back({server_->fd(), from_server, 0});
  }

  void feed(std::string_view bytes) override {
    view_.from_client(as_bytes(bytes));
    to_server_ += bytes;
    pump();
  }

  void pump() override {
    if (over_) return;
    if (connecting_) finish_connecting();
    if (over_) return;
    from_peer();
    if (!connecting_ && server_) from_server();
    flush();
    if (view_.client_bytes() + view_.server_bytes() > caps_.relayed_bytes) {
      refuse("more than " + std::to_string(caps_.relayed_bytes) + " bytes were relayed");
    }
  }

  bool over() const override { return over_; }
  const ossl::TlsRecordOfPeer& record() const override { return failed_ ? *failed_ : view_.record(); }
  std::optional<Relayed> relayed() const override {
    return Relayed{text_of(target_.place()), view_.presented(), view_.client_bytes(), view_.server_bytes()};
  }

 private:
  void connect_next() {
    for (; next_ < target_.addresses().size(); ++next_) {
      const auto& address = target_.addresses()[next_];
      const int fd = ::socket(address.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (fd < 0) continue;
      server_.emplace(fd);
      const int done = ::connect(fd, reinterpret_cast<const sockaddr*>(address.bytes.data()),
                                 static_cast<socklen_t>(address.bytes.size()));
      if (done == 0 || errno == EINPROGRESS) {
        connecting_ = done != 0;
        ++next_;
        return;
      }
      reason_ = errno;
    }
    refuse("the live server " + text_of(target_.place()) + " cannot be reached: " + std::strerror(reason_));
  }

  void finish_connecting() {
    pollfd ready{server_->fd(), POLLOUT, 0};
    if (::poll(&ready, 1, 0) != 1) return;
    int reason = 0;
    socklen_t size = sizeof reason;
    ::getsockopt(server_->fd(), SOL_SOCKET, SO_ERROR, &reason, &size);
    connecting_ = false;
    if (reason == 0) return;
    reason_ = reason;
    connect_next();
  }

  // The server could not be shown to the peer: that says nothing of the peer.
  void refuse(std::string why) {
    failed_ = view_.record();
    failed_->could_not_present = std::move(why);
    end();
  }

  void end() {
    over_ = true;
    peer_.close();
    server_.reset();
  }

  void from_peer() {
    std::string bytes;
    for (int i = 0; i < kReadsAtOnce && to_server_.size() < kMostUnsent; ++i) {
      const auto got = peer_.receive(bytes);
      if (got == Got::nothing_yet) return;
      if (got != Got::bytes) {
        view_.client_closed(got == Got::reset);
        flush();
        return end();
      }
      view_.from_client(as_bytes(bytes));
      to_server_ += bytes;
    }
  }

  void from_server() {
    std::string bytes;
    for (int i = 0; i < kReadsAtOnce && !server_closed_ && to_peer_.size() < kMostUnsent; ++i) {
      const auto got = server_->receive(bytes);
      if (got == Got::nothing_yet) return;
      if (got != Got::bytes) {
        server_closed_ = true;
        return;
      }
      view_.from_server(as_bytes(bytes));
      to_peer_ += bytes;
    }
  }

  void flush() {
    if (over_) return;
    peer_.send(to_peer_);
    if (server_ && !connecting_) server_->send(to_server_);
    if (server_closed_ && to_peer_.empty()) end();
  }

  PeerSocket peer_;
  const RelayTarget& target_;
  Caps caps_;
  std::optional<PeerSocket> server_;
  std::size_t next_ = 0;
  int reason_ = EHOSTUNREACH;
  bool connecting_ = false, server_closed_ = false, over_ = false;
  std::string to_server_, to_peer_;
  RelayView view_;
  std::optional<ossl::TlsRecordOfPeer> failed_;
};

}  // namespace

Result<RelayTarget> RelayTarget::look_up(const HostPort& place) {
  const auto list = epki::look_up(place);
  if (!list) return list.error();
  std::vector<Address> addresses;
  for (const addrinfo* at = list->get(); at != nullptr; at = at->ai_next) {
    const auto* const bytes = reinterpret_cast<const std::byte*>(at->ai_addr);
    addresses.push_back({at->ai_family, {bytes, bytes + at->ai_addrlen}});
  }
  return RelayTarget(place, std::move(addresses));
}

std::unique_ptr<Dialogue> relay(PeerSocket peer, const RelayTarget& target, const Caps& caps) {
  return std::make_unique<RelayDialogue>(std::move(peer), target, caps);
}

}  // namespace epki::probe

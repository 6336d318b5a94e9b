#include "pki/ossl/tls_socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/text.hpp"

namespace epki::ossl {

namespace {
constexpr std::size_t kReadSize = 16384;
// Reads of one pump, so that a peer which never stops sending cannot keep the others waiting.
constexpr int kReadsAtOnce = 16;
}  // namespace

PeerSocket::PeerSocket(int fd) : fd_(fd) {
  const int flags = ::fcntl(fd_, F_GETFL);
  if (flags >= 0) ::fcntl(fd_, F_SETFL, flags | O_NONBLOCK);
  const int on = 1;
  // Refused on a socket pair, where there is no Nagle to switch off.
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

PeerSocket::PeerSocket(PeerSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), reset_(other.reset_), tap_(std::move(other.tap_)) {}

PeerSocket& PeerSocket::operator=(PeerSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(reset_, other.reset_);
  std::swap(tap_, other.tap_);
  return *this;
}

PeerSocket::~PeerSocket() {
  close();
}

void PeerSocket::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

PeerSocket::Got PeerSocket::receive(std::string& into) {
  into.resize(kReadSize);
  ssize_t n = 0;
  do {
    n = ::recv(fd_, into.data(), into.size(), 0);
  } while (n < 0 && errno == EINTR);
  into.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  Got got = Got::bytes;
  if (n == 0) {
    got = reset_ ? Got::reset : Got::closed;
  } else if (n < 0) {
    got = errno == EAGAIN || errno == EWOULDBLOCK ? Got::nothing_yet : Got::reset;
  }
  if (tap_) {
    tap_->take(true, into);
    tap_->closed_by_peer = tap_->closed_by_peer || got == Got::closed;
    tap_->reset_by_peer = tap_->reset_by_peer || got == Got::reset;
  }
  return got;
}

void PeerSocket::send(std::string& unsent) {
  while (!unsent.empty()) {
    const auto begun = monotonic_now();
    // MSG_NOSIGNAL: a peer that closed at once must not end this program by SIGPIPE.
    const ssize_t n = ::send(fd_, unsent.data(), unsent.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      if (tap_) tap_->take(false, std::string_view(unsent).substr(0, static_cast<std::size_t>(n)), begun);
      unsent.erase(0, static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      if (errno == EAGAIN || errno == EWOULDBLOCK) return;
      // The kernel tells of an RST once; told here, the read that follows would look like a FIN.
      reset_ = true;
      unsent.clear();
      return;
    }
  }
}

short ConversationSocket::events() const {
  return static_cast<short>(unsent_.empty() ? POLLIN : POLLIN | POLLOUT);
}

void ConversationSocket::flush() {
  unsent_ += conversation_->take_output();
  socket_.send(unsent_);
  // At once, not when the record is fetched: the peer may be waiting for it.
  if (over()) socket_.close();
}

void ConversationSocket::feed(std::string_view bytes) {
  conversation_->feed(as_bytes(bytes));
  flush();
}

void ConversationSocket::pump() {
  std::string received;
  for (int i = 0; i < kReadsAtOnce && !conversation_->finished(); ++i) {
    const auto got = socket_.receive(received);
    if (got == PeerSocket::Got::nothing_yet) break;
    if (got == PeerSocket::Got::bytes) {
      conversation_->feed(as_bytes(received));
    } else {
      conversation_->peer_closed(got == PeerSocket::Got::reset);
    }
    flush();
  }
  flush();
}

bool ConversationSocket::over() const {
  return conversation_->finished() && unsent_.empty();
}

}  // namespace epki::ossl

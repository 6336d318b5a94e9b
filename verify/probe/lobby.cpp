#include "verify/probe/lobby.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <iterator>
#include <utility>

#include "core/text.hpp"

namespace epki::probe {

namespace {

using ossl::HelloCollector;
using Got = ossl::PeerSocket::Got;

// Connections that say nothing may not use up the descriptors: the oldest goes.
constexpr std::size_t kMostStrangers = 32;

ossl::TlsRecordOfPeer tcp_only() {
  ossl::TlsRecordOfPeer record;
  record.stage = ossl::Stage::tcp;
  return record;
}

}  // namespace

void Lobby::arm(std::string expected_sni, std::unique_ptr<ossl::Conversation> conversation) {
  accepting_ = true;
  accept_all();
  expected_sni_ = std::move(expected_sni);
  conversation_ = std::move(conversation);
  armed_ = true;
}

ServerRecord Lobby::disarm() {
  ServerRecord result;
  if (attempt_) {
    result.peer = attempt_->conversation().record();
  } else if (without_hello_ || !strangers_.empty()) {
    result.peer = without_hello_ ? *without_hello_ : tcp_only();
  }
  result.connected = result.peer.stage != ossl::Stage::none;
  result.strays = std::exchange(strays_, 0);
  armed_ = false;
  accepting_ = true;
  conversation_.reset();
  attempt_.reset();
  without_hello_.reset();
  strangers_.clear();
  return result;
}

bool Lobby::decided() const {
  return attempt_ && (attempt_->over() || attempt_->conversation().record().stage == ossl::Stage::application_data);
}

void Lobby::add_to(std::vector<pollfd>& waiting) const {
  if (accepting_) waiting.push_back({listener_, POLLIN, 0});
  for (const auto& stranger : strangers_) waiting.push_back({stranger.socket.fd(), POLLIN, 0});
  if (attempt_ && !attempt_->over()) waiting.push_back({attempt_->fd(), attempt_->events(), 0});
}

void Lobby::move_on() {
  accept_all();
  for (auto at = strangers_.begin(); at != strangers_.end();) {
    at = listen_to(*at) ? std::next(at) : strangers_.erase(at);
  }
  if (attempt_ && !attempt_->over()) attempt_->pump();
}

void Lobby::accept_all() {
  while (accepting_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      // Out of descriptors the listener stays readable; the next attempt looks at it again.
      if (errno != EAGAIN && errno != EWOULDBLOCK) accepting_ = false;
      return;
    }
    ossl::PeerSocket socket(fd);
    if (!armed_ || attempt_) {
      ++strays_;
      continue;
    }
    if (strangers_.size() == kMostStrangers) {
      remember(tcp_only());
      strangers_.pop_front();
    }
    strangers_.push_back({.socket = std::move(socket)});
  }
}

// False when the stranger has left or has been told apart.
bool Lobby::listen_to(Stranger& stranger) {
  std::string received;
  for (;;) {
    const auto got = stranger.socket.receive(received);
    if (got == Got::nothing_yet) return true;
    if (got != Got::bytes) {
      auto record = tcp_only();
      (got == Got::reset ? record.reset_by_peer : record.closed_by_peer) = true;
      remember(std::move(record));
      return false;
    }
    stranger.bytes += received;
    const auto state = stranger.hello.feed(as_bytes(received));
    if (state == HelloCollector::State::waiting) continue;
    if (state == HelloCollector::State::complete) {
      identify(stranger);
    } else {
      auto record = tcp_only();
      record.could_not_present = stranger.hello.reason();
      remember(std::move(record));
    }
    return false;
  }
}

void Lobby::identify(Stranger& stranger) {
  // A hello that cannot be read names nobody; what a server does with it is for the conversation to show.
  const auto hello = ossl::parse_client_hello(stranger.hello.message());
  const std::string sni = hello ? hello->sni : std::string();
  const bool ours = sni.empty() || expected_sni_.empty() || equal_ignoring_case(sni, expected_sni_);
  if (attempt_ || !ours) {
    ++strays_;
    return;
  }
  attempt_.emplace(std::move(stranger.socket), std::move(conversation_));
  attempt_->feed(stranger.bytes);
}

// A peer that said something wrong tells more than one that said nothing.
void Lobby::remember(ossl::TlsRecordOfPeer record) {
  if (!without_hello_ || (without_hello_->could_not_present.empty() && !record.could_not_present.empty())) {
    without_hello_ = std::move(record);
  }
}

}  // namespace epki::probe

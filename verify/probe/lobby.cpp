#include "verify/probe/lobby.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "core/text.hpp"
#include "verify/probe/listening.hpp"

namespace epki::probe {

namespace {

using ossl::HelloCollector;
using Got = ossl::PeerSocket::Got;

ossl::TlsRecordOfPeer tcp_only() {
  ossl::TlsRecordOfPeer record;
  record.stage = ossl::Stage::tcp;
  return record;
}

// One stack sends the same lists in every hello; the server's name and the random bytes are the attempt's.
bool same_shape(const ossl::ClientHello& a, const ossl::ClientHello& b) {
  return a.version == b.version && a.suites == b.suites && a.groups == b.groups &&
         a.signature_algorithms == b.signature_algorithms && a.versions == b.versions;
}

}  // namespace

void Lobby::arm(Expected expected, Welcome welcome, Deadline now) {
  accepting_ = true;
  accept_all(now);
  expected_ = std::move(expected);
  welcome_ = std::move(welcome);
  armed_ = true;
}

ServerRecord Lobby::disarm() {
  ServerRecord result;
  if (attempt_) {
    result.peer = cut_ ? *cut_ : attempt_->record();
    result.relayed = attempt_->relayed();
    result.from = from_;
  } else if (without_hello_ || !strangers_.empty()) {
    result.peer = without_hello_ ? *without_hello_ : tcp_only();
  }
  result.wire = take_wire();
  result.connected = result.peer.stage != ossl::Stage::none;
  result.strays = std::exchange(strays_, 0);
  armed_ = false;
  accepting_ = true;
  welcome_ = {};
  attempt_.reset();
  cut_.reset();
  without_hello_.reset();
  strangers_.clear();
  return result;
}

bool Lobby::decided() const {
  // Whoever is here still may be the attempt's: its hello is waited for.
  if (!attempt_) return expected_.visit && without_hello_ && strangers_.empty();
  if (cut_ || attempt_->over()) return true;
  return !expected_.to_the_end && attempt_->record().stage == ossl::Stage::application_data;
}

Visit Lobby::visit() const {
  if (!attempt_) return !strangers_.empty() || without_hello_ || strays_ > 0 ? Visit::somebody : Visit::nobody;
  const auto stage = attempt_->record().stage;
  if (cut_ || attempt_->over() || stage == ossl::Stage::application_data) return Visit::over;
  return stage == ossl::Stage::complete ? Visit::completed : Visit::somebody;
}

void Lobby::add_to(std::vector<pollfd>& waiting) const {
  if (accepting_) waiting.push_back({listener_, POLLIN, 0});
  for (const auto& stranger : strangers_) waiting.push_back({stranger.socket.fd(), POLLIN, 0});
  if (attempt_ && !cut_ && !attempt_->over()) attempt_->add_to(waiting);
}

std::optional<Deadline> Lobby::next_due() const {
  std::optional<Deadline> due;
  // The first stranger is the oldest.
  if (!strangers_.empty()) due = strangers_.front().until;
  if (attempt_ && !cut_ && !attempt_->over()) due = due ? std::min(*due, attempt_until_) : attempt_until_;
  return due;
}

void Lobby::move_on(Deadline now) {
  accept_all(now);
  for (auto at = strangers_.begin(); at != strangers_.end();) {
    at = listen_to(*at, now) ? std::next(at) : strangers_.erase(at);
  }
  if (!attempt_ || cut_ || attempt_->over()) return;
  attempt_->pump();
  if (!attempt_->over() && now >= attempt_until_) cut_ = attempt_->record();
}

void Lobby::accept_all(Deadline now) {
  while (accepting_) {
    sockaddr_storage who{};
    socklen_t size = sizeof who;
    const int fd = ::accept4(listener_, reinterpret_cast<sockaddr*>(&who), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
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
    if (strangers_.size() >= caps_.strangers) {
      remember(tcp_only());
      strangers_.pop_front();
    }
    auto tap = std::make_shared<ossl::WireTap>();
    socket.tap(tap);
    strangers_.push_back(
        {.socket = std::move(socket), .until = now + caps_.hello, .from = address_text(who, size), .tap = tap});
    if (taps_.size() < ServerRecord::most_connections) taps_.push_back(std::move(tap));
  }
}

// False when the stranger has left, has been told apart, or has used up its time.
bool Lobby::listen_to(Stranger& stranger, Deadline now) {
  std::string received;
  for (;;) {
    const auto got = stranger.socket.receive(received);
    if (got == Got::nothing_yet) {
      if (now < stranger.until) return true;
      remember(tcp_only());
      return false;
    }
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
      identify(stranger, now);
    } else {
      auto record = tcp_only();
      record.could_not_present = stranger.hello.reason();
      remember(std::move(record));
    }
    return false;
  }
}

// A hello that cannot be read names nobody; what a server does with it is for the conversation to show.
bool Lobby::is_ours(const std::optional<ossl::ClientHello>& hello) {
  const std::string sni = hello ? hello->sni : std::string();
  const bool named = !sni.empty() && equal_ignoring_case(sni, expected_.sni);
  if (!sni.empty() && !expected_.sni.empty() && !named) return false;
  if (expected_.path.empty()) return true;
  const auto known = learnt_.find(expected_.path);
  if (known == learnt_.end()) {
    if (named) learnt_.emplace(expected_.path, *hello);
    return true;
  }
  const bool nameless = sni.empty() && !expected_.sni.empty() && !expected_.sni_off;
  return hello && same_shape(*hello, known->second) && !nameless;
}

void Lobby::identify(Stranger& stranger, Deadline now) {
  auto read = ossl::parse_client_hello(stranger.hello.message());
  const auto hello = read ? std::optional(std::move(*read)) : std::nullopt;
  if (attempt_ || !is_ours(hello)) {
    ++strays_;
    return;
  }
  stranger.tap->of_the_attempt = true;
  // Of many strangers the first are kept; the attempt's own always is.
  if (std::find(taps_.begin(), taps_.end(), stranger.tap) == taps_.end()) taps_.back() = stranger.tap;
  attempt_ = welcome_(std::move(stranger.socket));
  attempt_until_ = now + caps_.attempt;
  from_ = stranger.from;
  attempt_->feed(stranger.bytes);
}

std::vector<ossl::WireTap> Lobby::take_wire() {
  std::vector<ossl::WireTap> all;
  for (const auto& tap : std::exchange(taps_, {})) {
    all.insert(tap->of_the_attempt ? all.begin() : all.end(), *tap);
  }
  return all;
}

// A peer that said something wrong tells more than one that said nothing.
void Lobby::remember(ossl::TlsRecordOfPeer record) {
  if (!without_hello_ || (without_hello_->could_not_present.empty() && !record.could_not_present.empty())) {
    without_hello_ = std::move(record);
  }
}

}  // namespace epki::probe

#include "provision/station/acceptor/acceptor.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "core/listen.hpp"
#include "core/poll.hpp"
#include "core/text.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/tls_conversation.hpp"
#include "pki/ossl/tls_socket.hpp"
#include "provision/station/acceptor/mqtt_connect.hpp"

namespace epki::acceptor {

namespace {

constexpr std::size_t most_sessions = 512;
constexpr std::chrono::seconds session_limit{60};
constexpr std::chrono::milliseconds look_again{200};

plan::Shown shown_in(const ossl::TlsRecordOfPeer& record) {
  plan::Shown shown;
  if (!record.shown) return shown;
  const auto& certificate = record.shown->certificate;
  shown.id = {ossl::sha256_hex(certificate.issuer_der()), certificate.serial()};
  shown.sha256 = certificate.sha256();
  shown.key_sha256 = record.shown->key_sha256;
  shown.problem = record.shown->problem;
  return shown;
}

}  // namespace

struct Acceptor::Session {
  ossl::ConversationSocket socket;
  Deadline by;
};

Acceptor::Acceptor(Options options, RandomSource& random, const Cancel& cancel)
    : options_(std::move(options)), random_(random), cancel_(cancel) {}

Result<std::unique_ptr<Acceptor>> Acceptor::start(Options options, RandomSource& random, const Cancel& cancel) {
  if (options.client_anchors.empty())
    return Error{Errc::internal, "the acceptor was given no CA under which devices are to be judged"};
  // Whether chain and key go together shows here and not at the first board.
  if (auto tried = ossl::tls_conversation({options.chain, options.key, {}, options.client_anchors}); !tried)
    return Error{Errc::key, "the acceptor's certificate and key do not go together: " + tried.error().what,
                 "check acceptor.certificate and acceptor.key of the job"};
  auto acceptor = std::unique_ptr<Acceptor>(new Acceptor(std::move(options), random, cancel));
  auto listening = listen_on(acceptor->options_.listen, Transport::tcp);
  if (!listening) return std::move(listening).error().during("starting the station's acceptor");
  acceptor->listening_ = *std::move(listening);
  auto port = port_of(acceptor->listening_.get());
  if (!port) return std::move(port).error();
  const auto dialled = acceptor->options_.port;
  acceptor->place_ = {acceptor->options_.host, dialled != 0 ? dialled : *port};
  acceptor->stop_ = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!acceptor->stop_.valid()) return Error{Errc::internal, "no event descriptor for the station's acceptor"};
  acceptor->thread_ = std::thread([self = acceptor.get()] { self->serve(); });
  return acceptor;
}

Acceptor::~Acceptor() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  if (::write(stop_.get(), &one, sizeof one) != static_cast<ssize_t>(sizeof one)) std::terminate();
  thread_.join();
}

std::string Acceptor::expect() {
  std::array<std::byte, 9> bytes{};
  const std::lock_guard guard(mutex_);
  random_.fill(bytes);
  auto client_id = "epki-" + to_hex(bytes);  // 23 characters
  expected_.emplace(client_id, std::nullopt);
  return client_id;
}

Result<plan::Shown> Acceptor::shown(const std::string& client_id, Deadline by) {
  std::unique_lock lock(mutex_);
  const auto here = [&] { return expected_[client_id].has_value(); };
  while (!here() && !cancel_.requested() && std::chrono::steady_clock::now() < by)
    came_.wait_until(lock, std::min<Deadline>(by, after(look_again)), here);
  const auto found = expected_[client_id];
  expected_.erase(client_id);
  if (found) return *found;
  if (cancel_.requested()) return interrupted();
  return Error{Errc::network, "no connection from this device came to the station at " + text_of(place_),
               "does a router or another server answer under that name? check acceptor.host of the job"};
}

ossl::Answer Acceptor::answer(const ossl::TlsRecordOfPeer& record, const std::string& bytes) {
  const auto connect = parse_connect(bytes);
  if (connect.state == Connect::State::incomplete) return {};
  if (connect.state == Connect::State::none) return {"", true};
  auto shown = shown_in(record);
  const bool holds = !shown.id.serial.empty() && shown.problem.empty();
  bool expected = false;
  {
    const std::lock_guard guard(mutex_);
    const auto found = expected_.find(connect.client_id);
    expected = found != expected_.end();
    // The first one counts: a second under the same id is somebody else's.
    if (expected && !found->second) found->second = std::move(shown);
  }
  if (expected) came_.notify_all();
  // The peer ends the conversation; one that is refused may go at once.
  return {connack(expected && holds), !(expected && holds)};
}

void Acceptor::take_in(std::map<int, std::unique_ptr<Session>>& sessions) {
  for (;;) {
    Descriptor peer(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!peer.valid()) return;
    if (sessions.size() >= most_sessions) continue;  // closed: the modem tries again
    // The answer needs what the conversation knows of its peer, and the conversation is made with the answer.
    auto self = std::make_shared<const ossl::Conversation*>(nullptr);
    auto conversation = ossl::tls_conversation(
        {options_.chain, options_.key,
         [this, self](const std::string& bytes) { return answer((*self)->record(), bytes); }, options_.client_anchors});
    if (!conversation) continue;
    *self = conversation->get();
    const int fd = peer.get();
    sessions[fd] = std::make_unique<Session>(
        Session{{ossl::PeerSocket(peer.release()), *std::move(conversation)}, after(session_limit)});
  }
}

void Acceptor::serve() {
  std::map<int, std::unique_ptr<Session>> sessions;
  for (;;) {
    std::vector<pollfd> waiting{{stop_.get(), POLLIN, 0}, {listening_.get(), POLLIN, 0}};
    auto by = after(session_limit);
    for (const auto& [fd, session] : sessions) {
      waiting.push_back({fd, session->socket.events(), 0});
      by = std::min(by, session->by);
    }
    if (::poll(waiting.data(), waiting.size(), milliseconds_until(by)) < 0 && errno != EINTR) return;
    if (waiting[0].revents != 0) return;
    const auto now = std::chrono::steady_clock::now();
    for (std::size_t i = 2; i < waiting.size(); ++i) {
      const auto found = sessions.find(waiting[i].fd);
      if (waiting[i].revents != 0) found->second->socket.pump();
      if (found->second->socket.over() || found->second->by <= now) sessions.erase(found);
    }
    if (waiting[1].revents != 0) take_in(sessions);
  }
}

}  // namespace epki::acceptor

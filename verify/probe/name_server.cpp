#include "verify/probe/name_server.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "core/text.hpp"
#include "verify/probe/dns_message.hpp"
#include "verify/probe/listening.hpp"
#include "verify/probe/signal_fd.hpp"

namespace epki::probe {

namespace {

constexpr std::size_t kMostAsked = 300;
constexpr std::size_t kLongestQuery = 1500;
// Refusals a second: a forged sender must not be flooded through us. Answers to the probes' names are not limited.
constexpr int kMostRefusals = 20;

class LiveNameServer final : public NameServer {
 public:
  LiveNameServer(Descriptor socket, std::uint16_t port) : socket_(std::move(socket)), port_(port) {}
  ~LiveNameServer() override {
    thread_.request_stop();
    wake_.raise();
  }

  Status launch() {
    if (!wake_.valid()) return Error{Errc::internal, "the DNS responder cannot start: no file descriptors left", {}};
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    return success();
  }

  std::uint16_t port() const override { return port_; }

  Status answer(const std::vector<std::string>& names, const std::string& address) override {
    const std::lock_guard lock(mutex_);
    names_.clear();
    for (const auto& name : names) names_.insert(lower(name));
    address_ = address;
    return success();
  }

  Result<std::vector<NameAsked>> asked() override {
    const std::lock_guard lock(mutex_);
    std::vector<NameAsked> all(asked_.begin(), asked_.end());
    asked_.clear();
    return all;
  }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::array<pollfd, 2> waiting{pollfd{socket_.get(), POLLIN, 0}, pollfd{wake_.fd(), POLLIN, 0}};
      ::poll(waiting.data(), waiting.size(), -1);
      wake_.lower();
      while (!stop.stop_requested() && serve_one()) {
      }
    }
  }

  bool serve_one() {
    std::array<std::byte, kLongestQuery> bytes{};
    sockaddr_storage sender{};
    socklen_t size = sizeof sender;
    const auto n =
        ::recvfrom(socket_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&sender), &size);
    if (n < 0) return false;
    const auto question = parse_dns_query(std::span(bytes).first(static_cast<std::size_t>(n)));
    if (!question) return true;  // no answer: who does not ask properly may be anybody
    if (const auto reply = reply_to(*question, address_text(sender, size))) {
      // A reply that does not go out is asked for again.
      [[maybe_unused]] const auto sent = ::sendto(socket_.get(), reply->data(), reply->size(), MSG_NOSIGNAL,
                                                  reinterpret_cast<const sockaddr*>(&sender), size);
    }
    return true;
  }

  std::optional<std::string> reply_to(const DnsQuestion& question, const std::string& from) {
    const std::lock_guard lock(mutex_);
    const bool known = question.opcode == 0 && question.klass == 1 && names_.contains(question.name);
    asked_.push_back({question.name, dns_type_word(question.type), from, known});
    if (asked_.size() > kMostAsked) asked_.pop_front();
    if (known) return dns_answer(question, DnsCode::no_error, address_);
    const auto now = std::chrono::steady_clock::now();
    if (now - refusals_since_ >= std::chrono::seconds(1)) {
      refusals_since_ = now;
      refusals_ = 0;
    }
    if (++refusals_ > kMostRefusals) return std::nullopt;
    return dns_answer(question, question.opcode == 0 ? DnsCode::refused : DnsCode::not_implemented);
  }

  Descriptor socket_;
  std::uint16_t port_;
  Signal wake_;
  std::mutex mutex_;
  std::set<std::string> names_;
  std::string address_;
  std::deque<NameAsked> asked_;
  std::chrono::steady_clock::time_point refusals_since_{};
  int refusals_ = 0;
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<NameServer>> NameServer::start(const HostPort& where) {
  auto socket = listen_on(where, Transport::udp);
  if (!socket) return std::move(socket).error();
  const auto port = port_of(socket->get());
  if (!port) return port.error();
  auto server = std::make_unique<LiveNameServer>(std::move(*socket), *port);
  if (auto launched = server->launch(); !launched) return std::move(launched).error();
  return std::unique_ptr<NameServer>(std::move(server));
}

}  // namespace epki::probe

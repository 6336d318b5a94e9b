#include "verify/probe/responder.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include "verify/probe/lobby.hpp"
#include "verify/probe/mqtt_answers.hpp"
#include "verify/probe/observer.hpp"

namespace epki::probe {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// Readable for poll() from raise() to lower().
class Signal {
 public:
  Signal() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  bool valid() const { return fd_.get() >= 0; }
  int fd() const { return fd_.get(); }
  // Neither can fail in a way that matters: a full counter is readable, an empty one is lowered already.
  void raise() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(fd(), &one, sizeof one);
  }
  void lower() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = ::read(fd(), &count, sizeof count);
  }

 private:
  Descriptor fd_;
};

Error cannot_listen(const std::string& address, std::uint16_t port, const std::string& reason) {
  return {Errc::network, "cannot listen on " + address + ":" + std::to_string(port) + ": " + reason,
          "give an address of this machine and a port that is free, or port 0 for any"};
}

Result<Descriptor> listen_on(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int refused = ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (refused != 0) return cannot_listen(address, port, ::gai_strerror(refused));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> target(found, ::freeaddrinfo);

  Descriptor fd(::socket(target->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (fd.get() < 0 || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(fd.get(), target->ai_addr, target->ai_addrlen) != 0 || ::listen(fd.get(), SOMAXCONN) != 0) {
    return cannot_listen(address, port, std::strerror(errno));
  }
  return fd;
}

Result<std::uint16_t> port_of(int fd) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0) {
    return Error{Errc::internal, std::string("the listening port cannot be asked for: ") + std::strerror(errno)};
  }
  return ntohs(name.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&name)->sin6_port
                                          : reinterpret_cast<const sockaddr_in*>(&name)->sin_port);
}

Result<std::unique_ptr<ossl::Conversation>> conversation_for(const Presentation& presentation) {
  if (!presentation.key) return observe(presentation.chain);
  return ossl::tls_conversation({presentation.chain, *presentation.key, mqtt_answers()});
}

/// All connections belong to the one thread. arm() and collect() hand it jobs and wait for them: a job never waits
/// itself, so neither do they for long.
class LiveResponder final : public Responder {
 public:
  LiveResponder(Descriptor listener, std::uint16_t port, const Cancel& cancel)
      : listener_(std::move(listener)), port_(port), cancel_(cancel), lobby_(listener_.get()) {}

  ~LiveResponder() override {
    thread_.request_stop();
    wake_.raise();
  }

  Status launch() {
    if (!wake_.valid() || !decided_.valid()) {
      return Error{Errc::internal, "the responder cannot start: no file descriptors left"};
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    return success();
  }

  std::uint16_t port() const override { return port_; }

  Status arm(const Presentation& presentation) override {
    auto conversation = conversation_for(presentation);
    if (!conversation) return std::move(conversation).error().during("arming " + presentation.id);
    bool was_armed = false;
    in_thread([&] {
      was_armed = lobby_.armed();
      if (was_armed) return;
      told_ = false;
      decided_.lower();
      lobby_.arm(presentation.expected_sni, std::move(*conversation));
    });
    if (was_armed) return Error{Errc::internal, "the responder was armed twice; collect the first attempt before"};
    return success();
  }

  Result<ServerRecord> collect(Deadline by) override {
    bool interrupted_here = false;
    for (bool waiting = true; waiting && !interrupted_here;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(by - std::chrono::steady_clock::now()).count();
      std::array<pollfd, 2> events{{{decided_.fd(), POLLIN, 0}, {cancel_.fd(), POLLIN, 0}}};
      const int ready = ::poll(events.data(), events.size(), static_cast<int>(std::clamp<long long>(left, 0, INT_MAX)));
      interrupted_here = cancel_.requested();
      waiting = ready < 0 || (ready > 0 && events[0].revents == 0);
    }
    ServerRecord record;
    bool was_armed = false;
    in_thread([&] {
      was_armed = lobby_.armed();
      // What has arrived by now belongs to the attempt, read or not.
      lobby_.move_on();
      record = lobby_.disarm();
    });
    if (interrupted_here) return interrupted();
    if (!was_armed) return Error{Errc::internal, "the responder was not armed; there is nothing to collect"};
    return record;
  }

 private:
  void in_thread(std::function<void()> job) {
    std::packaged_task<void()> task(std::move(job));
    auto done = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(std::move(task));
    }
    wake_.raise();
    done.get();
  }

  void run(const std::stop_token& stop) {
    std::vector<pollfd> events;
    while (!stop.stop_requested()) {
      events.assign(1, {wake_.fd(), POLLIN, 0});
      lobby_.add_to(events);
      ::poll(events.data(), events.size(), -1);
      wake_.lower();
      do_jobs();
      lobby_.move_on();
      if (lobby_.decided() && !std::exchange(told_, true)) decided_.raise();
    }
  }

  void do_jobs() {
    std::vector<std::packaged_task<void()>> jobs;
    {
      const std::lock_guard lock(mutex_);
      jobs.swap(jobs_);
    }
    for (auto& job : jobs) job();
  }

  Descriptor listener_;
  std::uint16_t port_;
  const Cancel& cancel_;
  Signal wake_;
  Signal decided_;
  std::mutex mutex_;
  std::vector<std::packaged_task<void()>> jobs_;
  Lobby lobby_;        // the thread's alone
  bool told_ = false;  // the thread's alone: decided_ was raised for this attempt
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<Responder>> Responder::start(const std::string& address, std::uint16_t port,
                                                    const Cancel& cancel) {
  auto listener = listen_on(address, port);
  if (!listener) return std::move(listener).error();
  const auto bound = port_of(listener->get());
  if (!bound) return bound.error();
  auto responder = std::make_unique<LiveResponder>(std::move(*listener), *bound, cancel);
  if (const auto launched = responder->launch(); !launched) return launched.error();
  return std::unique_ptr<Responder>(std::move(responder));
}

}  // namespace epki::probe

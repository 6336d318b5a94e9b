#include "sim/run/host.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include "core/file.hpp"
#include "core/json.hpp"

namespace epki::sim {
namespace {

constexpr std::size_t most_backlog = 64U << 10U;  // beyond it, commands wait until the host has read

timespec until(Moment due, Moment now) {
  const auto wait = std::max(due - now, Moment::duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
  return {static_cast<time_t>(seconds.count()),
          static_cast<long>(std::chrono::duration_cast<std::chrono::nanoseconds>(wait - seconds).count())};
}

Error failed_to(const char* what) {
  return {Errc::internal, "the simulator could not " + std::string(what) + ": " +
                              std::error_code(errno, std::generic_category()).message()};
}

}  // namespace

Result<Link> Link::make(const std::filesystem::path& path, const std::string& target) {
  std::error_code failed;
  const auto there = std::filesystem::symlink_status(path, failed);
  if (std::filesystem::exists(there) && !std::filesystem::is_symlink(there))
    return Error{Errc::disk, path.string() + " exists and is no symbolic link", "give --link a name of its own"};
  if (std::filesystem::is_symlink(there)) std::filesystem::remove(path, failed);
  std::filesystem::create_symlink(target, path, failed);
  if (failed) return disk_error("linking", path, failed.value());
  return Link(path, target);
}

Link::Link(Link&& other) noexcept
    : path_(std::exchange(other.path_, std::filesystem::path())), target_(std::move(other.target_)) {}

Link::~Link() {
  std::error_code failed;
  if (!path_.empty() && std::filesystem::read_symlink(path_, failed) == target_) std::filesystem::remove(path_, failed);
}

/// A new pseudo-terminal, and the link that leads to it.
Status Host::plug(Hosted& hosted) {
  auto pty = Pty::open();
  if (!pty) return std::move(pty).error();
  if (!hosted.link_path.empty()) {
    auto linked = Link::make(hosted.link_path, pty->name());
    if (!linked) return std::move(linked).error();
    hosted.link.emplace(std::move(*linked));
  }
  hosted.pty.emplace(std::move(*pty));
  return success();
}

Status Host::add(Modem::Parts parts, const std::filesystem::path& link) {
  Hosted hosted{.pty = {}, .link_path = link, .link = {}, .modem = {}};
  if (auto plugged = plug(hosted); !plugged) return plugged;
  hosted.modem = std::make_unique<Modem>(std::move(parts), std::chrono::steady_clock::now());
  all_.push_back(std::move(hosted));
  return success();
}

std::string Host::line(const Hosted& hosted) const {
  const auto& persona = hosted.modem->persona();
  return Json::object({{"pty", Json(hosted.pty->name())},
                       {"imei", Json(persona.imei)},
                       {"persona", Json(persona.name)},
                       {"link", hosted.link ? Json(hosted.link->path().string()) : Json()}})
      .dump(-1);
}

Status Host::serve(Hosted& hosted, Moment now) {
  hosted.modem->advance(now);
  if (!hosted.announced && hosted.modem->unplugged()) return success();  // its first start: nobody has seen it yet
  if (hosted.modem->unplugged()) {
    hosted.link.reset();
    hosted.pty.reset();
    hosted.backlog.clear();
    static_cast<void>(hosted.modem->take_output(now));
    return success();
  }
  if (!hosted.pty)
    if (auto plugged = plug(hosted); !plugged) return plugged;
  // Asked only where bytes are due: it is a call to the kernel, for each of hundreds of modems at each of their steps.
  if (const auto next = hosted.modem->wire.next(); next && *next <= now) hosted.modem->host_speed(hosted.pty->speed());
  hosted.backlog += hosted.modem->take_output(now);
  if (!hosted.backlog.empty()) hosted.backlog.erase(0, hosted.pty->write(hosted.backlog));
  if (!hosted.announced && hosted.modem->ready()) {
    hosted.announced = true;
    announce_(line(hosted));
  }
  return success();
}

Status Host::watch(Hosted& hosted) {
  if (!hosted.pty) {
    hosted.watched = 0;  // closing it ended that
    return success();
  }
  const std::uint32_t wanted =
      (hosted.backlog.size() < most_backlog ? EPOLLIN : 0U) | (hosted.backlog.empty() ? 0U : EPOLLOUT);
  if (wanted == hosted.watched) return success();
  epoll_event event{wanted, {}};
  event.data.ptr = &hosted;
  if (epoll_ctl(events_.get(), hosted.watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, hosted.pty->fd(), &event) != 0)
    return failed_to("watch a pseudo-terminal");
  hosted.watched = wanted;
  return success();
}

Result<std::optional<Moment>> Host::serve_all(Moment now) {
  std::optional<Moment> next;
  for (auto& hosted : all_) {
    if (hosted.touched || (hosted.due && *hosted.due <= now)) {
      hosted.touched = false;
      if (auto served = serve(hosted, now); !served) return std::move(served).error();
      if (auto watched = watch(hosted); !watched) return std::move(watched).error();
      hosted.due = hosted.modem->next_due();
    }
    if (hosted.due && (!next || *hosted.due < *next)) next = hosted.due;
  }
  all_.remove_if([](const Hosted& hosted) { return hosted.modem->gone(); });
  return next;
}

void Host::take_events(Moment now) {
  std::array<epoll_event, 64> events{};
  const int count = epoll_wait(events_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    auto& hosted = *static_cast<Hosted*>(events.at(static_cast<std::size_t>(i)).data.ptr);
    hosted.touched = true;
    if (!hosted.pty || hosted.backlog.size() >= most_backlog) continue;
    const auto bytes = hosted.pty->read();
    if (bytes.empty()) continue;  // it was a connection of the modem's
    hosted.modem->host_speed(hosted.pty->speed());
    hosted.modem->feed(bytes, now);
  }
}

Status Host::run(int signals) {
  // A byte on a line at 921600 baud takes 11 us; the kernel would otherwise wake us up to 50 us late.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  events_ = Descriptor(epoll_create1(EPOLL_CLOEXEC));
  if (!events_.valid()) return failed_to("make an epoll");
  for (auto& hosted : all_) {
    epoll_event event{EPOLLIN, {}};
    event.data.ptr = &hosted;
    if (epoll_ctl(events_.get(), EPOLL_CTL_ADD, hosted.modem->inbox_fd(), &event) != 0)
      return failed_to("watch a modem's connections");
  }
  for (;;) {
    const auto due = serve_all(std::chrono::steady_clock::now());
    if (!due) return due.error();
    if (all_.empty()) return success();
    // Asked again: what was served above took time, and a paced line must not be late by it.
    const auto wait = *due ? until(**due, std::chrono::steady_clock::now()) : timespec{};
    std::array<pollfd, 2> watched{{{signals, POLLIN, 0}, {events_.get(), POLLIN, 0}}};
    if (ppoll(watched.data(), watched.size(), *due ? &wait : nullptr, nullptr) < 0 && errno != EINTR)
      return failed_to("wait");
    const auto then = std::chrono::steady_clock::now();
    if ((watched[0].revents & POLLIN) != 0) {
      signalfd_siginfo got{};
      if (read(signals, &got, sizeof got) == sizeof got) {
        if (got.ssi_signo != SIGUSR1) return success();
        for (auto& hosted : all_) {
          hosted.modem->power_on(then);
          hosted.touched = true;
        }
      }
    }
    if ((watched[1].revents & POLLIN) != 0) take_events(then);
  }
}

}  // namespace epki::sim

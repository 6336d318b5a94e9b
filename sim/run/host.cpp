#include "sim/run/host.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
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
  hosted.modem->host_speed(hosted.pty->speed());
  hosted.backlog += hosted.modem->take_output(now);
  if (!hosted.backlog.empty()) hosted.backlog.erase(0, hosted.pty->write(hosted.backlog));
  if (!hosted.announced && hosted.modem->ready()) {
    hosted.announced = true;
    announce_(line(hosted));
  }
  return success();
}

Status Host::run(int signals) {
  // A byte on a line at 921600 baud takes 11 us; the kernel would otherwise wake us up to 50 us late.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  std::vector<pollfd> watched;
  for (;;) {
    const auto now = std::chrono::steady_clock::now();
    std::optional<Moment> due;
    watched.assign(1, {signals, POLLIN, 0});
    for (auto& hosted : all_) {
      if (auto served = serve(hosted, now); !served) return served;
      const auto mine = hosted.modem->next_due();
      if (mine && (!due || *mine < *due)) due = mine;
      const auto read = hosted.backlog.size() < most_backlog ? POLLIN : 0;
      const auto write = hosted.backlog.empty() ? 0 : POLLOUT;
      watched.push_back({hosted.pty ? hosted.pty->fd() : -1, static_cast<short>(read | write), 0});
      watched.push_back({hosted.modem->inbox_fd(), POLLIN, 0});
    }
    all_.remove_if([](const Hosted& hosted) { return hosted.modem->gone(); });
    if (all_.empty()) return success();
    if (watched.size() != 1 + 2 * all_.size()) continue;  // one is gone: watch the others afresh
    // Asked again: what was served above took time, and a paced line must not be late by it.
    const auto wait = due ? until(*due, std::chrono::steady_clock::now()) : timespec{};
    if (ppoll(watched.data(), watched.size(), due ? &wait : nullptr, nullptr) < 0 && errno != EINTR)
      return Error{Errc::internal, std::error_code(errno, std::generic_category()).message() + " while waiting"};
    const auto then = std::chrono::steady_clock::now();
    if ((watched[0].revents & POLLIN) != 0) {
      signalfd_siginfo got{};
      if (read(signals, &got, sizeof got) == sizeof got) {
        if (got.ssi_signo != SIGUSR1) return success();
        for (auto& hosted : all_) hosted.modem->power_on(then);
      }
    }
    std::size_t i = 1;
    for (auto& hosted : all_) {
      if ((watched[i].revents & POLLIN) != 0) {
        hosted.modem->host_speed(hosted.pty->speed());
        hosted.modem->feed(hosted.pty->read(), then);
      }
      i += 2;
    }
  }
}

}  // namespace epki::sim

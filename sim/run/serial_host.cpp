#include "sim/run/serial_host.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>

#include "core/json.hpp"
#include "sim/run/teller.hpp"

namespace epki::sim {

namespace {

class SerialHost {
 public:
  SerialHost(SerialLine line, Modem::Parts parts, bool tell, const std::function<void(const std::string&)>& say)
      : line_(std::move(line)),
        start_(std::chrono::steady_clock::now()),
        modem_(std::move(parts), start_),
        teller_(tell ? Teller::Tell(say) : Teller::Tell([](const std::string&) {})),
        say_(say) {}

  Status run(int signals) {
    for (;;) {
      serve();
      std::array<pollfd, 3> watched{
          pollfd{signals, POLLIN, 0},
          pollfd{line_.fd(), static_cast<short>(backlog_.empty() ? POLLIN : POLLIN | POLLOUT), 0},
          pollfd{modem_.inbox_fd(), POLLIN, 0}};
      if (::poll(watched.data(), watched.size(), wait()) < 0 && errno != EINTR)
        return Error{Errc::internal, std::error_code(errno, std::generic_category()).message() + " while waiting"};
      if ((watched[0].revents & POLLIN) != 0 && ended_by(signals)) return success();
      if (watched[1].revents != 0)
        if (auto read = hear(); !read) return read;
    }
  }

 private:
  std::chrono::milliseconds since() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_);
  }

  void serve() {
    const auto now = std::chrono::steady_clock::now();
    modem_.advance(now);
    const auto said = modem_.take_output(now);
    teller_.modem(said, since());
    backlog_ += said;
    if (!backlog_.empty()) backlog_.erase(0, line_.write(backlog_));
    if (announced_ || !modem_.ready()) return;
    announced_ = true;
    say_(Json::object({{"serial", line_.name()}, {"imei", modem_.persona().imei}, {"persona", modem_.persona().name}})
             .dump(-1));
  }

  int wait() const {
    const auto due = modem_.next_due();
    if (!due) return -1;
    const auto span = std::chrono::ceil<std::chrono::milliseconds>(*due - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(span.count(), 0, 60000));
  }

  bool ended_by(int signals) {
    signalfd_siginfo got{};
    if (::read(signals, &got, sizeof got) != sizeof got) return false;
    if (got.ssi_signo != SIGUSR1) return true;
    modem_.reboot(std::chrono::steady_clock::now());
    return false;
  }

  Status hear() {
    bool there = true;
    const auto bytes = line_.read(there);
    if (!there) return Error{Errc::modem_gone, line_.name() + " is gone", "plug it in again"};
    teller_.board(bytes, since());
    modem_.feed(bytes, std::chrono::steady_clock::now());
    return success();
  }

  SerialLine line_;
  Moment start_;
  Modem modem_;
  Teller teller_;
  const std::function<void(const std::string&)>& say_;
  std::string backlog_;
  bool announced_ = false;
};

}  // namespace

Status serve_serial(SerialLine line, Modem::Parts parts, bool tell, int signals,
                    const std::function<void(const std::string&)>& say) {
  SerialHost host(std::move(line), std::move(parts), tell, say);
  return host.run(signals);
}

}  // namespace epki::sim

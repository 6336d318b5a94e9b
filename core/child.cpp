#include "core/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "core/file.hpp"
#include "core/poll.hpp"

namespace epki {

namespace {

void close_if_open(int& fd) {
  if (fd >= 0) ::close(std::exchange(fd, -1));
}

// PATH is searched before the fork: what runs between fork and exec must not allocate.
std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0 ? name : std::string{};
  const char* path = std::getenv("PATH");
  // The system folders too: brokers live in sbin, which an ordinary user's PATH lacks.
  const std::string folders = std::string(path != nullptr ? path : "") + ":/usr/local/sbin:/usr/sbin:/usr/bin:/bin";
  for (std::size_t start = 0; start <= folders.size();) {
    const auto end = std::min(folders.find(':', start), folders.size());
    if (end > start) {
      std::string candidate = folders.substr(start, end - start) + "/" + name;
      if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    start = end + 1;
  }
  return {};
}

std::vector<char*> environment_without(const std::vector<std::string>& unset) {
  std::vector<char*> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view name(*entry, std::strcspn(*entry, "="));
    if (std::find(unset.begin(), unset.end(), name) == unset.end()) kept.push_back(*entry);
  }
  kept.push_back(nullptr);
  return kept;
}

struct Wiring {
  int in, out, error, failure;
  const char* folder;
  const std::vector<int>* keep;
};

// In the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(const char* program, char* const* argv, char* const* env, const Wiring& wiring, pid_t parent) {
  auto fail = [&] {
    const int number = errno;
    [[maybe_unused]] const auto told = ::write(wiring.failure, &number, sizeof number);
    ::_exit(127);
  };
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // the parent died before the line above took effect
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) ::signal(number, SIG_DFL);
  // A group of its own: Ctrl-C on the terminal reaches us, and we end our children in order.
  ::setpgid(0, 0);
  if (::dup2(wiring.in, 0) < 0 || ::dup2(wiring.out, 1) < 0 || (wiring.error >= 0 && ::dup2(wiring.error, 2) < 0))
    fail();
  for (const int fd : *wiring.keep) ::fcntl(fd, F_SETFD, 0);
  if (wiring.folder != nullptr && ::chdir(wiring.folder) != 0) fail();
  ::execve(program, argv, env);
  fail();
  ::_exit(127);
}

}  // namespace

Result<Child> Child::start(const Options& options) {
  if (options.argv.empty()) return Error{Errc::internal, "no program to start"};
  const std::string program = find_program(options.argv.front());
  if (program.empty())
    return Error{Errc::input, options.argv.front() + " is not installed or not executable",
                 "install it, then try again"};

  std::array<int, 2> in{-1, -1}, out{-1, -1}, failure{-1, -1};
  int error = -1;
  auto close_all = [&] {
    for (int* fd : {&in[0], &in[1], &out[0], &out[1], &failure[0], &failure[1], &error}) close_if_open(*fd);
  };
  auto system_error = [&](std::string_view doing) {
    Error e{Errc::internal, std::string(doing) + " for " + program + ": " + std::strerror(errno)};
    close_all();
    return e;
  };
  const auto no_file = [&](const std::filesystem::path& path) {
    auto e = disk_error("opening", path, errno);
    close_all();
    return e;
  };
  const auto append_to = [](const std::filesystem::path& path) {
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  };

  const bool wired = options.wire >= 0;
  const auto on_the_wire = [&] { return ::fcntl(options.wire, F_DUPFD_CLOEXEC, 3); };
  const auto open_input = [&] {
    if (options.pipe_input && !wired) return ::pipe2(in.data(), O_CLOEXEC) == 0;
    in[0] = wired ? on_the_wire() : ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    return in[0] >= 0;
  };
  const auto open_output = [&] {
    if (options.output_file.empty() && !wired) return ::pipe2(out.data(), O_CLOEXEC) == 0;
    out[1] = wired ? on_the_wire() : append_to(options.output_file);
    return out[1] >= 0;
  };
  if (!open_input()) return system_error("making its input");
  if (!open_output())
    return options.output_file.empty() || wired ? system_error("making its output") : no_file(options.output_file);
  if (!options.error_file.empty() && (error = append_to(options.error_file)) < 0) return no_file(options.error_file);
  if (::pipe2(failure.data(), O_CLOEXEC) != 0) return system_error("making a pipe");

  std::vector<char*> argv;
  for (const auto& word : options.argv) argv.push_back(const_cast<char*>(word.c_str()));  // NOLINT: execve's signature
  argv.push_back(nullptr);
  auto env = environment_without(options.unset);
  const std::string folder = options.folder.string();
  const Wiring wiring{in[0], out[1], error, failure[1], folder.empty() ? nullptr : folder.c_str(), &options.keep};

  const pid_t self = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return system_error("starting a process");
  if (pid == 0) become(program.c_str(), argv.data(), env.data(), wiring, self);

  close_if_open(failure[1]);
  int number = 0;
  const auto n = ::read(failure[0], &number, sizeof number);  // end of file as soon as exec succeeded
  if (n == static_cast<ssize_t>(sizeof number)) {
    int ignored = 0;
    ::waitpid(pid, &ignored, 0);
    errno = number;
    return system_error("executing");
  }
  Child child;
  child.pid_ = pid;
  child.pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  child.in_ = std::exchange(in[1], -1);
  child.out_ = std::exchange(out[0], -1);
  close_all();
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::exchange(other.pidfd_, -1)),
      in_(std::exchange(other.in_, -1)),
      out_(std::exchange(other.out_, -1)),
      pending_(std::move(other.pending_)),
      exit_(std::exchange(other.exit_, std::nullopt)) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    std::swap(pid_, other.pid_);
    std::swap(pidfd_, other.pidfd_);
    std::swap(in_, other.in_);
    std::swap(out_, other.out_);
    std::swap(pending_, other.pending_);
    std::swap(exit_, other.exit_);
  }
  return *this;
}

Child::~Child() {
  if (pid_ > 0 && !exit_) stop();
  close_if_open(in_);
  close_if_open(out_);
  close_if_open(pidfd_);
}

Result<std::optional<std::string>> Child::read_line(Deadline by) {
  for (;;) {
    if (const auto end = pending_.find('\n'); end != std::string::npos) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return std::optional<std::string>(std::move(line));
    }
    if (out_ < 0) return std::optional<std::string>{};
    pollfd waiting{out_, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, milliseconds_until(by));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Error{Errc::internal, "process " + std::to_string(pid_) + " printed nothing in time"};
    std::array<char, 4096> chunk{};
    const auto n = ::read(out_, chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      close_if_open(out_);
      if (pending_.empty()) return std::optional<std::string>{};
      return std::optional<std::string>(std::exchange(pending_, {}));
    }
    pending_.append(chunk.data(), static_cast<std::size_t>(n));
  }
}

Result<std::string> Child::read_all(Deadline by, std::size_t limit) {
  std::string all = std::exchange(pending_, {});
  while (out_ >= 0) {
    pollfd waiting{out_, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, milliseconds_until(by));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Error{Errc::internal, "process " + std::to_string(pid_) + " did not finish in time"};
    std::array<char, 16384> chunk{};
    const auto n = ::read(out_, chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      close_if_open(out_);
      break;
    }
    all.append(chunk.data(), static_cast<std::size_t>(n));
    if (all.size() > limit) return Error{Errc::internal, "process " + std::to_string(pid_) + " printed too much"};
  }
  return all;
}

namespace {

// Writing to a child that has ended raises SIGPIPE, which would end us. The error code tells enough: keep the signal
// off this thread meanwhile, and take it back if it came.
class PipeSignalHeld {
 public:
  PipeSignalHeld() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~PipeSignalHeld() {
    const int number = errno;
    const timespec at_once{};
    if (::sigismember(&before_, SIGPIPE) == 0) ::sigtimedwait(&pipe_, nullptr, &at_once);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = number;
  }
  PipeSignalHeld(const PipeSignalHeld&) = delete;
  PipeSignalHeld& operator=(const PipeSignalHeld&) = delete;

 private:
  sigset_t pipe_{}, before_{};
};

}  // namespace

Status Child::write_input(std::string_view text, Deadline by) {
  const PipeSignalHeld held;
  while (!text.empty()) {
    pollfd waiting{in_, POLLOUT, 0};
    const int ready = ::poll(&waiting, 1, milliseconds_until(by));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Error{Errc::internal, "process " + std::to_string(pid_) + " does not read its input"};
    // Pieces of at most PIPE_BUF never block once poll() said there is room.
    const auto n = ::write(in_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error{Errc::internal, "writing to process " + std::to_string(pid_) + ": " + std::strerror(errno)};
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return success();
}

void Child::close_input() {
  close_if_open(in_);
}

std::optional<int> Child::wait(Deadline by) {
  if (pid_ <= 0 || exit_) return exit_;
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) {
      exit_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      return exit_;
    }
    if (ended < 0 && errno != EINTR) return exit_ = 127;
    const int left = milliseconds_until(by);
    if (left == 0) return std::nullopt;
    pollfd waiting{pidfd_, POLLIN, 0};
    // Without pidfd_open (before Linux 5.3) poll() ignores the -1 and we look again every 20 ms.
    ::poll(&waiting, 1, pidfd_ >= 0 ? left : std::min(left, 20));
  }
}

bool Child::running() {
  return pid_ > 0 && !wait(std::chrono::steady_clock::now());
}

void Child::signal(int number) {
  if (running()) ::kill(pid_, number);
}

void Child::kill_now() {
  signal(SIGKILL);
  wait(Deadline::max());
}

void Child::stop(std::chrono::milliseconds grace) {
  if (!running()) return;
  close_input();
  signal(SIGTERM);
  if (!wait(after(grace))) kill_now();
}

}  // namespace epki

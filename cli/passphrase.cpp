#include "cli/passphrase.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "core/child.hpp"
#include "core/file.hpp"

namespace epki::cli {

namespace {

constexpr std::size_t longest = 1024;

// Puts the terminal's echo back whatever happens.
class EchoOff {
 public:
  explicit EchoOff(int fd) : fd_(fd) {
    known_ = ::tcgetattr(fd_, &before_) == 0;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (known_) ::tcsetattr(fd_, TCSAFLUSH, &quiet);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;
  ~EchoOff() {
    if (known_) ::tcsetattr(fd_, TCSAFLUSH, &before_);
  }

 private:
  int fd_;
  bool known_ = false;
  termios before_{};
};

// The first line of a descriptor, byte for byte into locked memory; nothing of it passes through a std::string.
Result<Secret> read_first_line(int fd, std::string_view what, const Cancel& cancel) {
  Secret line(longest);
  std::size_t used = 0;
  for (;;) {
    std::array<pollfd, 2> waiting{{{fd, POLLIN, 0}, {cancel.fd(), POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR)
      return Error{Errc::key, "reading the passphrase from " + std::string(what) + ": " + std::strerror(errno),
                   "check that it is open for reading"};
    if (cancel.requested()) return interrupted();
    if (waiting[0].revents == 0) continue;
    char c = 0;
    const auto n = ::read(fd, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      return Error{Errc::key, "reading the passphrase from " + std::string(what) + ": " + std::strerror(errno),
                   "check that the descriptor is open for reading"};
    if (n == 0 || c == '\n') break;
    if (used == longest)
      return Error{Errc::key, "the passphrase from " + std::string(what) + " is longer than 1024 bytes",
                   "the first line alone is the passphrase: check that this is the right file"};
    line.bytes()[used++] = static_cast<std::byte>(c);
  }
  if (used > 0 && line.view()[used - 1] == '\r') --used;
  line.shrink(used);
  if (line.empty())
    return Error{Errc::key, "the passphrase from " + std::string(what) + " is empty",
                 "its first line is the passphrase"};
  return line;
}

Result<Secret> from_file(const std::string& path, const Cancel& cancel) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return Error{Errc::key, "the passphrase file " + path + ": " + std::strerror(errno), "check the path and its mode"};
  auto line = read_first_line(fd, path, cancel);
  ::close(fd);
  return line;
}

// The command's output goes to a pipe of ours, so that it is read into locked memory directly.
Result<Secret> from_command(const std::string& command, const Cancel& cancel) {
  std::array<int, 2> pipe{-1, -1};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return Error{Errc::internal, "no pipe for the passphrase command"};
  auto child =
      Child::start({.argv = {"sh", "-c", "exec 1>&" + std::to_string(pipe[1]) + "; " + command}, .keep = {pipe[1]}});
  ::close(pipe[1]);
  if (!child) {
    ::close(pipe[0]);
    return std::move(child).error();
  }
  auto line = read_first_line(pipe[0], "the command", cancel);
  ::close(pipe[0]);
  const auto exit = child->wait(after(std::chrono::seconds(10)));
  if (exit != 0)
    return Error{Errc::key, "the passphrase command failed with exit code " + (exit ? std::to_string(*exit) : "none"),
                 "run it by hand to see why"};
  return line;
}

Result<Secret> ask(std::string_view question, const Cancel& cancel) {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (terminal < 0)
    return Error{Errc::usage, "no terminal to ask for the passphrase on",
                 "give --passphrase-file, --passphrase-fd, --passphrase-command or "
                 "EC200U_PKI_PASSPHRASE"};
  [[maybe_unused]] const auto asked = ::write(terminal, question.data(), question.size());
  auto line = [&] {
    const EchoOff quiet(terminal);
    return read_first_line(terminal, "the terminal", cancel);
  }();
  [[maybe_unused]] const auto ended = ::write(terminal, "\n", 1);
  ::close(terminal);
  return line;
}

Result<Secret> ask_twice(std::string_view what, const Cancel& cancel) {
  auto first = ask("New passphrase for " + std::string(what) + ": ", cancel);
  if (!first) return first;
  auto second = ask("The same again: ", cancel);
  if (!second) return second;
  if (first->view() != second->view())
    return Error{Errc::key, "the two passphrases differ", "run the same command again"};
  return second;
}

// From what the command line or the environment names; nothing when neither does.
std::optional<Result<Secret>> named(const PassphraseOptions& options, const Context& context) {
  if (options.file) return from_file(*options.file, context.cancel);
  if (options.fd) return read_first_line(static_cast<int>(*options.fd), "--passphrase-fd", context.cancel);
  if (options.command) return from_command(*options.command, context.cancel);
  if (!context.environment_passphrase) return std::nullopt;
  if (context.environment_passphrase->empty())
    return Error{Errc::key, "EC200U_PKI_PASSPHRASE is empty", "unset it, or give it the passphrase"};
  return context.environment_passphrase->clone();
}

constexpr std::string_view ways =
    "give --passphrase-file, --passphrase-fd, --passphrase-command or EC200U_PKI_PASSPHRASE";

}  // namespace

void add_passphrase_options(Command& command, PassphraseOptions& options) {
  command.option("--passphrase-file", options.file, "First line of this file is the CA passphrase")
      .option("--passphrase-fd", options.fd, "Read the CA passphrase from this open descriptor", 0, INT_MAX)
      .option("--passphrase-command", options.command, "First line this command prints is the CA passphrase");
}

Result<Secret> new_passphrase(const PassphraseOptions& options, const NewPassphrase& wanted, Context& context) {
  if (auto given = named(options, context)) return *std::move(given);
  if (::isatty(STDIN_FILENO) == 1) return ask_twice(wanted.what, context.cancel);
  return Error{Errc::usage, std::string(wanted.what) + " needs a passphrase and there is no terminal to ask on",
               std::string(ways) + (wanted.needed ? "" : "; --no-passphrase leaves the key unencrypted")};
}

Result<Secret> existing_passphrase(const PassphraseOptions& options, std::string_view what, Context& context) {
  if (auto given = named(options, context)) return *std::move(given);
  if (::isatty(STDIN_FILENO) == 1) return ask("Passphrase for " + std::string(what) + ": ", context.cancel);
  return Error{Errc::usage, std::string(what) + " is encrypted and there is no terminal to ask for its passphrase on",
               std::string(ways)};
}

}  // namespace epki::cli

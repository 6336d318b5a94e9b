#include "sim/run/serial_line.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

namespace epki::sim {

namespace {

std::optional<speed_t> speed_of(std::int64_t baud) {
  constexpr std::array<std::pair<std::int64_t, speed_t>, 9> all{{{9600, B9600},
                                                                 {19200, B19200},
                                                                 {38400, B38400},
                                                                 {57600, B57600},
                                                                 {115200, B115200},
                                                                 {230400, B230400},
                                                                 {460800, B460800},
                                                                 {921600, B921600},
                                                                 {2000000, B2000000}}};
  for (const auto& [rate, speed] : all)
    if (rate == baud) return speed;
  return std::nullopt;
}

Error cannot_open(const std::string& path, int reason) {
  const auto what = path + " cannot be opened: " + std::generic_category().message(reason);
  if (reason == EACCES) return {Errc::disk, what, "add this account to the group dialout"};
  return {Errc::modem_gone, what, "name the port that the board's modem connector is wired to"};
}

}  // namespace

Result<SerialLine> SerialLine::open(const std::string& path, std::int64_t baud) {
  const auto speed = speed_of(baud);
  if (!speed)
    return Error{Errc::usage, "--baud " + std::to_string(baud) + " is no rate of a serial port",
                 "use 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600 or 2000000"};
  const int fd = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return cannot_open(path, errno);
  SerialLine line(fd, path);
  termios settings{};
  if (::tcgetattr(fd, &settings) != 0) return cannot_open(path, errno);
  ::cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD;
  ::cfsetspeed(&settings, *speed);
  if (::tcsetattr(fd, TCSANOW, &settings) != 0) return cannot_open(path, errno);
  if (::ioctl(fd, TIOCEXCL) != 0) return cannot_open(path, errno);
  ::tcflush(fd, TCIOFLUSH);
  return line;
}

SerialLine::SerialLine(SerialLine&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), name_(std::move(other.name_)) {}

SerialLine::~SerialLine() {
  if (fd_ >= 0) ::close(fd_);
}

std::string SerialLine::read(bool& there) {
  std::array<char, 4096> buffer{};
  const auto got = ::read(fd_, buffer.data(), buffer.size());
  there = got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
  return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
}

std::size_t SerialLine::write(std::string_view bytes) {
  const auto sent = ::write(fd_, bytes.data(), bytes.size());
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

}  // namespace epki::sim

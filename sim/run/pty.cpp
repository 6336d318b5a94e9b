#include "sim/run/pty.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "core/file.hpp"

namespace epki::sim {

Result<Pty> Pty::open() {
  const auto failed = [] { return disk_error("opening", "a pseudo-terminal", errno); };
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (master < 0) return failed();
  Pty pty(master, -1, {});
  std::array<char, 128> name{};
  if (grantpt(master) != 0 || unlockpt(master) != 0 || ptsname_r(master, name.data(), name.size()) != 0)
    return failed();
  pty.name_ = name.data();
  pty.slave_ = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  termios settings{};
  if (pty.slave_ < 0 || tcgetattr(pty.slave_, &settings) != 0) return failed();
  cfmakeraw(&settings);
  cfsetspeed(&settings, B115200);
  if (tcsetattr(pty.slave_, TCSANOW, &settings) != 0) return failed();
  return pty;
}

Pty::Pty(Pty&& other) noexcept
    : master_(std::exchange(other.master_, -1)),
      slave_(std::exchange(other.slave_, -1)),
      name_(std::move(other.name_)) {}

Pty::~Pty() {
  close();
}

void Pty::close() {
  if (slave_ >= 0) ::close(std::exchange(slave_, -1));
  if (master_ >= 0) ::close(std::exchange(master_, -1));
}

std::int64_t Pty::speed() const {
  struct Speed {
    speed_t code;
    std::int64_t baud;
  };
  constexpr Speed speeds[] = {{B1200, 1200},      {B2400, 2400},     {B4800, 4800},     {B9600, 9600},
                              {B19200, 19200},    {B38400, 38400},   {B57600, 57600},   {B115200, 115200},
                              {B230400, 230400},  {B460800, 460800}, {B921600, 921600}, {B1000000, 1000000},
                              {B2000000, 2000000}};
  termios settings{};
  if (tcgetattr(slave_, &settings) != 0) return 0;
  for (const auto& speed : speeds)
    if (speed.code == cfgetospeed(&settings)) return speed.baud;
  return 0;
}

std::string Pty::read() {
  std::array<char, 4096> buffer{};
  const auto got = ::read(master_, buffer.data(), buffer.size());
  return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
}

std::size_t Pty::write(std::string_view bytes) {
  const auto sent = ::write(master_, bytes.data(), bytes.size());
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

}  // namespace epki::sim

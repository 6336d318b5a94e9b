#include <fcntl.h>
#include <linux/serial.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <system_error>

#include "provision/transport/byte_stream.hpp"
#include "provision/transport/fd_stream.hpp"
#include "provision/transport/port_holder.hpp"
#include "provision/transport/port_lock.hpp"

namespace epki::transport {

namespace {

struct Speed {
  std::int64_t baud;
  speed_t code;
};
// What AT+IPR takes and Linux knows (AT reference, 5).
constexpr std::array speeds{
    Speed{1200, B1200},     Speed{2400, B2400},       Speed{4800, B4800},       Speed{9600, B9600},
    Speed{19200, B19200},   Speed{38400, B38400},     Speed{57600, B57600},     Speed{115200, B115200},
    Speed{230400, B230400}, Speed{460800, B460800},   Speed{500000, B500000},   Speed{576000, B576000},
    Speed{921600, B921600}, Speed{1000000, B1000000}, Speed{1500000, B1500000}, Speed{2000000, B2000000}};

std::optional<speed_t> speed_code(std::int64_t baud) {
  const auto* const found = std::find_if(speeds.begin(), speeds.end(), [&](const Speed& s) { return s.baud == baud; });
  if (found == speeds.end()) return std::nullopt;
  return found->code;
}

/// Closes on every path out of open_serial but the last.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Error open_error(const std::string& path, int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return {Errc::modem_gone, path + " does not exist",
              "plug the modem in and wait for it to start, or let --port auto find it"};
    case EACCES:
    case EPERM:
      return {Errc::disk, "no permission to open " + path,
              "add yourself to the group that owns it (sudo usermod -aG dialout $USER), then log in again"};
    case ENXIO:
    case ENODEV:
    case EIO:
      return {Errc::modem_gone, path + " is there, but no device is behind it",
              "unplug the modem and plug it in again"};
    default:
      return {Errc::modem_gone, path + " cannot be opened: " + std::generic_category().message(error_number),
              "unplug the modem and plug it in again; the system's log (dmesg) may tell more"};
  }
}

bool is_pseudo_terminal(dev_t device) {
  const unsigned number = major(device);
  return number >= 136 && number <= 143;  // Unix98 slaves, Documentation/admin-guide/devices.txt
}

Error in_use(const std::string& path, dev_t device) {
  return port_in_use(path, find_holder(device), program_runs("ModemManager"));
}

/// Raw 8N1. Modem control lines are ignored (CLOCAL), and closing does not drop DTR (no HUPCL), because a modem set to
/// AT&D2 takes a dropped DTR for "hang up".
bool make_raw(int fd, speed_t speed, bool rts_cts) {
  termios settings{};
  if (::tcgetattr(fd, &settings) != 0) return false;
  ::cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD;
  settings.c_cflag &= ~static_cast<tcflag_t>(HUPCL | CSTOPB | CRTSCTS);
  if (rts_cts) settings.c_cflag |= CRTSCTS;
  settings.c_iflag &= ~static_cast<tcflag_t>(IXOFF | INPCK);
  settings.c_cc[VMIN] = 1;  // with 0, no data and a hang-up would look the same
  settings.c_cc[VTIME] = 0;
  return ::cfsetispeed(&settings, speed) == 0 && ::cfsetospeed(&settings, speed) == 0 &&
         ::tcsetattr(fd, TCSANOW, &settings) == 0;
}

/// USB serial drivers otherwise hold bytes back for up to 16 ms. Best effort: pseudo-terminals know no such thing.
void ask_low_latency(int fd) {
  serial_struct serial{};
  if (::ioctl(fd, TIOCGSERIAL, &serial) != 0) return;
  serial.flags |= static_cast<int>(ASYNC_LOW_LATENCY);
  ::ioctl(fd, TIOCSSERIAL, &serial);
}

Error no_such_speed(std::int64_t baud) {
  return {Errc::usage, "a serial port does not run at " + std::to_string(baud) + " baud",
          "115200 is the modem's default; 1200 to 2000000 in the usual steps are possible"};
}

class SerialStream final : public FdStream {
 public:
  SerialStream(int fd, std::string path, std::int64_t baud, std::optional<PortLock> lock, const Cancel& cancel)
      // A pseudo-terminal outlives our end; without TIOCNXCL the mark would stay and shut out the next run.
      : FdStream(fd, std::move(path), cancel, [](int port) { ::ioctl(port, TIOCNXCL); }),
        baud_(baud),
        lock_(std::move(lock)) {}

  std::int64_t speed() const override { return baud_; }
  Status set_speed(std::int64_t baud) override {
    const auto code = speed_code(baud);
    if (!code) return no_such_speed(baud);
    termios settings{};
    // TCSADRAIN: what was written leaves at the old speed.
    if (::tcgetattr(fd(), &settings) != 0 || ::cfsetispeed(&settings, *code) != 0 ||
        ::cfsetospeed(&settings, *code) != 0 || ::tcsetattr(fd(), TCSADRAIN, &settings) != 0)
      return gone(errno);
    baud_ = baud;
    return success();
  }

 private:
  std::int64_t baud_;
  std::optional<PortLock> lock_;
};

}  // namespace

std::vector<std::int64_t> serial_speeds() {
  std::vector<std::int64_t> all;
  all.reserve(std::size(speeds));
  for (const auto& speed : speeds) all.push_back(speed.baud);
  return all;
}

Result<std::unique_ptr<ByteStream>> open_serial(const std::string& path, std::int64_t baud, const Cancel& cancel) {
  return open_serial(path, SerialOptions{.baud = baud}, cancel);
}

Result<std::unique_ptr<ByteStream>> open_serial(const std::string& path, const SerialOptions& options,
                                                const Cancel& cancel) {
  const auto speed = speed_code(options.baud);
  if (!speed) return no_such_speed(options.baud);
  Descriptor port(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (port.get() < 0) {
    const int reason = errno;
    struct stat info {};
    if (reason == EBUSY && ::stat(path.c_str(), &info) == 0) return in_use(path, info.st_rdev);
    return open_error(path, reason);
  }
  struct stat info {};
  if (::fstat(port.get(), &info) != 0 || ::isatty(port.get()) == 0)
    return Error{Errc::modem_gone, path + " is no serial port", "name the modem's AT port, such as /dev/ttyUSB0"};
  // Root opens a port in spite of TIOCEXCL, so the lock is what keeps two runs of ours apart.
  if (::flock(port.get(), LOCK_EX | LOCK_NB) != 0) return in_use(path, info.st_rdev);
  std::optional<PortLock> lock;
  // Whoever plays a modem keeps its own end of a pseudo-terminal open, so a second holder is normal there only.
  if (!is_pseudo_terminal(info.st_rdev)) {
    if (const auto holder = find_holder(info.st_rdev)) return port_in_use(path, holder, false);
    auto taken = PortLock::take(options.lock_folder, path);
    if (!taken) return std::move(taken).error();
    if (*taken) lock.emplace(**std::move(taken));
  }
  ::ioctl(port.get(), TIOCEXCL);
  if (!make_raw(port.get(), *speed, options.rts_cts))
    return Error{Errc::modem_gone,
                 path + " cannot be set to " + std::to_string(options.baud) + " baud, 8N1" +
                     (options.rts_cts ? ", RTS/CTS" : ""),
                 "choose another --baud"};
  ask_low_latency(port.get());
  ::tcflush(port.get(), TCIFLUSH);
  return std::unique_ptr<ByteStream>(
      std::make_unique<SerialStream>(port.release(), path, options.baud, std::move(lock), cancel));
}

}  // namespace epki::transport

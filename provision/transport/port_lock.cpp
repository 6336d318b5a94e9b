#include "provision/transport/port_lock.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <utility>

#include "core/text.hpp"
#include "provision/transport/port_holder.hpp"

namespace epki::transport {

namespace {

namespace fs = std::filesystem;

std::optional<pid_t> owner_in(const fs::path& file) {
  std::ifstream in(file);
  std::string text;
  std::getline(in, text);
  const auto number = parse_integer(trimmed(text));
  if (!number || *number <= 0) return std::nullopt;
  return static_cast<pid_t>(*number);
}

bool lives(pid_t pid) {
  return ::kill(pid, 0) == 0 || errno == EPERM;
}

std::string program_of(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  std::getline(in, name);
  return name;
}

}  // namespace

Result<std::optional<PortLock>> PortLock::take(const fs::path& folder, const std::string& device) {
  std::error_code failed;
  const auto real = fs::canonical(device, failed);
  const auto file = folder / ("LCK.." + (failed ? fs::path(device) : real).filename().string());
  for (int attempt = 0; attempt < 3; ++attempt) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd >= 0) {
      std::array<char, 16> text{};
      const int size = std::snprintf(text.data(), text.size(), "%10d\n", static_cast<int>(::getpid()));
      PortLock lock(file);
      const bool written = ::write(fd, text.data(), static_cast<std::size_t>(size)) == size;
      ::close(fd);
      // A file without a number in it would shut everybody out: none is better.
      return written ? std::optional<PortLock>(std::move(lock)) : std::optional<PortLock>();
    }
    if (errno != EEXIST) return std::optional<PortLock>();
    const auto owner = owner_in(file);
    if (owner && lives(*owner)) return port_in_use(device, Holder{*owner, program_of(*owner)}, false);
    if (::unlink(file.c_str()) != 0 && errno != ENOENT)
      return Error{Errc::modem_gone, device + " is locked by " + file.string() + ", whose program has ended",
                   "remove that file, then run the same command again"};
  }
  return Error{Errc::modem_gone, device + " is being opened by another program", "try again"};
}

PortLock::PortLock(PortLock&& other) noexcept : file_(std::exchange(other.file_, fs::path())) {}

PortLock::~PortLock() {
  std::error_code failed;
  if (!file_.empty()) fs::remove(file_, failed);
}

}  // namespace epki::transport

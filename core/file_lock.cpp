#include "core/file_lock.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

#include "core/file.hpp"

namespace epki {

bool still_named(int fd, const std::filesystem::path& file) {
  struct stat held {
  }, named{};
  return ::fstat(fd, &held) == 0 && ::stat(file.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

Result<std::optional<Descriptor>> lock_file(const std::filesystem::path& file) {
  for (;;) {
    Descriptor held(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!held.valid()) return disk_error("creating", file, errno);
    if (::flock(held.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::optional<Descriptor>{};
      if (errno != EINTR) return disk_error("locking", file, errno);
    } else if (still_named(held.get(), file)) {
      return std::optional<Descriptor>(std::move(held));
    }
  }
}

Result<FileLock> FileLock::take(const std::filesystem::path& file, std::string_view what, const Cancel& cancel,
                                Reporter& reporter) {
  constexpr int look_again_ms = 50;  // flock(2) itself cannot wait for the lock and for the user's Ctrl-C
  if (auto made = make_folder(file.parent_path(), 0700); !made) return std::move(made).error();
  for (bool told = false;; told = true) {
    auto held = lock_file(file);
    if (!held) return std::move(held).error();
    if (*held) return FileLock(**std::move(held));
    if (!told) reporter.step("waiting for " + std::string(what) + " that another process is at");
    pollfd stop{cancel.fd(), POLLIN, 0};
    ::poll(&stop, 1, look_again_ms);
    if (cancel.requested()) return interrupted();
  }
}

}  // namespace epki

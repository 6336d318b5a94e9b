#include "core/file_lock.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>

#include <cerrno>
#include <string>

#include "core/file.hpp"

namespace epki {

Result<FileLock> FileLock::take(const std::filesystem::path& file, std::string_view what, const Cancel& cancel,
                                Reporter& reporter) {
  constexpr int look_again_ms = 50;  // flock(2) itself cannot wait for the lock and for the user's Ctrl-C
  if (auto made = make_folder(file.parent_path(), 0700); !made) return std::move(made).error();
  Descriptor held(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!held.valid()) return disk_error("creating", file, errno);
  for (bool told = false; ::flock(held.get(), LOCK_EX | LOCK_NB) != 0;) {
    if (errno != EWOULDBLOCK && errno != EINTR) return disk_error("locking", file, errno);
    if (!told) reporter.step("waiting for " + std::string(what) + " that another process is at");
    told = true;
    pollfd stop{cancel.fd(), POLLIN, 0};
    ::poll(&stop, 1, look_again_ms);
    if (cancel.requested()) return interrupted();
  }
  return FileLock(std::move(held));
}

}  // namespace epki

#include "ledger/wal_group.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <map>

#include "core/file.hpp"

namespace epki::ledger {

namespace fs = std::filesystem;

namespace {

// 0, or errno. SQLite holds no lock on its log, so closing our descriptor gives none up (sqlite.org, "WAL-mode File
// Format": the locks are on the shared-memory file).
int flush(const fs::path& log) {
  const int descriptor = ::open(log.c_str(), O_RDONLY | O_CLOEXEC);
  // No log: the last connection has written it back into the database, flushed that, and removed the log.
  if (descriptor < 0) return errno == ENOENT ? 0 : errno;
  const int failed = ::fdatasync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  return failed;
}

}  // namespace

std::shared_ptr<WalGroup> WalGroup::of(const fs::path& file) {
  static std::mutex mutex;
  static std::map<fs::path, std::weak_ptr<WalGroup>> groups;
  std::error_code unresolved;
  auto name = fs::weakly_canonical(file, unresolved);
  if (unresolved) name = file;
  const std::lock_guard guard(mutex);
  std::erase_if(groups, [](const auto& entry) { return entry.second.expired(); });
  auto& known = groups[name];
  if (auto group = known.lock()) return group;
  auto log = name;
  log += "-wal";
  auto group = std::make_shared<WalGroup>(std::move(log));
  known = group;
  return group;
}

bool WalGroup::take_turn(std::chrono::milliseconds patience) {
  return turn_.try_lock_for(patience);
}

void WalGroup::end_turn() {
  turn_.unlock();
}

std::uint64_t WalGroup::committed() {
  const std::lock_guard guard(mutex_);
  return ++committed_;
}

Status WalGroup::wait_durable(std::uint64_t ticket) {
  std::unique_lock lock(mutex_);
  while (failed_ == 0 && durable_ < ticket) {
    if (flushing_) {
      flushed_.wait(lock);
      continue;
    }
    flushing_ = true;
    const auto reach = committed_;
    lock.unlock();
    const int failed = flush(log_);
    lock.lock();
    flushing_ = false;
    if (failed == 0)
      durable_ = reach;
    else
      failed_ = failed;
    flushed_.notify_all();
  }
  if (failed_ == 0) return success();
  return disk_error("flushing", log_, failed_);
}

}  // namespace epki::ledger

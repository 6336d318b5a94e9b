#include "sim/front/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/descriptor.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::sim {
namespace {

// No modem's file: host_name never begins with a dot. Nobody else writes there while the folder is locked.
constexpr const char* beside_name = ".new";

/// A modem's name as one host file name: letters, digits, `_`, `-` and `.` stay, the rest becomes %xx.
std::string host_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
    if (plain || (c == '.' && !out.empty()))
      out += c;
    else
      out += "%" + to_hex(as_bytes(std::string_view(&c, 1)));
  }
  return out;
}

std::optional<std::string> modem_name(std::string_view host) {
  std::string out;
  for (std::size_t i = 0; i < host.size(); ++i) {
    if (host[i] != '%') {
      out += host[i];
      continue;
    }
    const auto byte = from_hex(host.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out += as_text(*byte);
    i += 2;
  }
  return out;
}

/// All of it, or errno.
int write_whole(int fd, std::string_view content) {
  while (!content.empty()) {
    const auto n = ::write(fd, content.data(), content.size());
    if (n < 0 && errno != EINTR) return errno;
    if (n > 0) content.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

}  // namespace

std::uint16_t file_checksum(std::string_view content) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const unsigned byte = static_cast<unsigned char>(content[i]);
    sum ^= i % 2 == 0 ? byte << 8U : byte;
  }
  return static_cast<std::uint16_t>(sum);
}

std::optional<std::string> file_name(std::string_view given) {
  if (given.size() >= 4 && equal_ignoring_case(given.substr(0, 4), "UFS:")) given.remove_prefix(4);
  if (given.empty() || given.size() > 80 || given.find(':') != std::string_view::npos) return std::nullopt;
  return std::string(given);
}

Result<FileStore> FileStore::open(const std::filesystem::path& folder, std::int64_t capacity) {
  if (auto made = make_folder(folder, 0700); !made) return std::move(made).error();
  FileStore store(folder, capacity);
  store.lock_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (store.lock_ < 0) return disk_error("opening", folder, errno);
  if (flock(store.lock_, LOCK_EX | LOCK_NB) != 0)
    return Error{Errc::disk, "another simulated modem uses " + folder.string(),
                 "end it, or give this one a folder of its own with --state"};
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    const auto name = modem_name(entry.path().filename().string());
    // host_name never begins with a dot: such a file, or a folder, is none of the modem's.
    if (!name || entry.path().filename().string().starts_with('.') || !entry.is_regular_file()) continue;
    auto content = read_file(entry.path());
    if (!content) return std::move(content).error();
    store.files_.emplace(*name, std::move(*content));
  }
  if (failed) return disk_error("reading", folder, failed.value());
  return store;
}

FileStore::FileStore(FileStore&& other) noexcept
    : folder_(std::move(other.folder_)),
      capacity_(other.capacity_),
      lock_(std::exchange(other.lock_, -1)),
      files_(std::move(other.files_)),
      cached_(other.cached_),
      flash_(std::move(other.flash_)) {}

FileStore::~FileStore() {
  if (lock_ >= 0) close(lock_);
}

const std::string* FileStore::find(std::string_view name) const {
  const auto found = files_.find(std::string(name));
  return found == files_.end() ? nullptr : &found->second;
}

// Whole or not at all, also where the simulator is killed. Nothing is flushed: each modem of a line has a flash of its
// own, while simulated ones would wait for one disk, one after the other, and only a power cut of the host needs it.
Status FileStore::write(const std::string& name, const std::string& content) {
  const auto file = folder_ / host_name(name), beside = folder_ / beside_name;
  const Descriptor opened(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (opened.get() < 0) return disk_error("creating", beside, errno);
  const int failed = write_whole(opened.get(), content);
  if (failed == 0 && ::rename(beside.c_str(), file.c_str()) == 0) return success();
  auto error = disk_error("writing", file, failed != 0 ? failed : errno);
  ::unlink(beside.c_str());
  return error;
}

Status FileStore::erase(const std::string& name) {
  std::error_code failed;
  std::filesystem::remove(folder_ / host_name(name), failed);
  if (failed) return disk_error("deleting", folder_ / host_name(name), failed.value());
  return success();
}

Status FileStore::put(const std::string& name, std::string content) {
  if (!cached_) {
    if (auto written = write(name, content); !written) return written;
  } else {
    const auto* before = find(name);
    flash_.try_emplace(name, before == nullptr ? std::nullopt : std::optional(*before));
  }
  files_[name] = std::move(content);
  return success();
}

Status FileStore::remove(const std::string& name) {
  if (!cached_) {
    if (auto erased = erase(name); !erased) return erased;
  } else if (const auto* before = find(name); before != nullptr) {
    flash_.try_emplace(name, *before);
  }
  files_.erase(name);
  return success();
}

Status FileStore::write_out() {
  for (const auto& [name, before] : flash_) {
    const auto* now = find(name);
    if (auto done = now == nullptr ? erase(name) : write(name, *now); !done) return done;
  }
  flash_.clear();
  return success();
}

void FileStore::lose_cache() {
  for (auto& [name, before] : flash_) {
    if (before)
      files_[name] = std::move(*before);
    else
      files_.erase(name);
  }
  flash_.clear();
}

std::int64_t FileStore::free() const {
  std::int64_t used = 0;
  for (const auto& [name, content] : files_) used += static_cast<std::int64_t>(content.size());
  return std::max<std::int64_t>(0, capacity_ - used);
}

}  // namespace epki::sim

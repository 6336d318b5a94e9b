#include "core/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "core/descriptor.hpp"

namespace epki {

namespace fs = std::filesystem;

namespace {

Status write_and_sync(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const auto n = ::write(fd, content.data(), content.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return disk_error("writing", path, errno);
    }
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(fd) != 0) return disk_error("syncing", path, errno);
  return success();
}

// A rename or a new name is durable only once its folder is.
void sync_folder(const fs::path& path) {
  const Descriptor folder(::open(path.parent_path().empty() ? "." : path.parent_path().c_str(), O_RDONLY | O_CLOEXEC));
  if (folder.get() >= 0) [[maybe_unused]]
    const int synced = ::fsync(folder.get());
}

}  // namespace

Error disk_error(std::string_view doing, const fs::path& path, int error_number) {
  Error error{Errc::disk, std::string(doing) + " " + path.string() + ": " + std::strerror(error_number)};
  switch (error_number) {
    case ENOSPC:
    case EDQUOT: error.hint = "free some space on that disk, then run the same command again"; break;
    case EACCES:
    case EPERM: error.hint = "check who owns the file and its folder, and their modes"; break;
    case EROFS: error.hint = "mount that file system writable, or name another place"; break;
    case ENOENT:
    case ENOTDIR: error.hint = "make the folder first, or check the path"; break;
    case EISDIR: error.hint = "name a file in that folder"; break;
    case EEXIST: error.hint = "nothing is overwritten: move the old file away first"; break;
    default: break;
  }
  return error;
}

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    const int number = errno;
    if (number == ENOENT || number == ENOTDIR)
      return Error{Errc::input, path.string() + " does not exist", "check the path"};
    return disk_error("reading", path, number);
  }
  struct stat facts {};
  if (::fstat(file.get(), &facts) == 0 && S_ISDIR(facts.st_mode))
    return Error{Errc::input, path.string() + " is a folder, not a file", "name a file"};
  std::string content;
  std::string chunk(65536, '\0');
  for (;;) {
    const auto n = ::read(file.get(), chunk.data(), chunk.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      return disk_error("reading", path, errno);
    }
    if (n == 0) return content;
    content.append(chunk, 0, static_cast<std::size_t>(n));
    if (content.size() > limit)
      return Error{Errc::input, path.string() + " is larger than " + std::to_string(limit) + " bytes",
                   "check that it is the file you meant"};
  }
}

Status sync_folder_of(const fs::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.get() < 0) return disk_error("opening", folder, errno);
  if (::fsync(opened.get()) != 0) return disk_error("syncing", folder, errno);
  return success();
}

Status write_new_file(const fs::path& path, std::string_view content, unsigned mode, Sync sync) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.get() < 0) return disk_error("creating", path, errno);
  // The umask may have narrowed the mode; a wider one is never seen.
  if (::fchmod(file.get(), mode) != 0) return disk_error("setting the mode of", path, errno);
  if (auto written = write_and_sync(file.get(), content, path); !written) {
    ::unlink(path.c_str());
    return written;
  }
  if (sync == Sync::file_and_folder) sync_folder(path);
  return success();
}

namespace {

// Some file systems know no rename that spares an existing name (ntfs-3g, NFS; rename(2), EINVAL). A link spares it
// too. Where there are no links either, the name is looked at first: somebody who takes it in between loses.
int rename_sparing(const char* from, const char* to) {
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::link(from, to) == 0) {
    ::unlink(from);
    return 0;
  }
  if (errno == EEXIST) return EEXIST;
  struct stat facts {};
  if (::lstat(to, &facts) == 0) return EEXIST;
  return ::rename(from, to) == 0 ? 0 : errno;
}

Status write_beside(const fs::path& path, std::string_view content, unsigned mode, bool may_replace) {
  std::string beside = path.string() + ".XXXXXX";
  const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (file.get() < 0) return disk_error(may_replace ? "creating a file beside" : "creating", path, errno);
  auto fail = [&](Error error) -> Status {
    ::unlink(beside.c_str());
    return error;
  };
  if (::fchmod(file.get(), mode) != 0) return fail(disk_error("setting the mode of", beside, errno));
  if (auto written = write_and_sync(file.get(), content, path); !written) return fail(std::move(written).error());
  const int failed = may_replace ? (::rename(beside.c_str(), path.c_str()) == 0 ? 0 : errno)
                                 : rename_sparing(beside.c_str(), path.c_str());
  if (failed != 0) return fail(disk_error(may_replace ? "replacing" : "creating", path, failed));
  sync_folder(path);
  return success();
}

}  // namespace

Status replace_file(const fs::path& path, std::string_view content, unsigned mode) {
  return write_beside(path, content, mode, true);
}

Status publish_new_file(const fs::path& path, std::string_view content, unsigned mode) {
  return write_beside(path, content, mode, false);
}

Status try_room_for(const fs::path& path, std::size_t size) {
  std::string beside = path.string() + ".XXXXXX";
  const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
  if (file.get() < 0) return disk_error("creating", path, errno);
  auto written = write_and_sync(file.get(), std::string(size, 'x'), path);
  ::unlink(beside.c_str());
  return written;
}

Status make_folder(const fs::path& path, unsigned mode) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0) {
    if (S_ISDIR(facts.st_mode)) return success();
    return disk_error("making the folder", path, ENOTDIR);
  }
  if (path.has_parent_path() && path.parent_path() != path)
    if (auto parent = make_folder(path.parent_path(), 0755); !parent) return parent;
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return disk_error("making the folder", path, errno);
  return success();
}

Result<TemporaryFolder> TemporaryFolder::make(std::string_view stem) {
  const char* base = std::getenv("TMPDIR");
  std::string name =
      std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/" + std::string(stem) + ".XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) return disk_error("making a folder", name, errno);
  return TemporaryFolder(fs::path(name));
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) {
  other.path_.clear();
}

TemporaryFolder::~TemporaryFolder() {
  if (path_.empty()) return;
  std::error_code ignored;  // a destructor has nobody to tell; the system clears its temporary folder in the end
  fs::remove_all(path_, ignored);
}

}  // namespace epki

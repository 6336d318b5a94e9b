#include "cli/issue/unfinished.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/file.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace {

// Another process may remove the file between our opening and our locking it: then what we hold is no longer its name.
bool still_named(int fd, const std::filesystem::path& file) {
  struct stat held {
  }, named{};
  return ::fstat(fd, &held) == 0 && ::stat(file.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

}  // namespace

Result<Unfinished> Unfinished::open(const std::filesystem::path& state_folder, const What& what) {
  const auto folder = state_folder / "issuing";
  if (auto made = make_folder(state_folder, 0700); !made) return std::move(made).error();
  if (auto made = make_folder(folder, 0700); !made) return std::move(made).error();
  const auto identity =
      what.kind + "\n" + (what.bundle ? "bundle" : "folder") + "\n" + what.out.string() + "\n" + what.list_sha256;
  Unfinished note;
  note.what_ = what;
  note.group_ = what.group;
  note.file_ = folder / (ossl::sha256_hex(as_bytes(identity)).substr(0, 16) + ".json");
  for (;;) {
    note.fd_ = ::open(note.file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (note.fd_ < 0) return disk_error("creating", note.file_, errno);
    if (::flock(note.fd_, LOCK_EX | LOCK_NB) != 0)
      return Error{Errc::input, "another process is issuing this very list to " + what.out.string() + " just now",
                   "wait until it ends"};
    if (still_named(note.fd_, note.file_)) break;
    ::close(std::exchange(note.fd_, -1));
  }
  auto text = read_file(note.file_, 1U << 16U);
  if (!text) return std::move(text).error();
  if (text->empty()) return note;
  const auto read = Json::parse(*text);
  const auto group = read ? (*read)["group"].integer() : std::nullopt;
  if (!read || !(*read)["batch"].text() || !group || *group < 1)
    return Error{Errc::input, note.file_.string() + " cannot be read",
                 "remove it, and the half-written output with it"};
  note.batch_ = *(*read)["batch"].text();
  note.group_ = static_cast<std::size_t>(*group);
  note.found_ = true;
  return note;
}

Unfinished::Unfinished(Unfinished&& other) noexcept
    : file_(std::move(other.file_)),
      what_(std::move(other.what_)),
      batch_(std::move(other.batch_)),
      group_(other.group_),
      fd_(std::exchange(other.fd_, -1)),
      found_(other.found_) {}

Unfinished::~Unfinished() {
  if (fd_ < 0) return;
  struct stat facts {};
  if (::fstat(fd_, &facts) == 0 && facts.st_size == 0 && still_named(fd_, file_)) ::unlink(file_.c_str());
  ::close(fd_);
}

Status Unfinished::begin(std::string batch) {
  batch_ = std::move(batch);
  const auto text = Json::object({{"batch", batch_},
                                  {"kind", what_.kind},
                                  {"out", what_.out.string()},
                                  {"list_sha256", what_.list_sha256},
                                  {"group", group_}})
                        .dump() +
                    "\n";
  if (::pwrite(fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return disk_error("writing", file_, errno);
  if (::fsync(fd_) != 0) return disk_error("syncing", file_, errno);
  return sync_folder_of(file_);
}

Status Unfinished::remove() {
  if (::unlink(file_.c_str()) != 0 && errno != ENOENT) return disk_error("removing", file_, errno);
  return success();
}

}  // namespace epki::cli

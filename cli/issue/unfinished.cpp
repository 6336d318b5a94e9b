#include "cli/issue/unfinished.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/file.hpp"
#include "core/file_lock.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

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
  auto held = lock_file(note.file_);
  if (!held) return std::move(held).error();
  if (!*held)
    return Error{Errc::input, "another process is issuing this very list to " + what.out.string() + " just now",
                 "wait until it ends"};
  note.held_ = **std::move(held);
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

Unfinished::~Unfinished() {
  if (!held_.valid()) return;
  struct stat facts {};
  if (::fstat(held_.get(), &facts) == 0 && facts.st_size == 0 && still_named(held_.get(), file_))
    ::unlink(file_.c_str());
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
  auto written = write(text);
  // Half a note would stand in the way of every later run; an empty one is removed.
  if (!written && ::ftruncate(held_.get(), 0) != 0) ::unlink(file_.c_str());
  return written;
}

Status Unfinished::write(std::string_view text) {
  errno = ENOSPC;  // what a short write leaves unsaid
  if (::pwrite(held_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return disk_error("writing", file_, errno);
  if (::fsync(held_.get()) != 0) return disk_error("syncing", file_, errno);
  return sync_folder_of(file_);
}

Status Unfinished::remove() {
  if (::unlink(file_.c_str()) != 0 && errno != ENOENT) return disk_error("removing", file_, errno);
  return success();
}

}  // namespace epki::cli

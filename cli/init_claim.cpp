#include "cli/init_claim.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/file.hpp"
#include "core/file_lock.hpp"

namespace epki::cli {

namespace fs = std::filesystem;

namespace {

constexpr const char* ours[] = {"ec200u-pki.toml", "ca", "broker", "ledger.db", "ledger.db-wal", "ledger.db-shm"};
constexpr std::string_view said = "init was cut here; the next init clears away what it had written\n";

bool is_empty(int fd) {
  struct stat facts {};
  return ::fstat(fd, &facts) == 0 && facts.st_size == 0;
}

}  // namespace

InitClaim::InitClaim(const config::Project& project)
    : folder_(project.folder), state_(project.state_folder()), marker_(state_ / "init-unfinished") {}

Status InitClaim::lock() {
  if (auto made = make_folder(state_, 0700); !made) return made;
  auto held = lock_file(marker_);
  if (!held) return std::move(held).error();
  if (!*held)
    return Error{Errc::input, "another init is making a project in " + folder_.string() + " just now",
                 "wait until it ends, or use another folder (-C DIR)"};
  held_ = **std::move(held);
  return success();
}

void InitClaim::clear() const {
  std::error_code ignored;  // what cannot be removed is refused, by name, by the next init
  for (const char* name : ours) fs::remove_all(folder_ / name, ignored);
  // The ledger's tables are made under a name of their own.
  std::vector<fs::path> begun;
  for (const auto& entry : fs::directory_iterator(folder_, ignored))
    if (entry.path().filename().string().starts_with("ledger.db.")) begun.push_back(entry.path());
  for (const auto& file : begun) fs::remove(file, ignored);
}

Result<InitClaim> InitClaim::take(const config::Project& project) {
  InitClaim claim(project);
  const auto there = [&]() -> Status {
    std::error_code ignored;
    for (const char* name : ours)
      if (fs::exists(claim.folder_ / name, ignored))
        return Error{Errc::input, (claim.folder_ / name).string() + " exists: this folder holds a project already",
                     "use another folder (-C DIR), or move the old project away; nothing was changed"};
    return success();
  };
  std::error_code ignored;
  // Looked at first, so that a folder with a project in it stays as it is.
  if (!fs::exists(claim.marker_, ignored))
    if (auto free = there(); !free) return std::move(free).error();
  if (auto locked = claim.lock(); !locked) return std::move(locked).error();
  if (!is_empty(claim.held_.get()) && !fs::exists(claim.folder_ / config::project_file, ignored)) claim.clear();
  if (auto free = there(); !free) {
    // A project that is whole: its init was cut behind its last file.
    fs::remove(claim.marker_, ignored);
    claim.held_ = Descriptor();
    return std::move(free).error();
  }
  const int fd = claim.held_.get();
  if (::ftruncate(fd, 0) != 0 || ::write(fd, said.data(), said.size()) < 0 || ::fsync(fd) != 0)
    return disk_error("writing", claim.marker_, errno);
  if (auto synced = sync_folder_of(claim.marker_); !synced) return std::move(synced).error();
  return claim;
}

Status InitClaim::keep() {
  if (::unlink(marker_.c_str()) != 0) return disk_error("removing", marker_, errno);
  held_ = Descriptor();
  return success();
}

InitClaim::~InitClaim() {
  if (!held_.valid()) return;
  clear();
  std::error_code ignored;
  fs::remove(marker_, ignored);
  fs::remove(state_, ignored);  // only when it is empty
}

}  // namespace epki::cli

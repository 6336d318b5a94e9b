#include "cli/certs/broker_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "cli/certs/find.hpp"
#include "core/file.hpp"

namespace epki::cli {

namespace fs = std::filesystem;

namespace {

fs::path staging(const config::Project& project) {
  return project.state_folder() / "renewal";
}

fs::path served(const config::Project& project, const char* name) {
  return project.broker_folder() / "certs" / name;
}

Status move_over(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return disk_error("replacing", to, errno);
  return sync_folder_of(to);
}

// The broker's account reads this file; a renewal that gives it to root stops the broker at its next start.
Status give_owner_of(const fs::path& old, const fs::path& fresh) {
  struct stat facts {};
  if (::stat(old.c_str(), &facts) != 0) return errno == ENOENT ? success() : disk_error("reading", old, errno);
  struct stat own {};
  if (::stat(fresh.c_str(), &own) != 0) return disk_error("reading", fresh, errno);
  if ((own.st_uid != facts.st_uid || own.st_gid != facts.st_gid) &&
      ::chown(fresh.c_str(), facts.st_uid, facts.st_gid) != 0) {
    auto error = disk_error("giving the new key to the owner of", old, errno);
    error.hint = "run this as root, or as the account that owns the file; nothing was changed";
    return error;
  }
  if (::chmod(fresh.c_str(), facts.st_mode & 07777U) != 0) return disk_error("setting the mode of", fresh, errno);
  return success();
}

Status remove_staging(const config::Project& project) {
  std::error_code failed;
  fs::remove_all(staging(project), failed);
  if (failed) return disk_error("removing", staging(project), failed.value());
  return success();
}

// The key goes first: a broker that starts between the two sees a new key under an old certificate and says so, where
// the other way round it would do the same; what counts is that the next run knows which step is left.
Status move_both(const config::Project& project) {
  std::error_code ignored;
  for (const char* name : {"server.key", "server.pem"})
    if (fs::exists(staging(project) / name, ignored))
      if (auto moved = move_over(staging(project) / name, served(project, name)); !moved) return moved;
  return remove_staging(project);
}

}  // namespace

Result<FileLock> lock_broker_files(const config::Project& project, Context& context) {
  return FileLock::take(project.state_folder() / "broker-files.lock", "a renewal of the broker's certificate",
                        context.cancel, context.reporter);
}

Result<ossl::Certificate> served_certificate(const config::Project& project) {
  return certificate_in(served(project, "server.pem"));
}

Result<bool> finish_cut_replacement(const config::Project& project) {
  std::error_code ignored;
  if (!fs::exists(staging(project), ignored)) return false;
  // The certificate is staged last, so where it is whole, all is.
  const bool whole = certificate_in(staging(project) / "server.pem").ok();
  auto done = whole ? move_both(project) : remove_staging(project);
  if (!done) return std::move(done).error();
  return whole;
}

Status replace_broker_files(const config::Project& project, std::string_view certificate_pem,
                            std::string_view key_pem) {
  if (auto finished = finish_cut_replacement(project); !finished) return std::move(finished).error();
  if (auto made = make_folder(project.state_folder(), 0700); !made) return made;
  if (auto made = make_folder(staging(project), 0700); !made) return made;
  const auto fail = [&](Status status) {
    // What stays there would be taken for a cut run; the first failure is the one to tell.
    [[maybe_unused]] const auto removed = remove_staging(project);
    return status;
  };
  if (!key_pem.empty()) {
    const auto key = staging(project) / "server.key";
    if (auto written = write_new_file(key, key_pem, 0600); !written) return fail(std::move(written));
    if (auto given = give_owner_of(served(project, "server.key"), key); !given) return fail(std::move(given));
  }
  if (auto written = write_new_file(staging(project) / "server.pem", certificate_pem, 0644); !written)
    return fail(std::move(written));
  return move_both(project);
}

}  // namespace epki::cli

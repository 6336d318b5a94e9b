#include "cli/backup/restoring.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <set>
#include <string>
#include <system_error>

#include "broker-configs/access.hpp"
#include "cli/backup/content.hpp"
#include "config/project.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::cli {

namespace restoring {

namespace fs = std::filesystem;

struct Places {
  fs::path folder;
  fs::path staged() const { return folder / ".ec200u-pki" / "restore"; }
  fs::path moving() const { return folder / ".ec200u-pki" / "restore-moving"; }  ///< what is being moved, a name a line
};

// The project file last: with it, the project is there.
std::vector<std::string> top_names(const std::vector<ArchivedFile>& files) {
  std::set<std::string> names;
  for (const auto& file : files) {
    const auto top = fs::path(file.name).begin()->string();
    if (top != backup_list_name && top != config::project_file) names.insert(top);
  }
  std::vector<std::string> all(names.begin(), names.end());
  all.emplace_back(config::project_file);
  return all;
}

// What a cut run left: half of it may be in place already.
Status clear_leftovers(const Places& places) {
  std::error_code ignored;
  if (fs::exists(places.moving(), ignored)) {
    const auto names = read_file(places.moving());
    if (!names) return names.error();
    for (const auto name : split(*names, '\n'))
      if (!name.empty()) fs::remove_all(places.folder / name, ignored);
    fs::remove(places.moving(), ignored);
  }
  fs::remove_all(places.staged(), ignored);
  if (fs::exists(places.staged(), ignored)) return disk_error("removing", places.staged(), EACCES);
  return success();
}

Status refuse_to_overwrite(const Places& places, const std::vector<std::string>& names) {
  std::error_code ignored;
  for (const auto& name : names)
    if (fs::exists(fs::symlink_status(places.folder / name, ignored)))
      return Error{Errc::input, (places.folder / name).string() + " exists: a restore overwrites nothing",
                   "restore into an empty folder (-C DIR), or move the old files away"};
  return success();
}

// As init left it: the broker's account reads its key.
Status give_key_to_broker(const fs::path& key) {
  std::error_code ignored;
  if (::geteuid() != 0 || !fs::exists(key, ignored)) return success();
  const auto account = broker::mosquitto_account();
  if (!account) return success();
  if (::chown(key.c_str(), account->uid, account->gid) != 0) return disk_error("changing the owner of", key, errno);
  return success();
}

Status stage(const Places& places, const std::vector<ArchivedFile>& files) {
  if (auto made = make_folder(places.staged().parent_path(), 0700); !made) return made;
  if (auto made = make_folder(places.staged(), 0700); !made) return made;
  for (const auto& file : files) {
    if (file.name == backup_list_name) continue;
    const auto path = places.staged() / file.name;
    if (auto made = make_folder(path.parent_path()); !made) return made;
    if (auto written = write_new_file(path, file.content, file.mode); !written) return written;
  }
  return give_key_to_broker(places.staged() / "broker/certs/server.key");
}

Status move_into_place(const Places& places, const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += name + "\n";
  if (auto written = write_new_file(places.moving(), text, 0600); !written) return written;
  std::error_code ignored;
  for (const auto& name : names) {
    const auto from = places.staged() / name, to = places.folder / name;
    if (!fs::exists(from, ignored)) continue;  // a ledger that went into a database
    if (::rename(from.c_str(), to.c_str()) != 0) return disk_error("moving into place", to, errno);
  }
  if (auto synced = sync_folder_of(places.folder / config::project_file); !synced) return synced;
  fs::remove(places.moving(), ignored);
  fs::remove_all(places.staged(), ignored);
  return success();
}

}  // namespace restoring

Status restore_files(const std::vector<ArchivedFile>& files, const std::filesystem::path& folder,
                     const std::function<Status(const std::filesystem::path& staged)>& prepare) {
  using namespace restoring;
  const Places places{folder};
  if (auto cleared = clear_leftovers(places); !cleared) return cleared;
  const auto names = top_names(files);
  if (auto free = refuse_to_overwrite(places, names); !free) return free;
  auto done = stage(places, files);
  if (done) done = prepare(places.staged());
  if (!done) {
    // The first failure is the one to tell; what cannot be removed the next run clears away.
    [[maybe_unused]] const auto cleared = clear_leftovers(places);
    return done;
  }
  return move_into_place(places, names);
}

}  // namespace epki::cli

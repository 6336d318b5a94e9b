// Whether the broker's account can read what the configuration names, and who else can.

#include <pwd.h>

#include <array>

#include "broker-configs/check/subject.hpp"

namespace epki::broker {

namespace fs = std::filesystem;

namespace {

struct Use {
  std::string_view setting;
  bool secret = false;  ///< a key
  bool list = false;    ///< one of the files that 2.0.20 and later look at themselves
};
constexpr std::array<Use, 5> of_listener{{{"certfile"}, {"keyfile", true}, {"cafile"}, {"crlfile"}, {"dhparamfile"}}};
constexpr std::array<Use, 4> of_security{{{"acl_file", false, true},
                                          {"password_file", false, true},
                                          {"psk_file", true, true},
                                          {"plugin_opt_acl_file", false, true}}};
constexpr std::array<Use, 3> of_bridge{{{"bridge_cafile"}, {"bridge_certfile"}, {"bridge_keyfile", true}}};

std::optional<Account> account_of(uid_t uid) {
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return std::nullopt;
  return account_named(entry.pw_name);
}

void check_readable(const Subject& subject, const Setting& setting, const NamedFile& file) {
  const auto barrier = in_the_way(file.path, subject.account);
  if (!barrier) return;
  const std::string reason = *barrier == file.path
                                 ? "the account " + subject.account.name + " may not read " + file.path.string()
                                 : "the account " + subject.account.name + " may not pass the folder " +
                                       barrier->string() + ", which is above " + file.path.string();
  // An ordinary account that starts the broker itself stays itself.
  const auto owner = file.uid == 0 || file.uid == subject.account.uid ? std::nullopt : account_of(file.uid);
  if (owner && !in_the_way(file.path, *owner))
    subject.add("w_one_account_only", setting.place, reason + "; its owner " + owner->name + " may");
  else
    subject.add("e_file_unreadable", setting.place, reason);
}

void check_use(const Subject& subject, const Setting& setting, const Use& use) {
  if (setting.value.empty()) return;  // said already
  if (fs::path(setting.value).is_relative())
    subject.add("w_relative_path", setting.place, setting.name + " is the relative path " + setting.value);
  const auto file = Subject::named(setting);
  if (!file.exists) {
    // What this account may not look at, it cannot miss.
    if (const auto mine = in_the_way(file.path, own_account()); mine && *mine != file.path && fs::exists(*mine))
      subject.add(
          "e_file_unreadable", setting.place,
          "the folder " + mine->string() + " cannot be looked into: run check as root, or as the broker's account");
    else
      subject.add("e_file_missing", setting.place, file.path.string() + " does not exist");
    return;
  }
  check_readable(subject, setting, file);
  if (use.secret && (file.mode & 0007U) != 0)
    subject.add("e_key_exposed", setting.place, file.path.string() + " is open to every account of this machine");
  else if (use.list && (file.mode & 0007U) != 0 &&
           (setting.name == "password_file" || subject.question.version != Version::v2_0_11))
    subject.add("w_list_exposed", setting.place, file.path.string() + " is open to every account of this machine");
  if (file.link && use.list && subject.question.version == Version::v2_1)
    subject.add("w_symlink", setting.place, file.path.string() + " is a symbolic link");
}

void check_persistence(const Subject& subject) {
  const auto& broker = subject.model.broker;
  const auto* on = broker.find("persistence");
  if (on == nullptr || !on->is_true()) return;
  const auto* where = broker.find("persistence_location");
  if (where == nullptr || where->value.empty()) return;
  if (const auto barrier = in_the_way_of_writing(where->value, subject.account))
    subject.add("w_persistence_unwritable", where->place,
                "the account " + subject.account.name + " may not write to " + where->value);
}

}  // namespace

void check_files(const Subject& subject) {
  const auto all = [&](const Settings& settings, const auto& uses) {
    for (const Use& use : uses)
      if (const auto* setting = settings.find(use.setting)) check_use(subject, *setting, use);
  };
  all(subject.model.broker, of_security);
  for (const auto& listener : subject.model.listeners) {
    all(listener.settings, of_listener);
    all(listener.settings, of_security);
  }
  for (const auto& bridge : subject.model.bridges) all(bridge.settings, of_bridge);
  check_persistence(subject);
}

}  // namespace epki::broker

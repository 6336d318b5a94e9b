#include "broker-configs/access.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace epki::broker {

namespace fs = std::filesystem;

namespace {

enum Right : unsigned { execute = 1, write = 2, read = 4 };

bool may(const struct stat& facts, const Account& account, unsigned rights) {
  if (account.uid == 0) return true;
  const bool in_group = facts.st_gid == account.gid ||
                        std::find(account.groups.begin(), account.groups.end(), facts.st_gid) != account.groups.end();
  const unsigned shift = facts.st_uid == account.uid ? 6 : in_group ? 3 : 0;
  return ((facts.st_mode >> shift) & rights) == rights;
}

std::optional<fs::path> blocked(const fs::path& path, const Account& account, unsigned rights) {
  std::error_code failed;
  const auto absolute = fs::absolute(path, failed).lexically_normal();
  fs::path at;
  for (const auto& part : absolute) {
    at /= part;
    struct stat facts {};
    if (::stat(at.c_str(), &facts) != 0) return at;
    if (at != absolute && !may(facts, account, execute)) return at;
    const unsigned wanted = !S_ISDIR(facts.st_mode) ? rights : rights == read ? execute : rights | execute;
    if (at == absolute && !may(facts, account, wanted)) return at;
  }
  return std::nullopt;
}

Account account_of(const passwd& entry) {
  Account account{entry.pw_uid, entry.pw_gid, {}, entry.pw_name};
  int count = 64;
  account.groups.resize(static_cast<std::size_t>(count));
  if (::getgrouplist(entry.pw_name, entry.pw_gid, account.groups.data(), &count) < 0) {
    account.groups.resize(static_cast<std::size_t>(count));
    ::getgrouplist(entry.pw_name, entry.pw_gid, account.groups.data(), &count);
  }
  account.groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  return account;
}

}  // namespace

std::optional<Account> account_named(const std::string& name) {
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  return account_of(entry);
}

Account own_account() {
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    return account_of(entry);
  return Account{::geteuid(), ::getegid(), {}, "uid " + std::to_string(::geteuid())};
}

std::optional<Account> mosquitto_account() {
  return account_named("mosquitto");
}

std::optional<fs::path> in_the_way(const fs::path& path, const Account& account) {
  return blocked(path, account, read);
}

std::optional<fs::path> in_the_way_of_writing(const fs::path& folder, const Account& account) {
  return blocked(folder, account, write);
}

}  // namespace epki::broker

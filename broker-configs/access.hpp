#pragma once
// Which files an account of this machine may read: the classic permission bits, folders above included. Access control
// lists and capabilities are not looked at; root may read everything.

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace epki::broker {

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups{};  ///< supplementary ones
  std::string name{};
};

/// Nothing when there is no such account here.
std::optional<Account> account_named(const std::string& name);
/// The account that runs this program.
Account own_account();

/// The account "mosquitto", where it exists: what a broker that root starts becomes before it reads its key.
std::optional<Account> mosquitto_account();

/// Whoever stands in the way: the first folder above that the account may not pass, or the file itself that it may not
/// read (or, for a folder, not enter). Nothing: it may. A path that does not exist stands in its own way.
std::optional<std::filesystem::path> in_the_way(const std::filesystem::path& path, const Account& account);

/// The same for writing into a folder.
std::optional<std::filesystem::path> in_the_way_of_writing(const std::filesystem::path& folder, const Account& account);

}  // namespace epki::broker

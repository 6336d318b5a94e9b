#include "broker-configs/acl_list.hpp"

#include "broker-configs/conf_lines.hpp"
#include "core/text.hpp"

namespace epki::broker {

namespace {

// "readwrite ec200u/#" or only the topic, which may hold spaces.
void read_rights(std::string_view value, AclEntry& into) {
  const auto space = value.find(' ');
  const auto word = value.substr(0, space);
  const bool known = word == "read" || word == "write" || word == "readwrite" || word == "deny";
  if (space == std::string_view::npos || !known) {
    into.topic = std::string(value);
    return;
  }
  into.topic = std::string(trimmed(value.substr(space)));
  into.read = word == "read" || word == "readwrite";
  into.write = word == "write" || word == "readwrite";
}

}  // namespace

AclList read_acl(std::string_view text) {
  AclList list;
  std::optional<std::string> user;
  for (const auto& line : conf_lines(text)) {
    if (line.key != "user" && line.key != "topic" && line.key != "pattern") {
      list.bad.push_back({line.number, "the line begins with \"" + visible(line.key.substr(0, 40)) +
                                           "\", not with user, topic or pattern"});
      continue;
    }
    if (line.value.empty()) {
      list.bad.push_back({line.number, std::string(line.key) + " stands alone"});
      continue;
    }
    if (line.key == "user") {
      user = std::string(line.value);
      continue;
    }
    AclEntry entry{.kind = line.key == "pattern" ? AclEntry::Kind::pattern : AclEntry::Kind::topic,
                   .topic = {},
                   .user = user,
                   .line = line.number};
    read_rights(line.value, entry);
    list.entries.push_back(std::move(entry));
  }
  return list;
}

}  // namespace epki::broker

#pragma once
// An access list of Mosquitto as values (mosquitto.conf(5), acl_file). Outside bytes of any kind.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace epki::broker {

struct AclEntry {
  enum class Kind : std::uint8_t { topic, pattern };
  Kind kind = Kind::topic;
  std::string topic;
  bool read = true, write = true;  ///< neither: deny
  std::optional<std::string>
      user{};  ///< of the `user` line above; nothing: clients that give no user name. Of a pattern: for all
  std::size_t line = 0;
};

struct AclList {
  std::vector<AclEntry> entries;
  struct BadLine {
    std::size_t line = 0;
    std::string what;
  };
  std::vector<BadLine> bad;  ///< Mosquitto refuses the whole list for one of these
};

AclList read_acl(std::string_view text);

}  // namespace epki::broker

#pragma once
// Every key of the project file, described once: load(), render(), known_keys() and the test of
// docs/configuration.md all walk this table.

#include <span>
#include <string>
#include <string_view>

#include "config/project.hpp"
#include "core/toml.hpp"

namespace epki::config {

struct Key {
  std::string_view table;
  std::string_view name;
  std::string_view range;     ///< "1 to 65535"; for people
  std::string_view sentence;  ///< what it is for
  void (*read)(TomlReader& table, const Key& key, Project& into);
  std::string (*write)(const Project& from);  ///< the value as TOML
};

/// In the order in which they are rendered; the keys of a table stand together.
std::span<const Key> all_keys();

}  // namespace epki::config

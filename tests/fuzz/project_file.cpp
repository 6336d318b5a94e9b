#include <cstdlib>

#include "config/project.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

void project_file(std::string_view bytes) {
  const auto project = config::parse(bytes, "ec200u-pki.toml", "/nowhere");
  if (!project) return;
  // What was read is written so that it reads back: init and restore rely on it.
  if (!config::parse(config::render(*project), "rendered", "/nowhere")) std::abort();
}

}  // namespace epki::fuzz

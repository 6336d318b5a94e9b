#include "sim/persona.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

void persona_file(std::string_view bytes) {
  (void)sim::parse_persona(bytes, "persona.toml", "/nowhere");
}

}  // namespace epki::fuzz

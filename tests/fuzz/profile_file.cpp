#include "pki/profile/profile.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

void profile_file(std::string_view bytes) {
  (void)profile::parse(bytes, "profile.toml");
}

}  // namespace epki::fuzz

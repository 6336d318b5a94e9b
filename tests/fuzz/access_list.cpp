#include "broker-configs/acl_list.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

void access_list(std::string_view bytes) {
  (void)broker::read_acl(bytes);
}

}  // namespace epki::fuzz

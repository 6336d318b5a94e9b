#include "core/random.hpp"

#include <sys/random.h>

#include <cerrno>
#include <stdexcept>

namespace epki {

void SystemRandom::fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    const auto n = ::getrandom(bytes.data(), bytes.size(), 0);
    if (n < 0) {
      if (errno == EINTR) continue;
      throw std::runtime_error("getrandom failed: this kernel has no random source");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

}  // namespace epki

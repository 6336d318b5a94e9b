#include "core/memory.hpp"

#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace epki {

void take_memory_in_steps_of([[maybe_unused]] std::size_t bytes) {
#ifdef __GLIBC__
  mallopt(M_TOP_PAD, static_cast<int>(bytes));
  mallopt(M_TRIM_THRESHOLD, static_cast<int>(4 * bytes));
#endif
}

}  // namespace epki

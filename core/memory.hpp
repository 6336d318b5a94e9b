#pragma once

#include <cstddef>

namespace epki {

/// From now on the allocator takes memory from the system in steps of at least `bytes`, for each thread, and keeps what
/// is freed. For work of many small pieces: else each thread asks for a few pages at a time. To be called before the
/// threads start. Does nothing where the C library is not glibc.
void take_memory_in_steps_of(std::size_t bytes);

}  // namespace epki

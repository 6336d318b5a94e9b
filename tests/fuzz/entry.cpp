// The entry that libFuzzer calls; EPKI_FUZZ_TARGET is one of targets.hpp.

#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.hpp"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  epki::fuzz::EPKI_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}

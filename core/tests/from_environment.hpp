#pragma once
// How a test that draws at random is repeated, or made larger.

#include <cstdint>
#include <cstdlib>

#include "core/text.hpp"

namespace epki::test {

/// The number in that variable; `otherwise` when it is unset or holds none.
inline std::int64_t from_environment(const char* name, std::int64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : parse_integer(text).value_or(otherwise);
}

}  // namespace epki::test

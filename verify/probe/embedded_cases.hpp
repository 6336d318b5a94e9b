#pragma once
// The files of verify/probe/cases, put into the program by CMake.

#include <span>
#include <string_view>

namespace epki::probe {

struct EmbeddedCase {
  std::string_view id, text;
};
std::span<const EmbeddedCase> embedded_cases();

}  // namespace epki::probe

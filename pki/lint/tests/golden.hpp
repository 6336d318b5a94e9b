#pragma once
#include <string>

namespace epki::lint::test {

/// Compares with tests/golden/<name>; EPKI_REGOLD=1 writes it instead.
void compare_with_golden(const std::string& name, const std::string& actual);

}  // namespace epki::lint::test

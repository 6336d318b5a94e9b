#include "pki/lint/tests/golden.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "core/file.hpp"

namespace epki::lint::test {

void compare_with_golden(const std::string& name, const std::string& actual) {
  const auto path = std::filesystem::path(EPKI_SOURCE_DIR) / "pki/lint/tests/golden" / name;
  if (std::getenv("EPKI_REGOLD") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    ASSERT_TRUE(replace_file(path, actual, 0644));
    return;
  }
  const auto wanted = read_file(path);
  ASSERT_TRUE(wanted) << wanted.error().what << "; make it with EPKI_REGOLD=1 lint_test";
  EXPECT_EQ(*wanted, actual) << path << " differs; if the new text is right: EPKI_REGOLD=1 lint_test";
}

}  // namespace epki::lint::test

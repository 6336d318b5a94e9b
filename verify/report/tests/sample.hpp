#pragma once
// Verify documents of two simulated modems, recorded.

#include <gtest/gtest.h>

#include "core/file.hpp"
#include "core/json.hpp"

namespace epki::report {

inline Json sample(const std::string& name) {
  const auto text = read_file(std::string(EPKI_SOURCE_DIR) + "/verify/report/tests/data/" + name + ".json");
  EXPECT_TRUE(text) << text.error().what;
  auto document = Json::parse(text ? *text : "null");
  EXPECT_TRUE(document);
  return document ? *document : Json();
}

}  // namespace epki::report

#include "core/json.hpp"

#include <gtest/gtest.h>

namespace epki {
namespace {

TEST(Json, KeepsOrderAndRoundTrips) {
  Json doc;
  doc.set("z", 1).set("a", "text").set("list", Json::array().push(true).push(nullptr).push(2.5));
  const std::string text = doc.dump(-1);
  EXPECT_EQ(text, R"({"z":1,"a":"text","list":[true,null,2.5]})");
  auto back = Json::parse(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->dump(-1), text);
  EXPECT_EQ((*back)["z"].integer(), 1);
  EXPECT_TRUE((*back)["none"]["deeper"].is_null());
}

TEST(Json, RefusesGarbageAndDepth) {
  EXPECT_FALSE(Json::parse("{"));
  EXPECT_FALSE(Json::parse(std::string(5000, '[') + std::string(5000, ']')));
}

TEST(Json, NeverFailsOnBytesThatAreNoUtf8) {
  EXPECT_EQ(Json("a\xff").dump(-1), "\"a\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace epki

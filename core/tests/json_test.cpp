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

TEST(Json, IndentsAndLeavesEmptyOnesShort) {
  Json doc;
  doc.set("none", Json::object()).set("list", Json::array().push(Json::array()).push(Json::object({{"a", -1}})));
  EXPECT_EQ(doc.dump(), "{\n  \"none\": {},\n  \"list\": [\n    [],\n    {\n      \"a\": -1\n    }\n  ]\n}");
}

TEST(Json, EscapesKeysAndTexts) {
  EXPECT_EQ(Json::object({{"a\"b", "\\ \n \x01 \x7f"}, {"\xC3\xA9", "\xC3\xA9"}}).dump(-1),
            "{\"a\\\"b\":\"\\\\ \\n \\u0001 \x7f\",\"\xC3\xA9\":\"\xC3\xA9\"}");
  EXPECT_EQ(Json("a\"b").dump(), "\"a\\\"b\"");
  EXPECT_EQ(Json().dump(), "null");
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

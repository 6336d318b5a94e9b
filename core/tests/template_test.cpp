#include "core/template.hpp"

#include <gtest/gtest.h>

namespace epki {
namespace {

std::string filled(std::string_view text, const Json& data, Escaping escaping = Escaping::html) {
  auto out = fill_template(text, data, escaping);
  EXPECT_TRUE(out) << out.error().what;
  return out ? *out : "";
}

TEST(Template, ValuesSectionsAndWhatIsNotThere) {
  const auto data =
      Json::object({{"n", 3},
                    {"name", "a & b"},
                    {"yes", true},
                    {"no", false},
                    {"rows", Json::array()},
                    {"items", Json::array().push(Json::object({{"x", 1}})).push(Json::object({{"x", 2}}))}});
  EXPECT_EQ(filled("{{n}} {{missing}}|", data), "3 |");
  EXPECT_EQ(filled("{{#yes}}y{{/yes}}{{#no}}n{{/no}}{{^no}}!{{/no}}", data), "y!");
  EXPECT_EQ(filled("{{#items}}[{{x}}{{n}}]{{/items}}", data), "[13][23]");
  EXPECT_EQ(filled("{{#rows}}r{{/rows}}{{^rows}}none{{/rows}}", data), "none");
}

TEST(Template, NothingFromOutsideBecomesMarkup) {
  const auto data = Json::object({{"x", "<script>\"'&"}});
  const auto html = filled("{{x}}", data);
  EXPECT_EQ(html.find('<'), std::string::npos) << html;
  EXPECT_EQ(html.find('"'), std::string::npos) << html;
  EXPECT_EQ(html.find('\''), std::string::npos) << html;
  EXPECT_EQ(filled("{{x}}", data, Escaping::plain), "<script>\"'&");
}

TEST(Template, ADefectOfATemplateIsAnError) {
  const auto out = fill_template("{{#open}}", Json::object(), Escaping::html);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, Errc::internal);
}

}  // namespace
}  // namespace epki

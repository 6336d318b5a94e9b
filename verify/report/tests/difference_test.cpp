#include "verify/report/difference.hpp"

#include <algorithm>

#include "verify/report/tests/sample.hpp"

namespace epki::report {
namespace {

TEST(Difference, AReportDiffersNotFromItself) {
  const auto same = difference(sample("union"), sample("union"));
  ASSERT_TRUE(same) << same.error().what;
  EXPECT_TRUE(same->changes.empty()) << same->text();
}

TEST(Difference, NamesWhatChangedBetweenTwoFirmwares) {
  const auto found = difference(sample("strict"), sample("union"));
  ASSERT_TRUE(found) << found.error().what;
  const auto change = [&](std::string_view what) {
    return std::find_if(found->changes.begin(), found->changes.end(), [&](const Change& c) { return c.what == what; });
  };
  ASSERT_NE(change("class"), found->changes.end());
  EXPECT_EQ(change("class")->before, "uploaded");
  EXPECT_EQ(change("class")->after, "union");
  EXPECT_NE(change("policy.anchors"), found->changes.end());
  EXPECT_EQ(change("policy.hostname"), found->changes.end());
  EXPECT_EQ(std::count_if(found->changes.begin(), found->changes.end(),
                          [](const Change& c) { return c.what.starts_with("anchor "); }),
            2);
  EXPECT_NE(found->text().find("EC200USIM_UNION_R01"), std::string::npos);
}

TEST(Difference, APathThatOnlyOneHasIsSaid) {
  auto both = sample("union");
  auto verdict = both["verdict"];
  verdict.set("ssl", verdict["mqtt"]);
  both.set("verdict", verdict);
  const auto found = difference(sample("union"), both);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->changes.size(), 1U);
  EXPECT_EQ(found->changes.front().before, "not measured");
}

TEST(Difference, SomethingElseIsRefused) {
  const auto found = difference(sample("union"), Json::object({{"schema", "ec200u-pki/init/1"}}));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::input);
}

}  // namespace
}  // namespace epki::report

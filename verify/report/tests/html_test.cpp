#include "verify/report/html.hpp"

#include "verify/report/saved_policy.hpp"
#include "verify/report/statement.hpp"
#include "verify/report/tests/sample.hpp"

namespace epki::report {
namespace {

const Occasion occasion{"ec200u-pki 0.1.0", "2026-11-27T12:00:00Z", "ec200u-pki verify --port sim:union"};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string page(const Json& document) {
  auto made = html(document, occasion);
  EXPECT_TRUE(made) << made.error().what;
  return made ? *made : "";
}

TEST(Html, AnswersTheQuestionAndLoadsNothing) {
  const auto text = page(sample("union"));
  EXPECT_TRUE(has(text, "Yes: beside the uploaded CA, trust anchors inside the firmware are accepted."));
  EXPECT_TRUE(has(text, "da13e80d5b16c54d00b88c24722e02a00216e0cb14ac25034feb400cb27ce090"));
  for (const char* outside : {"http://", "https://", "<script", "src=", "@import", "url("})
    EXPECT_FALSE(has(text, outside)) << outside;
  EXPECT_FALSE(has(text, "{{")) << "a name of the template was left";
}

TEST(Html, PersonalNumbersAreMasked) {
  const auto text = page(sample("union"));
  EXPECT_FALSE(has(text, "861234567200010"));
  EXPECT_TRUE(has(text, "86123456…"));
  EXPECT_FALSE(has(text, sample("union")["device"]["iccid"].text_or("?")));
}

TEST(Html, NothingFromTheModemBecomesMarkup) {
  auto document = sample("strict");
  auto device = document["device"];
  device.set("firmware", "<img src=x onerror=alert(1)>");
  document.set("device", device);
  EXPECT_FALSE(has(page(document), "<img"));
}

TEST(Html, ADifferenceFromTheOracleIsMarkedInItsCell) {
  EXPECT_TRUE(has(page(sample("union")), "<td class=\"differs\">alert 51 (chain passed)"));
  EXPECT_FALSE(has(page(sample("strict")), "<td class=\"differs\">alert 51"));
}

TEST(Statement, EveryClassHasItsOwnAndInconclusiveClaimsNothing) {
  const auto document = sample("strict");
  std::vector<std::string> seen;
  for (const char* word : {"uploaded", "union", "built-in", "built-in-when-nothing-uploaded", "unverified",
                           "uploaded-not-honoured", "inconclusive"}) {
    auto verdict = document["verdict"]["mqtt"];
    verdict.set("class", word);
    verdict.set("built_in_influence", "inconclusive");
    const auto text = statement("mqtt", verdict, document["device"], document["oracle"]);
    EXPECT_TRUE(has(text, "EC200USIM_STRICT_R01")) << text;
    EXPECT_EQ(std::count(seen.begin(), seen.end(), text), 0) << text;
    seen.push_back(text);
  }
  EXPECT_TRUE(has(seen.back(), "it was not established"));
}

TEST(Statement, InfluenceThatWasDetectedIsSaidEvenWhereTheClassIsOpen) {
  auto verdict = sample("strict")["verdict"]["mqtt"];
  verdict.set("class", "inconclusive").set("built_in_influence", "detected");
  EXPECT_TRUE(has(answer(verdict), "Yes:"));
}

TEST(Statement, RowsLeftOpenNameTheirMeans) {
  for (const auto& [row, means] : not_established(sample("strict")["verdict"]["mqtt"])) {
    EXPECT_TRUE(row == "ca_attributes" || row == "max_intermediates") << row;
    EXPECT_FALSE(means.empty()) << row;
  }
}

TEST(SavedPolicy, HoldsTheTablesAndNoPersonalNumber) {
  const auto text = saved_policy(sample("union"), {"union.anchors/1.pem"});
  EXPECT_TRUE(has(text, "built_in = [\"union.anchors/1.pem\"]")) << text;
  EXPECT_TRUE(has(text, "[policy.mqtt]\nanchors = \"union\"\n")) << text;
  EXPECT_TRUE(has(text, "revision = \"EC200USIM_UNION_R01\"")) << text;
  EXPECT_FALSE(has(text, "861234567200010")) << text;
}

}  // namespace
}  // namespace epki::report

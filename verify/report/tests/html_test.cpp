#include "verify/report/html.hpp"

#include <algorithm>

#include "verify/report/masking.hpp"
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

TEST(Statement, NamesDatesAndTheDevicesOwnSettingsAreInIt) {
  const auto document = sample("strict");
  auto verdict = document["verdict"]["mqtt"];
  const auto said = [&] { return statement("mqtt", verdict, document["device"], document["oracle"]); };
  EXPECT_TRUE(has(said(), "The server's name is checked.")) << said();
  EXPECT_FALSE(has(said(), "seclevel 2")) << said();
  EXPECT_EQ(tone(verdict), "good");
  auto policy = verdict["policy"];
  verdict.set("policy", policy.set("hostname", "unchecked").set("validity", "unknown"));
  EXPECT_TRUE(has(said(), "The server's name is not checked.")) << said();
  EXPECT_TRUE(has(said(), "Whether validity dates are checked was not established.")) << said();
  verdict.set("mutual", Json::object({{"class", "uploaded"}, {"because", "B."}}));
  EXPECT_TRUE(has(said(), "(seclevel 2) the same anchors count.")) << said();
  verdict.set("mutual", Json::object({{"class", "unverified"}, {"because", "B."}}));
  EXPECT_TRUE(has(said(), "(seclevel 2) a TLS server is accepted whoever signed")) << said();
  EXPECT_EQ(tone(verdict), "bad");
  EXPECT_EQ(tone_for_all(Json::object({{"mqtt", sample("strict")["verdict"]["mqtt"]}, {"ssl", verdict}})), "bad");
}

TEST(Html, TheDevicesOwnSettingsHaveASectionWhereTheyWereAskedAbout) {
  auto document = sample("strict");
  EXPECT_FALSE(has(page(document), "seclevel 2)</h3>"));
  auto verdicts = document["verdict"];
  auto verdict = verdicts["mqtt"];
  verdict.set("mutual", Json::object({{"class", "union"}, {"built_in_influence", "detected"}, {"because", "Why so."}}));
  document.set("verdict", verdicts.set("mqtt", verdict));
  const auto text = page(document);
  EXPECT_TRUE(has(text, "seclevel 2)</h3>"));
  EXPECT_TRUE(has(text, "Why so."));
  EXPECT_TRUE(has(text, "class=\"answer whole bad\""));
}

TEST(Statement, InfluenceThatWasDetectedIsSaidEvenWhereTheClassIsOpen) {
  auto verdict = sample("strict")["verdict"]["mqtt"];
  verdict.set("class", "inconclusive").set("built_in_influence", "detected");
  EXPECT_TRUE(has(answer(verdict), "Yes:"));
}

TEST(Statement, RowsLeftOpenSayWhyAndNameTheirMeans) {
  for (const auto& [row, why, means] : not_established(sample("strict")["verdict"]["mqtt"])) {
    EXPECT_TRUE(row == "ca_attributes" || row == "max_intermediates" || row.starts_with("knob ")) << row;
    EXPECT_FALSE(why.empty()) << row;
    EXPECT_FALSE(means.empty()) << row;
  }
  auto verdict = sample("strict")["verdict"]["mqtt"];
  auto policy = verdict["policy"];
  verdict.set("class", "unverified").set("policy", policy.set("hostname", "unknown"));
  const auto open = not_established(verdict);
  const auto row = std::find_if(open.begin(), open.end(), [](const Open& one) { return one.row == "hostname"; });
  ASSERT_NE(row, open.end());
  EXPECT_TRUE(has(row->why, "accepts any server")) << row->why;
}

TEST(Statement, OneAnswerStandsForAllPathsTheWorstFirst) {
  const auto strict = sample("strict")["verdict"]["mqtt"], both = sample("union")["verdict"]["mqtt"];
  EXPECT_EQ(answer_for_all(Json::object({{"mqtt", strict}})), answer(strict));
  const auto text = answer_for_all(Json::object({{"mqtt", strict}, {"ssl", both}}));
  EXPECT_TRUE(text.starts_with("The TLS client of the SSL socket commands: Yes:")) << text;
  EXPECT_TRUE(has(text, "The TLS client of the MQTT commands: No built-in")) << text;
  EXPECT_TRUE(has(answer_for_all(Json::object({{"mqtt", both}, {"ssl", both}})), "The same holds for")) << text;
}

/// Page, bundle and the JSON beside the page have it from one place.
TEST(ForOthers, NoNumberAndNoPortIsLeftAnywhere) {
  auto document = sample("union");
  auto device = document["device"];
  const auto imei = device["imei"].text_or("");
  ASSERT_EQ(imei.size(), 15U);
  device.set("port", "/dev/serial/by-id/usb-SN123").set("simulated", false);
  document.set("device", device);
  document.set("warnings", Json::array_of(std::vector<std::string>{"board " + imei +
                                                                   " at /dev/serial/by-id/usb-SN123 did not answer"}));
  const auto others = for_others(document, false);
  EXPECT_EQ(others["ok"].boolean(), false);
  EXPECT_EQ(others["device"]["port"].text(), "PORT");
  EXPECT_EQ(others["warnings"][0].text(), "board " + masked(imei) + " at PORT did not answer");
  for (const auto& text : {others.dump(), page(document)}) {
    EXPECT_FALSE(has(text, imei)) << text;
    EXPECT_FALSE(has(text, "SN123")) << text;
  }
  EXPECT_EQ(for_others(others, false).dump(), others.dump()) << "twice is as once";
  EXPECT_EQ(for_others(sample("union"), true)["device"]["port"].text(), sample("union")["device"]["port"].text());
}

TEST(Html, EachSettingHasARowOfItsOwn) {
  auto document = sample("strict");
  auto probes = document["probes"];
  auto loosened = probes[0];
  loosened.set("settings", "ignorecertitem=0xfffff");
  document.set("probes", probes.push(loosened));
  const auto text = page(document);
  EXPECT_TRUE(has(text, "<td class=\"set\">ignorecertitem=0xfffff</td>"));
  EXPECT_TRUE(has(text, "<td class=\"set\">as provision writes them</td>"));
}

TEST(Html, WhatWasAskedBeyondTrustIsInItToo) {
  auto document = sample("union");
  EXPECT_FALSE(has(page(document), "Can it be switched off?"));
  document.set("mitigation", *Json::parse(R"({"mqtt":{"summary":"None of 3 settings","swept":[
    {"key":"sni","value":"0","effect":"no-effect"}]}})"));
  document.set("acceptance", *Json::parse(R"({"mqtt":{"untold":null,"rows":[
    {"group":"digest","what":"SHA1","answer":"refused","alert":43}]}})"));
  const auto text = page(document);
  EXPECT_TRUE(has(text, "None of 3 settings"));
  EXPECT_TRUE(has(text, "<th>sni</th><td>0</td><td>no-effect</td>"));
  EXPECT_TRUE(has(text, "<td>SHA1</td><td>refused, alert 43</td>"));
}

TEST(Html, ATimingStandsBesideTheVerdict) {
  auto document = sample("union");
  const auto verdict = document["verdict"]["mqtt"]["class"].text_or("");
  EXPECT_FALSE(has(page(document), "no part of it"));
  document.set("timing", *Json::parse(R"({"mqtt":{"controls":[{"because":"With a throw-away root bound"}],"roots":[
    {"because":"CN=G: reads as known. This CONTRADICTS the verdict","agrees":"contradicts"}]}})"));
  const auto text = page(document);
  EXPECT_TRUE(
      has(text, "<li>With a throw-away root bound</li><li>CN=G: reads as known. This CONTRADICTS the verdict</li>"))
      << text;
  EXPECT_TRUE(has(text, verdict));
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

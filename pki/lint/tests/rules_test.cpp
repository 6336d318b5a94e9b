// Every rule, with something that keeps it and something that breaks it; and the list of rules against the folder and
// the page that explains them.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/file.hpp"
#include "core/text.hpp"
#include "pki/lint/rule.hpp"
#include "pki/lint/tests/golden.hpp"
#include "pki/lint/tests/samples.hpp"

namespace epki::lint::test {
namespace {

struct Told {
  std::string name, rule, citation;
};

std::vector<Told> told_rules() {
  std::vector<Told> all;
  for (const auto* rule : certificate_rules())
    all.push_back({std::string(rule->name), std::string(rule->rule), std::string(rule->citation)});
  for (const auto* rule : file_rules())
    all.push_back({std::string(rule->name), std::string(rule->rule), std::string(rule->citation)});
  return all;
}

std::string broken_by(const Report& report) {
  std::set<std::string> names;
  // Base64 holds +++ by chance, once in some hundred certificates.
  for (const auto& finding : report.findings)
    if (finding.rule != "e_plus_plus_plus") names.insert(std::string(finding.rule));
  std::string all;
  for (const auto& name : names) all += " " + name;
  return all;
}

TEST(Rules, EachHasOneSampleThatKeepsItAndOneThatBreaksIt) {
  std::set<std::string_view> sampled;
  for (const auto& sample : all_samples()) EXPECT_TRUE(sampled.insert(sample.rule).second) << sample.rule << " twice";
  for (const auto& rule : told_rules()) EXPECT_TRUE(sampled.contains(rule.name)) << rule.name << " has no sample";
  EXPECT_EQ(sampled.size(), told_rules().size());
}

TEST(Rules, EachHoldsWhereItIsKeptAndIsFoundWhereItIsBroken) {
  std::string golden;
  for (const auto& sample : all_samples()) {
    SCOPED_TRACE(sample.rule);
    const auto broken = sample.breaks().judged();
    EXPECT_GE(broken.counts.at(sample.rule).broken, 1U);
    golden += std::string(sample.rule) + ":" + broken_by(broken) + "\n";
    for (const auto& finding : broken.findings) {
      EXPECT_GE(finding.what.size(), 12U) << finding.rule;
      EXPECT_FALSE(finding.citation.empty()) << finding.rule;
      EXPECT_EQ(finding.severity, severity_of(finding.rule));
    }
    if (sample.keeps == nullptr) continue;  // said of the mere presence of a thing
    const auto kept = sample.keeps().judged();
    EXPECT_EQ(kept.counts.at(sample.rule).broken, 0U);
    EXPECT_GE(kept.counts.at(sample.rule).applied, 1U) << "the sample that keeps the rule is not one it applies to";
  }
  // What else each broken sample breaks: a rule that suddenly fires elsewhere is seen here.
  compare_with_golden("samples.txt", golden);
}

TEST(Rules, OnlyTwoSayOfAThingThatItIsThere) {
  std::vector<std::string_view> without;
  for (const auto& sample : all_samples())
    if (sample.keeps == nullptr) without.push_back(sample.rule);
  EXPECT_EQ(without, (std::vector<std::string_view>{"n_archive_not_opened", "w_several_anchors"}));
}

TEST(Rules, AreNamedForTheirSeverityAndWrittenAsSentences) {
  std::set<std::string> names;
  for (const auto& rule : told_rules()) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name << " is listed twice";
    EXPECT_TRUE(rule.name.starts_with("e_") || rule.name.starts_with("w_") || rule.name.starts_with("n_")) << rule.name;
    EXPECT_TRUE(rule.rule.ends_with('.') && rule.rule.size() > 20) << rule.name;
    EXPECT_GE(rule.citation.size(), 7U) << rule.name;
  }
}

TEST(Rules, TheFolderHoldsOneFileForEachAndNothingElse) {
  std::set<std::string> files, names;
  const auto folder = std::filesystem::path(EPKI_SOURCE_DIR) / "pki/lint/rules";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.insert(entry.path().filename().string());
  for (const auto& rule : told_rules()) {
    names.insert(rule.name + ".cpp");
    const auto text = read_file(folder / (rule.name + ".cpp"));
    ASSERT_TRUE(text) << rule.name << " is not in a file of its name";
    EXPECT_NE(text->find("Rule " + rule.name + "{"), std::string::npos) << rule.name;
  }
  EXPECT_EQ(files, names);
  EXPECT_GE(files.size(), 100U);
}

// docs/lint.md has one row a rule: | `name` | what must hold | citation |
TEST(Rules, EachIsExplainedOnItsPage) {
  const auto page = read_file(std::filesystem::path(EPKI_SOURCE_DIR) / "docs/lint.md");
  ASSERT_TRUE(page) << page.error().what;
  std::vector<std::string> rows, wanted;
  for (const auto line : split(*page, '\n'))
    for (const auto* start : {"| `e_", "| `w_", "| `n_"})
      if (line.starts_with(start)) rows.emplace_back(line);
  for (const auto& rule : told_rules())
    wanted.push_back("| `" + rule.name + "` | " + rule.rule + " | " + rule.citation + " |");
  std::sort(rows.begin(), rows.end());
  std::sort(wanted.begin(), wanted.end());
  for (const auto& row : wanted)
    EXPECT_TRUE(std::binary_search(rows.begin(), rows.end(), row)) << "docs/lint.md lacks this row:\n" << row;
  EXPECT_EQ(rows.size(), wanted.size()) << "docs/lint.md has a row that is no rule";
}

}  // namespace
}  // namespace epki::lint::test

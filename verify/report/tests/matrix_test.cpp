#include "verify/report/matrix.hpp"

#include "verify/report/tests/sample.hpp"

namespace epki::report {
namespace {

Json probe(const char* id, const char* bound, Json alert, const char* outcome, const char* oracle, bool keyless) {
  return Json::object({{"id", id},
                       {"path", "mqtt"},
                       {"bound", bound},
                       {"presented", "a chain"},
                       {"keyless", keyless},
                       {"server", Json::object({{"stage", alert.is_null() ? "none" : "alert"}, {"alert", alert}})},
                       {"oracle", Json::object({{"uploaded", oracle}})},
                       {"outcome", outcome}});
}

Agreement only(const Json& attempt) {
  const auto matrix = matrix_of(Json::array().push(attempt), "mqtt");
  EXPECT_EQ(matrix.rows.size(), 1U);
  return matrix.rows.at(0).cells.at(0).agreement;
}

TEST(Matrix, AnAttemptIsComparedWithTheOracle) {
  EXPECT_EQ(only(probe("C1", "U", nullptr, "accepted", "accept", false)), Agreement::agrees);
  EXPECT_EQ(only(probe("C1", "U", 48, "refused", "accept", false)), Agreement::differs);
  EXPECT_EQ(only(probe("C2", "U", 48, "refused", "reject", false)), Agreement::agrees);
  EXPECT_EQ(only(probe("C2", "U", nullptr, "accepted", "reject", false)), Agreement::differs);
}

TEST(Matrix, AReplayPassesWithAlert51AndWithNoOther) {
  EXPECT_EQ(only(probe("P2", "U", 51, "refused", "reject", true)), Agreement::differs);
  EXPECT_EQ(only(probe("P2", "U", 48, "refused", "reject", true)), Agreement::agrees);
  EXPECT_EQ(only(probe("P1", "G", 51, "refused", "accept", true)), Agreement::agrees);
  EXPECT_EQ(only(probe("C3", "U", 51, "refused", "reject", false)), Agreement::agrees)
      << "a bad signature, not a replay";
}

TEST(Matrix, WhatSaysNothingIsNeverAgreement) {
  EXPECT_EQ(only(probe("C1", "U", nullptr, "closed", "accept", false)), Agreement::silent);
  EXPECT_EQ(only(probe("C1", "U", nullptr, "accepted", "undecided", false)), Agreement::silent);
}

TEST(Matrix, EqualAttemptsThatDifferAreMixed) {
  const auto matrix = matrix_of(Json::array()
                                    .push(probe("C1", "U", nullptr, "accepted", "accept", false))
                                    .push(probe("C1", "U", 48, "refused", "accept", false)),
                                "mqtt");
  EXPECT_EQ(matrix.rows.at(0).cells.at(0).agreement, Agreement::mixed);
  EXPECT_EQ(matrix.rows.at(0).cells.at(0).text, "accepted 1x, alert 48 1x");
}

TEST(Matrix, ARecordedRunHasOneRowAProbeAndOneColumnABinding) {
  const auto matrix = matrix_of(sample("union")["probes"], "mqtt");
  EXPECT_EQ(matrix.columns.front(), "U, the throw-away root");
  for (const auto& row : matrix.rows) EXPECT_EQ(row.cells.size(), matrix.columns.size()) << row.id;
  EXPECT_TRUE(matrix_of(sample("union")["probes"], "ssl").rows.empty());
}

}  // namespace
}  // namespace epki::report

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/file.hpp"
#include "pki/lint/tests/golden.hpp"
#include "pki/lint/tests/trust_cases.hpp"

namespace epki::lint::test {

Given shown(const std::vector<ossl::Certificate>& chain, const ossl::Certificate& uploaded) {
  return {{{"chain.pem", pem_of(chain)}, {"uploaded.pem", uploaded.pem()}}, std::string(dialled)};
}

Made probe(const Made& above, const Change& change, std::optional<ossl::PrivateKey> key) {
  return server(
      above,
      [&](ossl::CertificateSpec& spec) {
        spec.subject = {{"CN", std::string(dialled)}};
        extension(spec, "subjectAltName").value = "DNS:" + std::string(dialled);
        if (change) change(spec);
      },
      std::move(key));
}

namespace {

std::vector<TrustCase> all_cases() {
  auto all = leaf_cases();
  for (auto& one : ca_cases()) all.push_back(std::move(one));
  return all;
}

// Base64 holds +++ by chance.
std::set<std::string> broken(const Report& report) {
  std::set<std::string> rules;
  for (const auto& finding : report.findings)
    if (finding.rule != "e_plus_plus_plus") rules.emplace(finding.rule);
  return rules;
}

// Errors that a standard asks for where mbedTLS does not look: right to tell, and no reason for the modem to refuse.
const std::set<std::string> stricter_than_mbedtls = {
    "e_server_without_san",            // cn_only
    "e_version_not_3",                 // v1leaf, root_v1
    "e_ca_without_basic_constraints",  // root_v1
    "e_root_digest_weak",              // root_sha1
    "e_ca_without_key_usage",          // root_noku, inter_noku
    "e_ca_without_subject_key_id",     // root_noski
    "e_authority_key_id_missing",      // noski
    "e_key_id_mismatch",               // aki_bad
    "e_chain_order",                   // extra_certs, dup_certs
    "e_name_outside_constraints",      // nc_inter_noncrit
};

std::string_view word_of(Answer answer) {
  switch (answer) {
    case Answer::accepts: return "accepts";
    case Answer::refuses: return "refuses";
    case Answer::cannot_be_seen: return "refuses, unseen";
  }
  return "";
}

TEST(TrustCases, WhatMbedTlsRefusesIsAnErrorAndWhatItAcceptsIsNotRefusedForTheModemsSake) {
  std::string golden;
  std::map<std::string, std::size_t> counts;
  for (const auto& one : all_cases()) {
    SCOPED_TRACE(one.id);
    const auto report = one.given().judged();
    const auto rules = broken(report);
    std::string line = std::string(one.id) + " (mbedTLS " + std::string(word_of(one.mbedtls)) + "):";
    std::set<std::string> errors;
    for (const auto& rule : rules) {
      line += " " + rule;
      ++counts[rule];
      if (rule.starts_with("e_") && !stricter_than_mbedtls.contains(rule)) errors.insert(rule);
    }
    golden += line + "\n";
    if (one.mbedtls == Answer::refuses) {
      EXPECT_TRUE(has_errors(report.findings)) << "lint lets pass what mbedTLS refuses";
    }
    if (one.mbedtls == Answer::accepts) {
      EXPECT_TRUE(errors.empty()) << line;
    }
  }
  EXPECT_GE(all_cases().size(), 70U);
  golden += "\n";
  for (const auto& [rule, n] : counts) golden += rule + " " + std::to_string(n) + "\n";
  compare_with_golden("trust-cases.txt", golden);
}

// Recorded chains and roots that are part of the project: judged as of a fixed moment, so that their age changes
// nothing.
TEST(RecordedChains, BreakNoErrorRule) {
  const std::filesystem::path source = EPKI_SOURCE_DIR;
  std::string golden;
  for (const auto* name :
       {"templates/replay/public-stand-in-chain.pem", "templates/replay/public-stand-in-ec-chain.pem",
        "templates/personas/built-in/public-stand-in-root.pem",
        "templates/personas/built-in/public-stand-in-ec-root.pem", "sim/tests/data/amazon-root-ca-1.pem",
        "sim/tests/data/isrg-root-x1.pem"}) {
    const auto pem = must(read_file(source / name));
    const auto report = judge({{name, pem}}, {now});
    EXPECT_FALSE(has_errors(report.findings)) << name;
    golden += std::string(name) + ":";
    for (const auto& finding : report.findings) golden += " " + std::string(finding.rule);
    golden += "\n";
  }
  compare_with_golden("recorded.txt", golden);
}

}  // namespace
}  // namespace epki::lint::test

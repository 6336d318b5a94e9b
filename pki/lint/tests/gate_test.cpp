#include "pki/lint/gate.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "pki/lint/tests/maker.hpp"

namespace epki::lint::test {
namespace {

using Spec = ossl::CertificateSpec;

profile::Profile built_in(std::string_view name) {
  return must(profile::built_in(name));
}

std::vector<std::string> rules_of(const Findings& findings) {
  std::vector<std::string> all;
  for (const auto& finding : findings) all.emplace_back(finding.rule);
  return all;
}

using Rules = std::vector<std::string>;

// What the authority would ask for, by hand: see maker.cpp.
Spec server_spec() {
  Spec spec;
  spec.subject = {{"CN", "broker.example.com"}};
  spec.serial = Bytes(16, std::byte{0x33});
  spec.not_before = now - std::chrono::days(1);
  spec.not_after = now + std::chrono::days(365);
  spec.extensions = {{"basicConstraints", "CA:FALSE", true}, {"keyUsage", "digitalSignature", true},
                     {"extendedKeyUsage", "serverAuth"},     {"subjectKeyIdentifier", "hash"},
                     {"authorityKeyIdentifier", "keyid"},    {"subjectAltName", "DNS:broker.example.com"}};
  return spec;
}

TEST(Gate, LetsThroughWhatTheAuthorityMakes) {
  const auto above = issuing(the_root());
  Gate servers({{above.certificate, the_root().certificate}, built_in("broker"), now});
  EXPECT_EQ(rules_of(servers.judge(server(above).certificate)), Rules());
  EXPECT_EQ(rules_of(servers.judge(server(above).certificate)), Rules()) << "a gate serves more than once";
  Gate devices({{above.certificate, the_root().certificate}, built_in("device"), now});
  EXPECT_EQ(rules_of(devices.judge(client(above).certificate, false)), Rules());
  EXPECT_EQ(rules_of(check_to_be_issued(above.certificate, {{the_root().certificate}, built_in("issuing"), now})),
            Rules());
  Gate roots({{}, built_in("root"), now});
  EXPECT_EQ(rules_of(roots.judge(the_root().certificate, false)), Rules());
}

TEST(Gate, JudgesTheContentBeforeTheCaKeyIsUsed) {
  Gate gate({{the_root().certificate}, built_in("broker"), now});
  const auto good = gate.judge_before_signing(server_spec(), ec_key());
  ASSERT_TRUE(good) << good.error().what;
  EXPECT_EQ(rules_of(*good), Rules());
  auto spec = server_spec();
  extension(spec, "subjectAltName").value = "IP:10.1.2.3";
  const auto bad = gate.judge_before_signing(spec, ec_key());
  ASSERT_TRUE(bad) << bad.error().what;
  EXPECT_TRUE(has_errors(*bad));
  EXPECT_EQ(rules_of(*bad).front(), "e_san_only_ip");
}

TEST(Gate, JudgesARootBeforeItIsSigned) {
  Gate gate({{}, built_in("root"), now});
  auto spec = server_spec();
  spec.subject = {{"CN", "root"}};
  spec.extensions = {{"basicConstraints", "CA:TRUE", true},
                     {"keyUsage", "keyCertSign,cRLSign", true},
                     {"subjectKeyIdentifier", "hash"}};
  const auto good = gate.judge_before_signing(spec, ec_key());
  ASSERT_TRUE(good) << good.error().what;
  EXPECT_EQ(rules_of(*good), Rules());
  spec.extensions.push_back({"nameConstraints", "permitted;DNS:example.com", true});
  EXPECT_EQ(rules_of(*gate.judge_before_signing(spec, ec_key())), Rules({"e_name_constraints_critical"}));
}

TEST(Gate, SeesTheWholeChainAbove) {
  const auto above = issuing(the_root());
  const auto deeper = issuing(above, [](Spec& spec) { spec.subject.back().second = "deeper"; });
  Gate gate({{deeper.certificate, above.certificate, the_root().certificate}, built_in("broker"), now});
  EXPECT_EQ(rules_of(gate.judge(server(deeper).certificate)), Rules({"e_path_length_exceeded"}));
}

TEST(Gate, RefusesWhatTheProfileDoesNotAcceptAndWhatDoesNotCarryTheHost) {
  Gate gate({{the_root().certificate}, built_in("name-pinned"), now, "broker.plant.internal"});
  EXPECT_EQ(rules_of(gate.judge(server(the_root()).certificate)), Rules({"e_host_not_named", "e_profile_names"}));
}

TEST(Gate, ADeviceCertificateThatCannotBeUploadedIsSignedAgain) {
  const auto marked = client(the_root(), [](Spec& spec) {
    spec.extensions.push_back(
        {"1.2.3.4", "", false, bytes("04 1d fbefbefbefbefbefbe 00 fbefbefbefbefbefbe 00 fbefbefbefbefbefbe")});
  });
  Gate gate({{the_root().certificate}, built_in("device"), now});
  EXPECT_EQ(rules_of(gate.judge(marked.certificate)), Rules({"e_plus_plus_plus"}));
  EXPECT_EQ(rules_of(gate.judge(marked.certificate, false)), Rules());
}

TEST(Gate, TheRefusalSaysWhichRuleAndWhere) {
  const auto bad = server(the_root(), [](Spec& spec) {
    extension(spec, "subjectAltName").value = "IP:10.1.2.3";
    extension(spec, "keyUsage").value = "keyEncipherment";
  });
  const auto refused = refuse_errors(
      check_to_be_issued(bad.certificate, {{the_root().certificate}, built_in("broker"), now}), "broker-1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::input);
  EXPECT_TRUE(refused.error().what.starts_with("broker-1 is not issued: the only names are addresses"))
      << refused.error().what;
  EXPECT_NE(refused.error().what.find("e_san_only_ip"), std::string::npos);
  EXPECT_TRUE(refused.error().what.ends_with("and 1 error more")) << refused.error().what;
  const Finding warning{"", 0, 0, Severity::warning, "w_serial_short", "short", "somewhere"};
  EXPECT_TRUE(refuse_errors({warning}, "broker-1")) << "a warning does not refuse";
}

}  // namespace
}  // namespace epki::lint::test

// What is between files, and bytes that nobody meant to be read.

#include "pki/lint/lint.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "core/text.hpp"
#include "pki/lint/host.hpp"
#include "pki/lint/mosquitto.hpp"
#include "pki/lint/tests/maker.hpp"
#include "pki/lint/tests/tool.hpp"

namespace epki::lint::test {
namespace {

bool broke(const Report& report, std::string_view rule) {
  return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& f) { return f.rule == rule; });
}

const Finding& finding_of(const Report& report, std::string_view rule) {
  const auto found =
      std::find_if(report.findings.begin(), report.findings.end(), [&](const Finding& f) { return f.rule == rule; });
  if (found == report.findings.end()) throw std::runtime_error(std::string(rule) + " was not found");
  return *found;
}

TEST(Lint, SaysWhichCertificateOfWhichFileAndWhereItBegins) {
  const auto above = issuing(the_root(), [](ossl::CertificateSpec& spec) { spec.digest = "SHA1"; });
  const Given given{{{"root.pem", the_root().certificate.pem()},
                     {"chain.pem", server(above).certificate.pem() + above.certificate.pem()}}};
  const auto report = given.judged();
  const auto& finding = finding_of(report, "e_digest_weak");
  EXPECT_EQ(finding.file, "chain.pem");
  EXPECT_EQ(finding.index, 1U);
  EXPECT_EQ(finding.severity, Severity::error);
  const auto& chain = given.files.back().second;
  const auto lines_before =
      std::count(chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(chain.rfind("-----BEGIN")), '\n');
  EXPECT_EQ(finding.line, static_cast<std::size_t>(lines_before) + 1);
  ASSERT_EQ(report.recognised.size(), 2U);
  EXPECT_EQ(report.recognised[1].items,
            (std::vector<std::string>{"certificate CN=broker.example.com", "certificate CN=issuing,O=lint"}));
}

TEST(Lint, ARenewedRootOfTheSameNameIsNotTakenForTheIssuer) {
  const auto renewed = root();
  const Given given{{{"root.pem", renewed.certificate.pem()}, {"server.pem", server(the_root()).certificate.pem()}}};
  const auto report = given.judged();
  EXPECT_FALSE(broke(report, "e_signature_bad"));
  EXPECT_TRUE(broke(report, "w_issuer_not_given"));
  const Given both{{{"new.pem", renewed.certificate.pem()},
                    {"old.pem", the_root().certificate.pem()},
                    {"server.pem", server(the_root()).certificate.pem()}}};
  EXPECT_FALSE(has_errors(both.judged().findings));
  EXPECT_FALSE(broke(both.judged(), "w_issuer_not_given"));
}

TEST(Lint, ARootThatARenewedKeySignedIsNoBadSignature) {
  // The new key under the old root's name, certified by the old key (RFC 4210, 4.4).
  const auto link =
      issuing(the_root(), [](ossl::CertificateSpec& spec) { spec.subject_der = the_root().certificate.subject_der(); });
  EXPECT_FALSE(broke(one(link).judged(), "e_signature_bad"));
}

TEST(Lint, AKeyInAnotherFileIsFoundAndOneInTheSameIsToo) {
  const auto made = server(the_root());
  const Given bundle{{{"bundle.pem", made.certificate.pem() + key_pem(made.key)}}};
  EXPECT_FALSE(broke(bundle.judged(), "e_key_without_certificate"));
  const Given wrong{{{"bundle.pem", made.certificate.pem() + key_pem(ec_key())}}};
  EXPECT_TRUE(broke(wrong.judged(), "e_key_without_certificate"));
  const Given alone{{{"server.key", key_pem(made.key)}}};
  EXPECT_FALSE(broke(alone.judged(), "e_key_without_certificate")) << "there is nothing to compare it with";
}

TEST(Lint, NeverShowsAKey) {
  const auto made = server(the_root());
  auto damaged = key_pem(ec_key());
  damaged.replace(60, 4, "!?!?");
  const auto secret = key_pem(made.key);
  const Given given{{{"a.pem", secret + made.certificate.pem() + damaged}}};
  const auto report = given.judged();
  for (const auto& finding : report.findings)
    for (std::size_t at = 30; at + 8 < secret.size(); ++at) {
      EXPECT_EQ(finding.what.find(secret.substr(at, 8)), std::string::npos) << finding.what;
      EXPECT_EQ(finding.what.find(damaged.substr(at, 8)), std::string::npos) << finding.what;
    }
  EXPECT_TRUE(broke(report, "e_block_unreadable"));
}

TEST(Lint, AnIssuingCaUnderTheBrokersRootMayNotBeAnAnchorForClients) {
  const auto above = issuing(the_root());
  const Given given{{{"server.pem", server(the_root()).certificate.pem()},
                     {"root.pem", the_root().certificate.pem()},
                     {"client-ca.pem", above.certificate.pem()}}};
  EXPECT_TRUE(broke(given.judged(), "e_device_root_is_broker_root"));
  const auto apart = issuing(the_device_root());
  const Given good{{{"server.pem", server(the_root()).certificate.pem()},
                    {"root.pem", the_root().certificate.pem()},
                    {"client-ca.pem", the_device_root().certificate.pem() + apart.certificate.pem()}}};
  EXPECT_TRUE(good.judged().findings.empty());
}

// Every cut and every flipped byte of real files is judged, and nothing worse happens.
TEST(Lint, SurvivesWhateverIsLeftOfAFile) {
  const auto above = issuing(the_root());
  const auto leaf = server(above);
  const auto text = leaf.certificate.pem() + above.certificate.pem() + key_pem(leaf.key) +
                    made_by_openssl(Artefact::request) + made_by_openssl(Artefact::revocation_list);
  std::size_t judged = 0;
  for (std::size_t size = 0; size < text.size(); size += 13)
    judged += judge({{"a", text.substr(0, size)}}, {now}).counts.size();
  const auto& der = leaf.certificate.der();
  std::mt19937 random(20261122);  // NOLINT(cert-msc51-cpp): the same bytes each time
  for (int i = 0; i < 1500; ++i) {
    std::string bytes(reinterpret_cast<const char*>(der.data()), der.size());
    for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    judged += judge({{"a", bytes}}, {now}).counts.size();
    judged += judge({{"a", pem_of(as_bytes(bytes))}}, {now}).counts.size();
  }
  EXPECT_GT(judged, 0U);
}

TEST(Host, IsComparedAsMbedTlsDoes) {
  EXPECT_TRUE(name_matches("Broker.Example.com", "broker.example.COM"));
  EXPECT_TRUE(name_matches("*.example.com", "broker.example.com"));
  EXPECT_TRUE(name_matches("*.test", "probe.test"));
  EXPECT_FALSE(name_matches("*.example.com", "a.b.example.com"));
  EXPECT_FALSE(name_matches("*.example.com", "example.com"));
  EXPECT_FALSE(name_matches("*.example.com", ".example.com"));
  EXPECT_FALSE(name_matches("b*.example.com", "broker.example.com"));
  EXPECT_FALSE(name_matches("", "broker.example.com"));
}

TEST(Host, NamesAreLabelsOrAddresses) {
  for (const auto* name :
       {"broker", "broker.example.com", "*.example.com", "10.1.2.3", "fd00::1", "xn--bcher-kva.example", "a_b.example"})
    EXPECT_TRUE(is_dns_name(name)) << name;
  for (const auto* name :
       {"", "a b", "-a.example", "a..b", "http://a", "*", "*.", "a.*.b", "a.example.", "bücher.example"})
    EXPECT_FALSE(is_dns_name(name)) << name;
}

TEST(MosquittoFile, ReadsTheLinesThatDecide) {
  const auto file = read_mosquitto_file(
      "# a comment\nport 1883\n\nlistener 8883 0.0.0.0\n  certfile /etc/server.pem\nkeyfile /etc/server.key\n"
      "cafile ca.pem\nrequire_certificate true\nciphers A:B\ntls_version tlsv1.2\r\nlistener 9001\n");
  ASSERT_TRUE(file);
  ASSERT_EQ(file->listeners.size(), 3U);
  const auto& tls = file->listeners[1];
  EXPECT_EQ(tls.line, 4U);
  EXPECT_EQ(tls.certificate_file, "/etc/server.pem");
  EXPECT_EQ(tls.key_file, "/etc/server.key");
  EXPECT_EQ(tls.ca_file, "ca.pem");
  EXPECT_TRUE(tls.requires_certificate);
  EXPECT_EQ(tls.ciphers, "A:B");
  EXPECT_EQ(tls.ciphers_line, 9U);
  EXPECT_EQ(tls.tls_version, "tlsv1.2");
  EXPECT_FALSE(file->listeners[2].is_tls());
  EXPECT_FALSE(read_mosquitto_file("a listener is not mentioned at the start of a line\n"));
  EXPECT_FALSE(read_mosquitto_file(std::string_view("listener 8883\0", 14)));
  EXPECT_FALSE(read_mosquitto_file(""));
}

}  // namespace
}  // namespace epki::lint::test

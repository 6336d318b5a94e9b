#include "pki/lint/tests/samples.hpp"

namespace epki::lint::test {

namespace in_profile {

using Spec = ossl::CertificateSpec;

Given as_built_in(std::string_view name, std::string pem) {
  auto given = one(std::move(pem));
  given.profile = must(profile::built_in(name));
  return given;
}

std::string server_pem(const Change& change = {}) {
  return server(the_root(), change).certificate.pem();
}

std::string named(std::string names) {
  return server_pem([&](Spec& spec) { extension(spec, "subjectAltName").value = std::move(names); });
}

std::string chain_pem() {
  const auto above = issuing(the_root());
  return server(above).certificate.pem() + above.certificate.pem();
}

Given accepting(std::string_view line, std::string pem) {
  return as_profile("[accept]\n" + std::string(line) + "\n", std::move(pem));
}

}  // namespace in_profile

std::vector<Sample> profile_samples() {
  using namespace in_profile;  // NOLINT(google-build-using-namespace)
  return {
      {"e_profile_ca", [] { return as_built_in("root", the_root().certificate.pem()); },
       [] { return as_built_in("root", server_pem()); }},
      {"e_profile_purpose", [] { return as_built_in("broker", server_pem()); },
       [] { return as_built_in("device", server_pem()); }},
      {"w_profile_key_usage", [] { return as_built_in("broker", server_pem()); },
       [] {
         return as_built_in("broker",
                            server_pem([](Spec& spec) { extension(spec, "keyUsage").value = "keyAgreement"; }));
       }},
      {"e_profile_path_length", [] { return as_built_in("issuing", issuing(the_root()).certificate.pem()); },
       [] {
         return as_built_in("issuing", issuing(the_root(), [](Spec& spec) {
                                         extension(spec, "basicConstraints").value = "CA:TRUE";
                                       }).certificate.pem());
       }},
      {"e_profile_key_type", [] { return as_built_in("ec200u-ec", server_pem()); },
       [] { return as_built_in("ec200u", server_pem()); }},
      {"e_profile_digest", [] { return accepting("digests = [\"SHA256\"]", server_pem()); },
       [] { return accepting("digests = [\"SHA384\"]", server_pem()); }},
      {"e_profile_until", [] { return accepting("until = \"2030-01-01T00:00:00Z\"", server_pem()); },
       [] { return accepting("until = \"2027-01-01T00:00:00Z\"", server_pem()); }},
      {"e_profile_days", [] { return accepting("days = 366", server_pem()); },
       [] { return accepting("days = 365", server_pem()); }},
      {"e_profile_names", [] { return as_built_in("name-pinned", named("DNS:broker.plant.internal,DNS:10.1.2.3")); },
       [] { return as_built_in("name-pinned", named("DNS:broker.plant.internal,DNS:broker.example.com")); }},
      {"e_profile_intermediates", [] { return accepting("intermediates = 1", chain_pem()); },
       [] { return accepting("intermediates = 0", chain_pem()); }},
      {"e_profile_chain_bytes", [] { return accepting("chain_bytes = 4000", chain_pem()); },
       [] { return accepting("chain_bytes = 600", chain_pem()); }},
  };
}

}  // namespace epki::lint::test

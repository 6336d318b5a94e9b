#include "pki/lint/tests/trust_cases.hpp"

namespace epki::lint::test {

namespace in_ca_cases {

using Spec = ossl::CertificateSpec;
using std::chrono::days;

// A leaf directly under a root that is changed.
Given under_root(const Change& change, std::optional<ossl::PrivateKey> key = {}) {
  const auto above = root(change, std::move(key));
  return shown({probe(above).certificate}, above.certificate);
}

// A leaf under an intermediate that is changed.
Given under_intermediate(const Change& change) {
  const auto above = issuing(the_root(), change);
  return shown({probe(above).certificate, above.certificate}, the_root().certificate);
}

Change without(std::string name) {
  return [name = std::move(name)](Spec& spec) { remove(spec, name); };
}

Change with(std::string name, std::string value) {
  return [name = std::move(name), value = std::move(value)](Spec& spec) { extension(spec, name).value = value; };
}

Change constrained(std::string value, bool critical) {
  return [value = std::move(value), critical](Spec& spec) {
    spec.extensions.push_back({"nameConstraints", value, critical});
  };
}

void as_version_1(Spec& spec) {
  spec.version = 1;
  spec.extensions.clear();
}

// A leaf under v1 must do without AKI, because there is no key identifier to point to.
Given under_bare(const Made& above, std::vector<ossl::Certificate> more, const ossl::Certificate& uploaded) {
  const auto leaf = probe(above, without("authorityKeyIdentifier"));
  more.insert(more.begin(), leaf.certificate);
  return shown(more, uploaded);
}

std::vector<ossl::Certificate> tower(std::size_t intermediates) {
  std::vector<ossl::Certificate> all;
  auto above = the_root();
  for (std::size_t i = 0; i < intermediates; ++i) {
    above = issuing(above, [&](Spec& spec) {
      extension(spec, "basicConstraints").value = "CA:TRUE";
      spec.subject.back().second = "issuing " + std::to_string(i);
    });
    all.insert(all.begin(), above.certificate);
  }
  all.insert(all.begin(), probe(above).certificate);
  return all;
}

Given depth(std::size_t intermediates) {
  return shown(tower(intermediates), the_root().certificate);
}

Given rearranged(const std::vector<std::size_t>& order) {
  const auto all = tower(2);
  std::vector<ossl::Certificate> chain;
  chain.reserve(order.size());
  for (const auto i : order) chain.push_back(i < all.size() ? all[i] : the_device_root().certificate);
  return shown(chain, the_root().certificate);
}

Given bad_signature_of_intermediate() {
  const Made forger{the_root().certificate, ec_key()};
  const auto above = issuing(forger);
  return shown({probe(above).certificate, above.certificate}, the_root().certificate);
}

Given name_in_other_case() {
  const auto shouting = root([](Spec& spec) { spec.subject.back().second = "ROOT"; }, the_root().key);
  const auto leaf = probe(shouting);
  return {{{"chain.pem", leaf.certificate.pem() + the_root().certificate.pem()}}, std::string(dialled)};
}

}  // namespace in_ca_cases

std::vector<TrustCase> ca_cases() {
  using namespace in_ca_cases;  // NOLINT(google-build-using-namespace)
  using enum Answer;
  return {
      {"ok_inter", accepts, [] { return under_intermediate({}); }},
      {"ok_rootsent", accepts,
       [] {
         return shown({probe(the_root()).certificate, the_root().certificate}, the_root().certificate);
       }},
      {"rootkey_rsa2048", accepts, [] { return under_root({}, rsa_key()); }},
      {"rootkey_ed25519", refuses, [] { return under_root({}, ed25519_key()); }},
      {"root_sha1", accepts, [] { return under_root([](Spec& spec) { spec.digest = "SHA1"; }); }},
      {"root_v1", accepts,
       [] {
         const auto above = root(as_version_1);
         return under_bare(above, {}, above.certificate);
       }},
      {"root_nobc", refuses, [] { return under_root(without("basicConstraints")); }},
      {"root_cafalse", refuses, [] { return under_root(with("basicConstraints", "CA:FALSE")); }},
      {"root_nokcs", refuses, [] { return under_root(with("keyUsage", "cRLSign")); }},
      {"root_noku", accepts, [] { return under_root(without("keyUsage")); }},
      {"root_noski", accepts,
       [] {
         const auto above = root(without("subjectKeyIdentifier"));
         return under_bare(above, {}, above.certificate);
       }},
      {"root_expired", refuses,
       [] { return under_root([](Spec& spec) { spec.not_after = now - std::chrono::hours(2); }); }},
      {"root_notyet", refuses, [] { return under_root([](Spec& spec) { spec.not_before = now + days(3); }); }},
      {"root_crit", refuses,
       [] { return under_root([](Spec& spec) {
              spec.extensions.push_back({"1.2.3.4", "", true, bytes("05 00")});
            }); }},
      {"root_eku", accepts,
       [] { return under_root([](Spec& spec) {
              spec.extensions.push_back({"extendedKeyUsage", "clientAuth"});
            }); }},
      {"pathlen0_ok", accepts, [] { return under_root(with("basicConstraints", "CA:TRUE,pathlen:0")); }},
      {"pathlen0_viol_root", refuses,
       [] {
         const auto top = root(with("basicConstraints", "CA:TRUE,pathlen:0"));
         const auto above = issuing(top);
         return shown({probe(above).certificate, above.certificate}, top.certificate);
       }},
      {"pathlen0_viol_inter", refuses,
       [] {
         const auto upper = issuing(the_root());
         const auto lower = issuing(upper, [](Spec& spec) { spec.subject.back().second = "lower"; });
         return shown({probe(lower).certificate, lower.certificate, upper.certificate}, the_root().certificate);
       }},
      {"nc_root_ok", refuses, [] { return under_root(constrained("permitted;DNS:test", true)); }},
      {"nc_inter_excl", refuses, [] { return under_intermediate(constrained("excluded;DNS:test", true)); }},
      {"nc_inter_noncrit", accepts, [] { return under_intermediate(constrained("excluded;DNS:test", false)); }},
      {"inter_nobc", refuses, [] { return under_intermediate(without("basicConstraints")); }},
      {"inter_cafalse", refuses, [] { return under_intermediate(with("basicConstraints", "CA:FALSE")); }},
      {"inter_nokcs", refuses, [] { return under_intermediate(with("keyUsage", "cRLSign")); }},
      {"inter_noku", accepts, [] { return under_intermediate(without("keyUsage")); }},
      {"inter_v1", refuses,
       [] {
         const auto above = issuing(the_root(), as_version_1);
         return under_bare(above, {above.certificate}, the_root().certificate);
       }},
      {"inter_eku", accepts,
       [] {
         return under_intermediate([](Spec& spec) { spec.extensions.push_back({"extendedKeyUsage", "clientAuth"}); });
       }},
      {"inter_expired", refuses,
       [] { return under_intermediate([](Spec& spec) { spec.not_after = now - std::chrono::hours(2); }); }},
      {"inter_sha1", refuses, [] { return under_intermediate([](Spec& spec) { spec.digest = "SHA1"; }); }},
      {"inter_crit", refuses,
       [] {
         return under_intermediate([](Spec& spec) {
           spec.extensions.push_back({"1.2.3.4", "", true, bytes("05 00")});
         });
       }},
      {"inter_as_anchor", accepts,
       [] {
         const auto above = issuing(the_root());
         return shown({probe(above).certificate}, above.certificate);
       }},
      {"wrong_order", refuses,
       [] {
         return rearranged({0, 2, 1});
       }},
      {"missing_inter", cannot_be_seen,
       [] {
         return rearranged({0, 2});
       }},
      {"extra_certs", accepts,
       [] {
         return rearranged({0, 1, 2, 3});
       }},
      {"dup_certs", accepts,
       [] {
         return rearranged({0, 1, 1, 2});
       }},
      {"depth_4", accepts, [] { return depth(4); }},
      {"depth_8", accepts, [] { return depth(8); }},
      {"depth_9", refuses, [] { return depth(9); }},
      {"dn_case", refuses, name_in_other_case},
      {"badsig_inter", refuses, bad_signature_of_intermediate},
  };
}

}  // namespace epki::lint::test

#include "pki/lint/tests/samples.hpp"

namespace epki::lint::test {

namespace in_chain {

using Spec = ossl::CertificateSpec;
using std::chrono::days;

Given chain(const std::vector<ossl::Certificate>& all) {
  return one(pem_of(all));
}

const Made& the_issuing() {
  static const auto one = issuing(the_root());
  return one;
}

Given good_chain() {
  return chain({server(the_issuing()).certificate, the_issuing().certificate});
}

// A leaf under that many CAs, the one nearest to the root last.
std::vector<ossl::Certificate> tower(std::size_t intermediates, const std::optional<ossl::PrivateKey>& key = {}) {
  std::vector<ossl::Certificate> all;
  auto above = the_root();
  for (std::size_t i = 0; i < intermediates; ++i) {
    above = issuing(
        above,
        [&](Spec& spec) {
          extension(spec, "basicConstraints").value = "CA:TRUE";
          spec.subject.back().second = "issuing " + std::to_string(i);
        },
        key);
    all.insert(all.begin(), above.certificate);
  }
  all.insert(all.begin(), server(above, {}, key).certificate);
  return all;
}

Given with_root(const Made& leaf, const Made& above) {
  return {{{"server.pem", leaf.certificate.pem()}, {"above.pem", above.certificate.pem()}}};
}

// The issuer's name is the CA's in another case, as CAs of some tools write it.
Given other_case() {
  const auto shouting = issuing(
      the_root(), [](Spec& spec) { spec.subject.back().second = "ISSUING"; }, the_issuing().key);
  return chain({server(shouting).certificate, the_issuing().certificate});
}

// A server's names are broker.example.com and what maker.cpp adds to it.
Given below_constrained(std::string constraints) {
  const auto limited = issuing(the_root(), [&](Spec& spec) {
    spec.extensions.push_back({"nameConstraints", std::move(constraints), false});
  });
  return chain({server(limited).certificate, limited.certificate});
}

Given under(const Made& server_root, const Made& device_root) {
  return {
      {{"server.pem", server(server_root).certificate.pem()}, {"device.pem", client(device_root).certificate.pem()}}};
}

const std::optional<ossl::PrivateKey>& rsa() {
  static const std::optional<ossl::PrivateKey> key = rsa_key();
  return key;
}

}  // namespace in_chain

std::vector<Sample> chain_samples() {
  using namespace in_chain;  // NOLINT(google-build-using-namespace)
  return {
      {"w_issuer_not_given", [] { return with_root(server(the_root()), the_root()); },
       [] { return with_root(server(the_root()), the_device_root()); }},
      {"e_chain_order", good_chain,
       [] {
         const auto all = tower(2);
         return chain({all[0], all[2], all[1]});
       }},
      {"w_chain_unrelated", good_chain,
       [] {
         return chain({server(the_issuing()).certificate, the_issuing().certificate, the_device_root().certificate});
       }},
      {"w_chain_twice", good_chain,
       [] {
         return chain({server(the_issuing()).certificate, the_issuing().certificate, the_issuing().certificate});
       }},
      {"e_chain_too_long", [] { return chain(tower(8)); }, [] { return chain(tower(9)); }},
      {"w_chain_large", [] { return chain(tower(8)); }, [] { return chain(tower(11, rsa())); }},
      {"e_chain_too_large", [] { return chain(tower(8)); }, [] { return chain(tower(24, rsa())); }},
      {"e_signature_bad", good_chain,
       [] {
         return chain({server({the_issuing().certificate, ec_key()}).certificate, the_issuing().certificate});
       }},
      {"e_issuer_name_differs",
       [] {
         return chain({server(the_root()).certificate, the_issuing().certificate});
       },
       other_case},
      {"e_key_id_mismatch", good_chain,
       [] {
         const auto wrong = encode(sequence({primitive(0x80, bytes("0102030405060708090a0b0c0d0e0f1011121314"))}));
         return chain({server(the_issuing(), [&](Spec& spec) { extension(spec, "authorityKeyIdentifier").der = wrong; })
                           .certificate,
                       the_issuing().certificate});
       }},
      {"e_path_length_exceeded", good_chain,
       [] {
         const auto deeper = issuing(the_issuing(), [](Spec& spec) { spec.subject.back().second = "deeper"; });
         return chain({server(deeper).certificate, deeper.certificate, the_issuing().certificate});
       }},
      {"e_name_outside_constraints", [] { return below_constrained("permitted;DNS:example.com"); },
       [] { return below_constrained("permitted;DNS:plant.example"); }},
      {"w_outlives_issuer", good_chain,
       [] {
         const auto brief = issuing(the_root(), [](Spec& spec) { spec.not_after = now + days(30); });
         return with_root(server(brief), brief);
       }},
      {"n_chain_holds_root", good_chain,
       [] {
         return chain({server(the_issuing()).certificate, the_issuing().certificate, the_root().certificate});
       }},
      {"e_one_root_for_server_and_device", [] { return under(the_root(), the_device_root()); },
       [] { return under(the_root(), the_root()); }},
  };
}

}  // namespace epki::lint::test

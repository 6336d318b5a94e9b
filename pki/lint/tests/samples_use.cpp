#include "pki/lint/tests/samples.hpp"

namespace epki::lint::test {

namespace in_use {

using Spec = ossl::CertificateSpec;

Given good_root() {
  return one(the_root());
}

Given good_server() {
  return one(server(the_root()));
}

Given changed_root(const Change& change) {
  return one(root(change));
}

Given changed_server(const Change& change) {
  return one(server(the_root(), change));
}

Given usage(std::string words) {
  return changed_server([&](Spec& spec) { extension(spec, "keyUsage").value = std::move(words); });
}

Given purpose(std::string words) {
  return changed_server([&](Spec& spec) { extension(spec, "extendedKeyUsage").value = std::move(words); });
}

Given constrained(bool critical) {
  return changed_root([&](Spec& spec) {
    spec.extensions.push_back({"nameConstraints", "permitted;DNS:example.com", critical});
  });
}

}  // namespace in_use

std::vector<Sample> use_samples() {
  using namespace in_use;  // NOLINT(google-build-using-namespace)
  return {
      {"e_ca_without_basic_constraints", good_root,
       [] { return changed_root([](Spec& spec) { remove(spec, "basicConstraints"); }); }},
      {"e_ca_basic_constraints_not_critical", good_root,
       [] { return changed_root([](Spec& spec) { extension(spec, "basicConstraints").critical = false; }); }},
      {"e_path_length_without_ca", good_server,
       [] {
         return changed_server([](Spec& spec) { extension(spec, "basicConstraints").der = bytes("30 03 02 01 00"); });
       }},
      {"e_path_length_impossible", [] { return one(issuing(the_root())); },
       [] {
         return one(issuing(the_root(), [](Spec& spec) {
           extension(spec, "basicConstraints").der = bytes("30 06 01 01 ff 02 01 ff");
         }));
       }},
      {"e_ca_without_key_usage", good_root, [] { return changed_root([](Spec& spec) { remove(spec, "keyUsage"); }); }},
      {"e_ca_without_key_cert_sign", good_root,
       [] { return changed_root([](Spec& spec) { extension(spec, "keyUsage").value = "cRLSign"; }); }},
      {"e_key_cert_sign_without_ca", good_root, [] { return usage("digitalSignature,keyCertSign"); }},
      {"e_key_usage_empty", good_server,
       [] { return changed_server([](Spec& spec) { extension(spec, "keyUsage").der = bytes("03 01 00"); }); }},
      {"w_key_usage_not_critical", good_server,
       [] { return changed_server([](Spec& spec) { extension(spec, "keyUsage").critical = false; }); }},
      {"e_server_key_usage", [] { return usage("digitalSignature,keyEncipherment"); },
       [] { return usage("keyEncipherment"); }},
      {"e_client_key_usage", [] { return one(client(the_root())); },
       [] { return one(client(the_root(), [](Spec& spec) { extension(spec, "keyUsage").value = "keyAgreement"; })); }},
      {"e_extended_key_usage_empty", good_server,
       [] { return changed_server([](Spec& spec) { extension(spec, "extendedKeyUsage").der = bytes("30 00"); }); }},
      {"e_server_purpose",
       [] {
         auto given = good_server();
         given.host = "broker.example.com";
         return given;
       },
       [] {
         auto given = purpose("clientAuth");
         given.host = "broker.example.com";
         return given;
       }},
      {"w_any_purpose", [] { return purpose("serverAuth,anyExtendedKeyUsage"); },
       [] { return purpose("anyExtendedKeyUsage"); }},
      {"w_server_and_client", good_server, [] { return purpose("serverAuth,clientAuth"); }},
      {"w_ca_purpose",
       [] { return changed_root([](Spec& spec) {
              spec.extensions.push_back({"extendedKeyUsage", "serverAuth"});
            }); },
       [] { return changed_root([](Spec& spec) {
              spec.extensions.push_back({"extendedKeyUsage", "clientAuth"});
            }); }},
      {"e_name_constraints_critical", [] { return constrained(false); }, [] { return constrained(true); }},
      {"w_name_constraints_not_critical", [] { return constrained(true); }, [] { return constrained(false); }},
      {"e_name_constraints_without_ca", [] { return constrained(false); },
       [] {
         return changed_server([](Spec& spec) {
           spec.extensions.push_back({"nameConstraints", "permitted;DNS:example.com", false});
         });
       }},
  };
}

}  // namespace epki::lint::test

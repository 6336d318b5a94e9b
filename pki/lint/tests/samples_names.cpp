#include "pki/lint/tests/samples.hpp"

namespace epki::lint::test {

namespace in_names {

using Spec = ossl::CertificateSpec;

Made with_names(std::string names, bool critical = false) {
  return server(the_root(), [&](Spec& spec) {
    extension(spec, "subjectAltName").value = std::move(names);
    extension(spec, "subjectAltName").critical = critical;
  });
}

// A subjectAltName as bytes: GeneralNames with one dNSName, or none.
Made with_dns_bytes(std::string_view name) {
  return server(the_root(), [&](Spec& spec) {
    std::vector<Node> names;
    if (!name.empty()) names.push_back(primitive(0x82, text_bytes(name)));
    extension(spec, "subjectAltName").der = encode(sequence(std::move(names)));
  });
}

Made nameless(bool critical) {
  return server(the_root(), [&](Spec& spec) {
    spec.subject.clear();
    extension(spec, "subjectAltName").critical = critical;
  });
}

Made with_common_name(std::string name) {
  return server(the_root(), [&](Spec& spec) { spec.subject = {{"CN", std::move(name)}}; });
}

Given dialled(const Made& made, std::string host) {
  auto given = one(made);
  given.host = std::move(host);
  return given;
}

}  // namespace in_names

std::vector<Sample> name_samples() {
  using namespace in_names;  // NOLINT(google-build-using-namespace)
  return {
      {"e_issuer_empty", [] { return one(the_root()); },
       [] { return one(root([](Spec& spec) { spec.subject.clear(); })); }},
      {"e_ca_subject_empty", [] { return one(the_root()); },
       [] { return one(issuing(the_root(), [](Spec& spec) { spec.subject.clear(); })); }},
      {"e_subject_empty_needs_critical_san", [] { return one(nameless(true)); }, [] { return one(nameless(false)); }},
      {"e_common_name_too_long", [] { return one(with_common_name(std::string(64, 'a'))); },
       [] { return one(with_common_name(std::string(65, 'a'))); }},
      {"e_san_empty", [] { return one(server(the_root())); }, [] { return one(with_dns_bytes("")); }},
      {"e_san_dns_malformed", [] { return one(with_names("DNS:*.plant.example.com,DNS:fd00::1")); },
       [] { return one(with_dns_bytes("broker example.com")); }},
      {"e_server_without_san", [] { return one(server(the_root())); },
       [] { return one(server(the_root(), [](Spec& spec) { remove(spec, "subjectAltName"); })); }},
      {"e_san_only_ip", [] { return one(with_names("IP:10.1.2.3,DNS:10.1.2.3")); },
       [] { return one(with_names("IP:10.1.2.3")); }},
      {"e_host_not_named", [] { return dialled(with_names("DNS:*.example.com"), "Broker.EXAMPLE.com"); },
       // An address in iPAddress alone is not looked at by this modem.
       [] { return dialled(with_names("DNS:broker.example.com,IP:10.1.2.3"), "10.1.2.3"); }},
      {"w_common_name_not_in_san", [] { return one(with_names("DNS:Broker.example.com")); },
       [] { return one(with_names("DNS:other.example.com")); }},
      {"w_address_only_as_dns_name", [] { return one(with_names("DNS:10.1.2.3,IP:10.1.2.3")); },
       [] { return one(with_names("DNS:broker.example.com,DNS:10.1.2.3")); }},
      {"w_wildcard_of_top_level", [] { return one(with_names("DNS:*.example.com")); },
       [] { return one(with_names("DNS:*.com")); }},
      {"w_subject_is_issuer", [] { return one(server(the_root())); },
       [] {
         return one(server(the_root(), [](Spec& spec) { spec.subject_der = the_root().certificate.subject_der(); }));
       }},
  };
}

}  // namespace epki::lint::test

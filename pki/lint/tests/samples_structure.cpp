#include "pki/lint/tests/samples.hpp"

namespace epki::lint::test {

namespace in_structure {

using Spec = ossl::CertificateSpec;

Given good_server() {
  return one(server(the_root()));
}

Given changed_server(const Change& change) {
  return one(server(the_root(), change));
}

Given edited_server(const std::function<void(Node&)>& edit) {
  return one(edited(server(the_root()).certificate, edit));
}

Given version_1() {
  return changed_server([](Spec& spec) {
    spec.version = 1;
    spec.extensions.clear();
  });
}

Made with_serial(Bytes serial) {
  return server(the_root(), [&](Spec& spec) { spec.serial = std::move(serial); });
}

}  // namespace in_structure

std::vector<Sample> structure_samples() {
  using namespace in_structure;  // NOLINT(google-build-using-namespace)
  return {
      {"e_version_not_3", good_server, version_1},
      {"e_extensions_need_version_3", version_1,
       [] { return edited_server([](Node& c) { tbs(c).children.at(0).children.at(0).content = bytes("00"); }); }},
      {"e_not_der", good_server,
       [] {
         // basicConstraints is critical with TRUE written as 01.
         return edited_server([](Node& c) {
           auto& extensions = tbs(c).children.at(7).children.at(0);
           extensions.children.at(0).children.at(1).content = bytes("01");
         });
       }},
      {"e_unique_identifiers", good_server,
       [] {
         return edited_server([](Node& c) {
           auto& fields = tbs(c).children;
           fields.insert(fields.begin() + 7, primitive(0x82, bytes("00 2a")));
         });
       }},
      {"e_serial_not_positive", good_server, [] { return one(with_serial({})); }},
      {"e_serial_too_long", [] { return one(with_serial(Bytes(20, std::byte{0x31}))); },
       [] { return one(with_serial(Bytes(21, std::byte{0x31}))); }},
      {"w_serial_short", [] { return one(with_serial(Bytes(8, std::byte{0x31}))); },
       [] { return one(with_serial(Bytes(1, std::byte{0x31}))); }},
      {"e_extension_twice", good_server,
       [] { return changed_server([](Spec& spec) { spec.extensions.push_back(extension(spec, "subjectAltName")); }); }},
      {"e_extension_unreadable", good_server,
       [] { return changed_server([](Spec& spec) { extension(spec, "keyUsage").der = bytes("03 02 05"); }); }},
      {"e_critical_extension_unknown",
       [] {
         return changed_server([](Spec& spec) { spec.extensions.push_back({"1.2.3.4", "", false, bytes("05 00")}); });
       },
       [] {
         return changed_server([](Spec& spec) { spec.extensions.push_back({"1.2.3.4", "", true, bytes("05 00")}); });
       }},
      {"e_key_id_critical", good_server,
       [] { return changed_server([](Spec& spec) { extension(spec, "authorityKeyIdentifier").critical = true; }); }},
      {"e_ca_without_subject_key_id", [] { return one(the_root()); },
       [] { return one(root([](Spec& spec) { remove(spec, "subjectKeyIdentifier"); })); }},
      {"n_leaf_without_subject_key_id", good_server,
       [] { return changed_server([](Spec& spec) { remove(spec, "subjectKeyIdentifier"); }); }},
      {"e_authority_key_id_missing", good_server,
       [] { return changed_server([](Spec& spec) { remove(spec, "authorityKeyIdentifier"); }); }},
      {"e_signature_algorithms_differ", good_server,
       [] {
         // ecdsa-with-SHA384 outside of the part signed with ecdsa-with-SHA256.
         return edited_server([](Node& c) { c.children.at(1).children.at(0).content = bytes("2a8648ce3d040303"); });
       }},
  };
}

}  // namespace epki::lint::test

#include "pki/lint/tests/samples.hpp"
#include "pki/lint/tests/tool.hpp"

namespace epki::lint::test {

namespace in_file {

Given good_root() {
  return one(the_root());
}

std::string root_pem() {
  return the_root().certificate.pem();
}

Given der(const Made& made, std::string_view after = "") {
  const auto& all = made.certificate.der();
  return one(std::string(reinterpret_cast<const char*>(all.data()), all.size()) + std::string(after));
}

Given files(std::vector<std::pair<std::string, std::string>> all) {
  return {std::move(all)};
}

// Base64 has +++ by chance; a root without is made until there is one.
std::string root_without_pluses() {
  auto pem = root_pem();
  while (pem.find("+++") != std::string::npos) pem = root().certificate.pem();
  return pem;
}

// fb ef be on a boundary of three bytes is ++++: one of the three runs is on one, and no line break cuts it to nothing.
std::string root_with_pluses() {
  return root([](ossl::CertificateSpec& spec) {
           spec.extensions.push_back(
               {"1.2.3.4", "", false, bytes("04 1d fbefbefbefbefbefbe 00 fbefbefbefbefbefbe 00 fbefbefbefbefbefbe")});
         })
      .certificate.pem();
}

Given with_mode(unsigned mode) {
  const auto made = server(the_root());
  auto given = files({{"server.pem", made.certificate.pem()}, {"server.key", key_pem(made.key)}});
  given.mode = mode;
  return given;
}

std::string encrypted(const ossl::PrivateKey& key) {
  return must(key.to_encrypted_pem(Secret(std::string_view("a passphrase"))));
}

Given broker(const std::string& lines, const Made& made) {
  return files({{"mosquitto.conf", "listener 8883\ncertfile server.pem\nkeyfile server.key\n" + lines},
                {"server.pem", made.certificate.pem()}});
}

const Made& rsa_server() {
  static const auto one = server(the_root(), {}, rsa_key());
  return one;
}

const Made& ec_server() {
  static const auto one = server(the_root());
  return one;
}

}  // namespace in_file

std::vector<Sample> file_samples() {
  using namespace in_file;  // NOLINT(google-build-using-namespace)
  return {
      {"e_nothing_recognised", good_root, [] { return one("no certificate at all\n"); }},
      {"e_block_unreadable", good_root, [] { return one(root_pem().substr(0, 300)); }},
      {"e_pem_stray_bytes", [] { return one("# our root\n" + root_pem() + "\n \n"); },
       [] { return one(root_pem() + "rest of a longer file\n"); }},
      {"w_pem_text_before", good_root, [] { return one("subject=CN=root\n" + root_pem()); }},
      {"w_pem_form", good_root,
       [] {
         auto pem = root_pem();
         pem.erase(pem.find('\n', 40), 1);  // two lines made one
         return one(std::move(pem));
       }},
      {"e_der_trailing_bytes", [] { return der(the_root()); }, [] { return der(the_root(), "x"); }},
      {"n_file_not_pem", good_root, [] { return der(the_root()); }},
      {"w_file_is_pkcs7", good_root, [] { return one(made_by_openssl(Artefact::pkcs7)); }},
      {"n_archive_not_opened", {}, [] { return one(made_by_openssl(Artefact::pkcs12)); }},
      {"e_plus_plus_plus", [] { return one(root_without_pluses()); }, [] { return one(root_with_pluses()); }},
      {"e_several_certificates",
       [] {
         return files({{"ca/root.pem", root_pem()}});
       },
       [] {
         return files({{"ca/root.pem", root_pem() + the_device_root().certificate.pem()}});
       }},
      {"w_several_anchors", {}, [] { return one(root_pem() + the_device_root().certificate.pem()); }},
      {"w_several_end_entities", [] { return one(server(the_root()).certificate.pem() + root_pem()); },
       [] { return one(server(the_root()).certificate.pem() + server(the_root()).certificate.pem()); }},
      {"e_key_without_certificate",
       [] {
         return files({{"server.pem", ec_server().certificate.pem()}, {"server.key", key_pem(ec_server().key)}});
       },
       [] {
         return files({{"server.pem", ec_server().certificate.pem()}, {"server.key", key_pem(ec_key())}});
       }},
      {"n_key_not_compared",
       [] {
         return files({{"server.key", key_pem(ec_server().key)}});
       },
       [] {
         return files({{"root.key", encrypted(the_root().key)}});
       }},
      {"w_key_readable_by_others", [] { return with_mode(0600); }, [] { return with_mode(0640); }},
      {"e_device_root_is_broker_root",
       [] {
         return files({{"ca/root.pem", root_pem()}, {"ca/device-root.pem", the_device_root().certificate.pem()}});
       },
       [] {
         return files({{"ca/root.pem", root_pem()}, {"broker/certs/client-ca.pem", root_pem()}});
       }},
      {"e_request_invalid", [] { return one(made_by_openssl(Artefact::request)); },
       [] {
         // The signature is the last thing in it.
         auto request = parse(der_of(made_by_openssl(Artefact::request)));
         request.children.at(2).content.back() ^= std::byte{1};
         return one(pem_of(encode(request), "CERTIFICATE REQUEST"));
       }},
      {"e_revocation_list_expired",
       [] {
         auto given = one(made_by_openssl(Artefact::revocation_list));
         given.at = SystemClock().now();
         return given;
       },
       [] {
         auto given = one(made_by_openssl(Artefact::revocation_list));
         given.at = SystemClock().now() + std::chrono::days(31);
         return given;
       }},
      {"e_broker_ciphers", [] { return broker("ciphers ECDHE-RSA-AES128-GCM-SHA256\n", rsa_server()); },
       [] { return broker("ciphers ECDHE-RSA-AES128-GCM-SHA256\n", ec_server()); }},
      {"w_broker_ciphers_unproven", [] { return broker("ciphers ECDHE-ECDSA-AES128-SHA256\n", ec_server()); },
       [] { return broker("ciphers ECDHE-ECDSA-AES128-GCM-SHA256\n", ec_server()); }},
      {"e_broker_tls_version", [] { return broker("tls_version tlsv1.2\n", ec_server()); },
       [] { return broker("tls_version tlsv1.3\n", ec_server()); }},
  };
}

std::vector<Sample> all_samples() {
  std::vector<Sample> all;
  for (const auto& some : {structure_samples(), name_samples(), use_samples(), date_and_key_samples(), chain_samples(),
                           profile_samples(), file_samples()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

}  // namespace epki::lint::test

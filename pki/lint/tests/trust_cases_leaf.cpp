#include "pki/lint/tests/trust_cases.hpp"

namespace epki::lint::test {

namespace in_leaf_cases {

using Spec = ossl::CertificateSpec;
using std::chrono::days;

Given direct(const Change& change, std::optional<ossl::PrivateKey> key = {}) {
  return shown({probe(the_root(), change, std::move(key)).certificate}, the_root().certificate);
}

Given named(std::string_view names, std::string_view host = dialled) {
  auto given = direct([&](Spec& spec) { extension(spec, "subjectAltName").value = names; });
  given.host = std::string(host);
  return given;
}

Given with_key_usage(std::string_view words) {
  return direct([&](Spec& spec) { extension(spec, "keyUsage").value = words; });
}

Given with_purpose(std::string_view words) {
  return direct([&](Spec& spec) { extension(spec, "extendedKeyUsage").value = words; });
}

Given without(std::vector<std::string> names) {
  return direct([&](Spec& spec) {
    for (const auto& name : names) remove(spec, name);
  });
}

Given valid(Instant from, Instant to) {
  return direct([&](Spec& spec) {
    spec.not_before = from;
    spec.not_after = to;
  });
}

Given signed_with(std::string digest) {
  return direct([&](Spec& spec) { spec.digest = std::move(digest); });
}

// ECDSA with MD5 has no name; RSA has.
Given md5() {
  const auto above = root({}, rsa_key());
  return shown({probe(above, [](Spec& spec) { spec.digest = "MD5"; }).certificate}, above.certificate);
}

Given rsa_1024() {
  const auto leaf = probe(the_root());
  const auto pem = edited(leaf.certificate, [](Node& c) {
    Bytes modulus(129, std::byte{0xa5});
    modulus.front() = std::byte{0};
    auto key = encode(sequence({primitive(0x02, modulus), primitive(0x02, bytes("010001"))}));
    key.insert(key.begin(), std::byte{0});
    spki(c) = sequence({sequence({primitive(0x06, bytes("2a864886f70d010101")), primitive(0x05, {})}),
                        primitive(0x03, std::move(key))});
  });
  return {{{"chain.pem", pem}}, std::string(dialled)};
}

}  // namespace in_leaf_cases

std::vector<TrustCase> leaf_cases() {
  using namespace in_leaf_cases;  // NOLINT(google-build-using-namespace)
  using enum Answer;
  return {
      {"ok_direct", accepts, [] { return direct({}); }},
      {"unknown_direct", cannot_be_seen, [] { return shown({probe(root()).certificate}, the_root().certificate); }},
      {"expired", refuses, [] { return valid(now - days(400), now - days(30)); }},
      {"notyet", refuses, [] { return valid(now + days(3), now + days(30)); }},
      {"wronghost", refuses, [] { return named("DNS:other.test"); }},
      {"san_wrong_cn_right", refuses, [] { return named("DNS:other.test"); }},
      {"cn_only", accepts, [] { return without({"subjectAltName"}); }},
      {"wildcard", accepts, [] { return named("DNS:*.test"); }},
      {"wildcard2", accepts, [] { return named("DNS:*.probe.test", "a.probe.test"); }},
      {"san_upper", accepts, [] { return named("DNS:PROBE.TEST"); }},
      {"san_ip", refuses, [] { return named("IP:127.0.0.1", "127.0.0.1"); }},
      {"san_dns_ip", accepts, [] { return named("DNS:127.0.0.1", "127.0.0.1"); }},
      {"emptysubj", accepts,
       [] {
         return direct([](Spec& spec) {
           spec.subject.clear();
           extension(spec, "subjectAltName").critical = true;
         });
       }},
      {"eku_client", refuses, [] { return with_purpose("clientAuth"); }},
      {"eku_any", accepts, [] { return with_purpose("anyExtendedKeyUsage"); }},
      {"eku_none", accepts, [] { return without({"extendedKeyUsage"}); }},
      {"ku_nodsig", refuses, [] { return with_key_usage("keyEncipherment"); }},
      {"ku_certsign_only", refuses, [] { return with_key_usage("keyCertSign"); }},
      {"leaf_is_ca", accepts,
       [] {
         return direct([](Spec& spec) {
           extension(spec, "basicConstraints").value = "CA:TRUE";
           extension(spec, "keyUsage").value = "digitalSignature,keyCertSign";
         });
       }},
      {"leaf_nobc", accepts, [] { return without({"basicConstraints"}); }},
      {"sha1", refuses, [] { return signed_with("SHA1"); }},
      {"md5", refuses, md5},
      {"sha512", accepts, [] { return signed_with("SHA512"); }},
      {"crit_unknown", refuses,
       [] { return direct([](Spec& spec) {
              spec.extensions.push_back({"1.2.3.4", "", true, bytes("05 00")});
            }); }},
      {"dup_san", refuses,
       [] { return direct([](Spec& spec) { spec.extensions.push_back(extension(spec, "subjectAltName")); }); }},
      {"v1leaf", accepts,
       [] {
         return direct([](Spec& spec) {
           spec.version = 1;
           spec.extensions.clear();
         });
       }},
      {"aki_bad", accepts,
       [] {
         const auto wrong = encode(sequence({primitive(0x80, bytes("0102030405060708090a0b0c0d0e0f1011121314"))}));
         const auto leaf =
             probe(the_root(), [&](Spec& spec) { extension(spec, "authorityKeyIdentifier").der = wrong; });
         // As one file: across files a key identifier that differs says that the issuer is another.
         return Given{{{"chain.pem", leaf.certificate.pem() + the_root().certificate.pem()}}, std::string(dialled)};
       }},
      {"noski", accepts,
       [] {
         return without({"subjectKeyIdentifier", "authorityKeyIdentifier"});
       }},
      {"na2060", accepts, [] { return valid(now - days(1), now + days(12500)); }},
      {"leafkey_rsa1024", refuses, rsa_1024},
      {"leafkey_rsa2048", accepts, [] { return direct({}, rsa_key()); }},
      {"leafkey_ed25519", refuses, [] { return direct({}, ed25519_key()); }},
      {"badsig", refuses,
       [] {
         const Made forger{the_root().certificate, ec_key()};
         return shown({probe(forger).certificate}, the_root().certificate);
       }},
      {"selfsigned_leaf", cannot_be_seen,
       [] {
         const auto own = ec_key();
         return shown({must(ossl::build(
                          [] {
                            Spec spec;
                            spec.subject = {{"CN", std::string(dialled)}};
                            spec.serial = Bytes(16, std::byte{0x41});
                            spec.not_before = now - days(1);
                            spec.not_after = now + days(365);
                            spec.extensions = {{"basicConstraints", "CA:FALSE", true},
                                               {"keyUsage", "digitalSignature", true},
                                               {"extendedKeyUsage", "serverAuth"},
                                               {"subjectKeyIdentifier", "hash"},
                                               {"subjectAltName", "DNS:" + std::string(dialled)}};
                            return spec;
                          }(),
                          own, {std::nullopt, own}))},
                      the_root().certificate);
       }},
  };
}

}  // namespace epki::lint::test

#pragma once
// A chain as a public CA gives it out, for a run whose modem and whose time are made up.

#include <chrono>
#include <string>

#include "core/clock.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"

namespace epki::trial::testing {

/// When the run takes place.
inline const Instant noon = *parse_rfc3339("2026-11-22T15:46:00Z");

struct Entity {
  ossl::Certificate certificate;
  ossl::PrivateKey key;
};

inline Entity make_entity(const std::string& name, std::byte serial, const Entity* above, bool ca) {
  auto key = ossl::PrivateKey::generate(ossl::KeyType::ec_p256);
  ossl::CertificateSpec spec{.subject = {{"CN", name}},
                             .serial = {serial},
                             .not_before = noon - std::chrono::hours(24 * 30),
                             .not_after = noon + std::chrono::hours(24 * 60),
                             .extensions = {{"basicConstraints", ca ? "CA:TRUE" : "CA:FALSE", true},
                                            {"keyUsage", ca ? "keyCertSign,cRLSign" : "digitalSignature", true},
                                            {"subjectKeyIdentifier", "hash"}}};
  if (!ca) {
    spec.extensions.push_back({"extendedKeyUsage", "serverAuth"});
    spec.extensions.push_back({"subjectAltName", "DNS:" + name});
  }
  if (above != nullptr) spec.extensions.push_back({"authorityKeyIdentifier", "keyid"});
  auto made = ossl::build(
      spec, *key, above != nullptr ? ossl::Issuer{above->certificate, above->key} : ossl::Issuer{std::nullopt, *key});
  return {*made, *key};
}

/// A public-looking chain: root, intermediate, leaf for www.public.test.
inline const ossl::Chain& public_chain() {
  static const ossl::Chain chain = [] {
    const auto root = make_entity("Public Root", std::byte{1}, nullptr, true);
    const auto issuing = make_entity("Public Issuing", std::byte{2}, &root, true);
    const auto leaf = make_entity("www.public.test", std::byte{3}, &issuing, false);
    return ossl::Chain{leaf.certificate, issuing.certificate, root.certificate};
  }();
  return chain;
}

}  // namespace epki::trial::testing

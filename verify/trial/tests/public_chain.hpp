#pragma once
// A chain as a public CA gives it out, for a run whose modem is made up.

#include <chrono>
#include <string>

#include "core/clock.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"

namespace epki::trial::testing {

/// When a run takes place whose time is made up too.
inline const Instant noon = *parse_rfc3339("2026-11-22T15:46:00Z");

struct Entity {
  ossl::Certificate certificate;
  ossl::PrivateKey key;
};

inline Entity make_entity(const std::string& name, std::byte serial, const Entity* above, bool ca, Instant now = noon) {
  auto key = ossl::PrivateKey::generate(ossl::KeyType::ec_p256);
  ossl::CertificateSpec spec{.subject = {{"CN", name}},
                             .serial = {serial},
                             .not_before = now - std::chrono::hours(24 * 30),
                             .not_after = now + std::chrono::hours(24 * 60),
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

/// A public-looking chain: leaf for www.public.test, intermediate, root.
inline ossl::Chain public_chain_at(Instant now) {
  const auto root = make_entity("Public Root", std::byte{1}, nullptr, true, now);
  const auto issuing = make_entity("Public Issuing", std::byte{2}, &root, true, now);
  const auto leaf = make_entity("www.public.test", std::byte{3}, &issuing, false, now);
  return {leaf.certificate, issuing.certificate, root.certificate};
}

/// Always the same one, at noon.
inline const ossl::Chain& public_chain() {
  static const ossl::Chain chain = public_chain_at(noon);
  return chain;
}

}  // namespace epki::trial::testing

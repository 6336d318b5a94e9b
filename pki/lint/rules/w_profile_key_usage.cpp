#include <array>
#include <utility>

#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

constexpr std::array<std::pair<std::string_view, ossl::Usage>, 9> bits = {{
    {"digitalSignature", ossl::Usage::digital_signature},
    {"nonRepudiation", ossl::Usage::non_repudiation},
    {"keyEncipherment", ossl::Usage::key_encipherment},
    {"dataEncipherment", ossl::Usage::data_encipherment},
    {"keyAgreement", ossl::Usage::key_agreement},
    {"keyCertSign", ossl::Usage::key_cert_sign},
    {"cRLSign", ossl::Usage::crl_sign},
    {"encipherOnly", ossl::Usage::encipher_only},
    {"decipherOnly", ossl::Usage::decipher_only},
}};

std::string missing_usage(const SeenCertificate& c) {
  const auto& wanted =
      c.facts.key.kind == ossl::KeyFacts::Kind::rsa ? c.profile()->key_usage_rsa : c.profile()->key_usage_ec;
  for (const auto& word : wanted)
    for (const auto& [name, bit] : bits)
      if (name == word && !c.facts.has_usage(bit)) return word;
  return {};
}

}  // namespace

const CertificateRule w_profile_key_usage{
    .name = "w_profile_key_usage",
    .rule = "keyUsage holds what the profile says.",
    .citation = "the profile, key_usage",
    .applies = [](const SeenCertificate& c) { return c.is_described() && c.is_ca() == c.profile()->ca; },
    .holds = [](const SeenCertificate& c) { return missing_usage(c).empty(); },
    .found =
        [](const SeenCertificate& c) {
          return "keyUsage lacks " + missing_usage(c) + ", which profile " + c.profile()->name + " asks for";
        },
};

}  // namespace epki::lint

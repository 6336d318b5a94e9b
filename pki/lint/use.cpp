#include "pki/lint/use.hpp"

#include <algorithm>

namespace epki::lint {

namespace {

bool says(const ossl::CertificateFacts& facts, std::string_view purpose) {
  const auto& all = facts.extended_key_usage;
  return all && std::find(all->begin(), all->end(), purpose) != all->end();
}

// Before version 3 nothing says what a certificate is for; a bare self-signed one is a root by custom.
bool is_bare_root(const ossl::CertificateFacts& facts) {
  return facts.self_issued() && !facts.basic_constraints && !facts.alternative_names && !facts.extended_key_usage;
}

}  // namespace

Use use_of(const ossl::CertificateFacts& facts, bool issues) {
  const bool ca = issues || facts.is_ca() || facts.has_usage(ossl::Usage::key_cert_sign) || is_bare_root(facts) ||
                  (facts.self_issued() && facts.basic_constraints && !facts.alternative_names);
  if (ca) return facts.self_issued() ? Use::root : Use::issuing;
  if (says(facts, "clientAuth") && !says(facts, "serverAuth") && !says(facts, "anyExtendedKeyUsage"))
    return Use::client;
  return Use::server;
}

}  // namespace epki::lint

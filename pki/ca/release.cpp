#include "pki/ca/release.hpp"

#include "pki/lint/gate.hpp"

namespace epki::ca {

Status refuse_what_lint_refuses(const ossl::Certificate& certificate, const profile::Profile& profile,
                                const ossl::Chain& issuers, Instant now, std::optional<std::string> host) {
  return lint::refuse_errors(lint::check_to_be_issued(certificate, {issuers, profile, now, std::move(host)}),
                             certificate.subject());
}

}  // namespace epki::ca

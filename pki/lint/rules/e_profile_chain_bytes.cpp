#include "pki/lint/chain.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_profile_chain_bytes{
    .name = "e_profile_chain_bytes",
    .rule = "A served chain is not larger than the profile accepts.",
    .citation = "the profile, accept.chain_bytes",
    .applies =
        [](const SeenCertificate& c) {
          return c.index == 0 && in_chain(c) && c.profile() != nullptr && c.profile()->accept.chain_bytes;
        },
    .holds =
        [](const SeenCertificate& c) {
          return static_cast<std::int64_t>(chain_bytes(c)) <= *c.profile()->accept.chain_bytes;
        },
    .found =
        [](const SeenCertificate& c) {
          return "the chain has " + std::to_string(chain_bytes(c)) + " bytes, profile " + c.profile()->name +
                 " accepts " + std::to_string(*c.profile()->accept.chain_bytes);
        },
};

}  // namespace epki::lint

#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_name_constraints_critical{
    .name = "e_name_constraints_critical",
    .rule = "There are no critical name constraints.",
    .citation =
        "measured: mbedTLS 2.28 does not parse them; in a root the upload is not taken (48), in an issuing CA the "
        "chain is refused (42)",
    .applies = [](const SeenCertificate& c) { return c.facts.extension("nameConstraints") != nullptr; },
    .holds = [](const SeenCertificate& c) { return !c.facts.extension("nameConstraints")->critical; },
    .found =
        [](const SeenCertificate& c) {
          return std::string(
              c.use == Use::root
                  ? "critical name constraints in a root: the modem does not take the upload, and trusts nothing below "
                    "it"
                  : "critical name constraints: the modem refuses every chain with this certificate in it");
        },
};

}  // namespace epki::lint

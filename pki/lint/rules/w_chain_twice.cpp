#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_chain_twice{
    .name = "w_chain_twice",
    .rule = "No certificate comes twice in a file.",
    .citation = "RFC 5246, 7.4.2",
    .applies = [](const SeenCertificate& c) { return c.index > 0; },
    .holds = [](const SeenCertificate& c) { return !c.is_copy; },
    .found = [](const SeenCertificate&) { return std::string("the same certificate stands earlier in the file"); },
};

}  // namespace epki::lint

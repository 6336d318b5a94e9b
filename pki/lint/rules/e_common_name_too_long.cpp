#include <algorithm>

#include "pki/lint/host.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

const std::string* too_long(const SeenCertificate& c) {
  for (const auto& name : c.facts.common_names) {
    const auto characters =
        std::count_if(name.begin(), name.end(), [](char b) { return (static_cast<unsigned char>(b) & 0xc0U) != 0x80; });
    if (characters > 64) return &name;
  }
  return nullptr;
}

}  // namespace

const CertificateRule e_common_name_too_long{
    .name = "e_common_name_too_long",
    .rule = "A CN has at most 64 characters.",
    .citation = "RFC 5280, appendix A.1 (ub-common-name)",
    .applies = [](const SeenCertificate& c) { return !c.facts.common_names.empty(); },
    .holds = [](const SeenCertificate& c) { return too_long(c) == nullptr; },
    .found =
        [](const SeenCertificate& c) { return "the CN " + in_quotes(*too_long(c)) + " is longer than 64 characters"; },
};

}  // namespace epki::lint

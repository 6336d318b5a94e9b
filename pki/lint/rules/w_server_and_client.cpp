#include <algorithm>

#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

bool both(const SeenCertificate& c) {
  const auto& all = *c.facts.extended_key_usage;
  return std::find(all.begin(), all.end(), "clientAuth") != all.end() &&
         std::find(all.begin(), all.end(), "serverAuth") != all.end();
}

}  // namespace

const CertificateRule w_server_and_client{
    .name = "w_server_and_client",
    .rule = "A certificate is for servers or for clients, not for both.",
    .citation = "CWE-295; the threat model, stolen device keys",
    .applies = [](const SeenCertificate& c) { return !c.is_ca() && c.facts.extended_key_usage.has_value(); },
    .holds = [](const SeenCertificate& c) { return !both(c); },
    .found =
        [](const SeenCertificate&) {
          return std::string(
              "extendedKeyUsage holds serverAuth and clientAuth: whoever takes this key out of a device can play the "
              "broker");
        },
};

}  // namespace epki::lint

#pragma once
// Which certificates a modem of this policy trusts in this context.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/net/network.hpp"
#include "sim/net/tls_handles.hpp"

namespace epki::sim {

/// Adds what can be parsed of a PEM bundle or one DER certificate. Nothing: at least one was added. Otherwise what is
/// wrong, in words for the log.
std::optional<std::string> add_certificates(Certificates& into, std::string_view file);

/// Fills `into` (empty so far) with the anchors of the policy. Fails, in words for the log, when a CA file is bound in
/// which nothing parses: the modem loads what is bound before it opens a socket, whatever it then trusts.
std::optional<std::string> load_anchors(Certificates& into, const TlsSettings& settings, const TrustPolicy& policy,
                                        const std::vector<std::string>& built_in_pem);

}  // namespace epki::sim

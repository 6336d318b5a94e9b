#pragma once
// For this room's own files: names as this modem's TLS library compares them.

#include <string>
#include <string_view>

#include "pki/ossl/certificate_facts.hpp"

namespace epki::lint {

/// mbedTLS 2.28: without regard to case; `*.` stands for one label, whatever is behind it. An address is text like any.
bool name_matches(std::string_view pattern, std::string_view host);

/// Whether a modem that dials `host` takes this certificate for it: a dNSName matches, or where there is no
/// subjectAltName at all, a CN. iPAddress entries are not looked at (AT reference, 2; trust probing, san_ip).
bool certificate_matches(const ossl::CertificateFacts& facts, std::string_view host);

bool is_address(std::string_view text);  ///< IPv4 or IPv6

/// A dNSName as a public or private CA may write it: LDH labels, "*." in front at most, or an address as text.
bool is_dns_name(std::string_view text);

/// A text for people, in quotes: what is not printable ASCII is escaped, and the end of a long one cut.
std::string in_quotes(std::string_view text);

}  // namespace epki::lint

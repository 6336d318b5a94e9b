#pragma once
// What may stand in a value of the project file. Each function says why not; an empty text means it may.

#include <string>
#include <string_view>

namespace epki::config {

/// An IPv4 or IPv6 literal.
bool is_address(std::string_view text);

/// A host name as it travels in DNS (RFC 1123, section 2.1), or an address literal. No wildcard: the modem dials it.
std::string why_no_host(std::string_view text);

/// A text that goes into the subject of a certificate. 48 characters leave room for the words set beside it: a common
/// name ends at 64 (RFC 5280, appendix A.1).
std::string why_no_subject(std::string_view text);

/// A text that goes between quotes into an AT command: printable ASCII, no quote, no backslash.
std::string why_no_at_text(std::string_view text);

/// The topic of the self-test: under ec200u/, where the broker's access list lets the modem write.
std::string why_no_topic(std::string_view text);

/// Where something listens: an address or a host name, a colon, and a port from 0 to 65535, as parse_listen() reads it.
std::string why_no_endpoint(std::string_view text);

/// A text without control characters, in UTF-8: a path, or a port.
std::string why_no_line(std::string_view text);

}  // namespace epki::config

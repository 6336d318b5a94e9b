#pragma once
// Which requests the page answers: pure functions, so that each can be tested without a server.

#include <string>
#include <string_view>
#include <vector>

namespace epki::station {

/// The host of a Host header, without the port: "127.0.0.1:8080" -> "127.0.0.1", "[::1]:8080" -> "::1".
std::string host_of(std::string_view header);

/// Whether a request may come under this Host header: an address we serve, localhost, or a name that was allowed.
bool host_allowed(std::string_view header, std::string_view address, const std::vector<std::string>& names);

/// Whether a request that changes something may come from this Origin: our own page, as the Host header calls it.
/// Browsers send it with every POST (Fetch standard, "Origin header"); a request without it comes from no page.
bool origin_allowed(std::string_view origin, std::string_view host_header, bool tls);

/// The value of a cookie in a Cookie header (RFC 6265, 4.2); empty when it is not there.
std::string cookie(std::string_view header, std::string_view name);

/// In the same time for every wrong text of the same length: a token is not to be guessed letter by letter.
bool same_secret(std::string_view a, std::string_view b);

/// 127.0.0.0/8, ::1 or "localhost".
bool is_loopback(std::string_view address);

}  // namespace epki::station

#pragma once
// What a TLS server presents, taken without judging it.

#include <cstdint>
#include <string>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/descriptor.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"

namespace epki::ossl {

/// Which kind of key the server's own certificate may have: many servers hold one of each and choose by what the client
/// offers.
enum class LeafKeyKind : std::uint8_t { any, rsa, ecdsa };

struct FetchOptions {
  std::string server_name{};  ///< SNI (RFC 6066, 3); empty or an address: none is sent
  LeafKeyKind leaf = LeafKeyKind::any;
};

/// Does a TLS 1.2 handshake on a connected socket (what the modem speaks) and returns the Certificate message's chain,
/// in the order and with all the certificates the server sent. The handshake may fail afterwards: a server that wants a
/// client certificate has shown its own by then. Errc::network says how far it came; Errc::interrupted on cancel.
/// Blocks until `by` at most.
Result<Chain> fetch_chain(Descriptor socket, const FetchOptions& options, Deadline by, const Cancel& cancel);

}  // namespace epki::ossl

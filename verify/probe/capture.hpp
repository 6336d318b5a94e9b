#pragma once
// Taking the chain that a live public server presents, for --replay and --census.

#include <string>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/connect.hpp"
#include "core/result.hpp"
#include "pki/ossl/chain_fetch.hpp"
#include "pki/ossl/trust_store.hpp"
#include "verify/probe/cases.hpp"

namespace epki::probe {

struct Captured {
  Genuine genuine;         ///< `file` is empty
  std::string pem{};       ///< leaf, intermediates, root: what read_genuine() reads
  bool names_host = true;  ///< the leaf carries the name that was dialled
};

/// "valid.example.com:443", or a line as root programs publish them: "https://valid.example.com/". Without a port: 443.
Result<HostPort> parse_target(std::string_view text);

/// Connects, takes the chain, and completes it to a root of `store`. Errc::network when the server cannot be reached or
/// shakes no hands, Errc::input when its chain leads to no root or cannot be replayed.
Result<Captured> capture(const HostPort& target, ossl::LeafKeyKind leaf, const ossl::TrustStore& store, Deadline by,
                         const Cancel& cancel);

/// Whether one of the certificate's names covers the host (RFC 6125, 6.4): a wildcard stands for one whole label.
bool names_host(const ossl::Certificate& leaf, std::string_view host);

}  // namespace epki::probe

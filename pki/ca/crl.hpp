#pragma once
// Revocation lists from the ledger. A list must never be what locks a fleet out: its next update lies ahead, its number
// only grows, and one that could not be judged by a verifier is not signed.

#include <chrono>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ossl/crl.hpp"

namespace epki::ca {

/// How the ledger names an issuer: SHA-256 of its DER name, hex.
std::string issuer_id(const ossl::Certificate& issuer);

/// Whether lists may be signed at all: not while questions of a restore are open, because what a list published before
/// it revoked would be good again. Errc::ledger.
Status check_settled(ledger::Ledger& ledger);

/// Everything the ledger holds as revoked under this CA, signed, and recorded before it is returned. thisUpdate lies an
/// hour back, so that a broker whose clock is a little behind does not refuse it as not yet valid; nextUpdate lies
/// `validity` ahead. Blocks for about 10 microseconds an entry. Errc::input when the CA cannot sign lists (no cRLSign),
/// has expired, or when this machine's clock is behind the last list: a verifier may then hold on to that one, whatever
/// the number is. `last_was_ahead`: somebody vouches that the last list was signed by a clock that was wrong; else no
/// list could follow it until that time comes, and a broker refuses every client meanwhile. Errc::key when key and
/// certificate do not belong together.
Result<ossl::Crl> publish_crl(const Identity& issuer, std::chrono::days validity, ledger::Ledger& ledger,
                              const Clock& clock, bool last_was_ahead = false);

/// Why the published list must be signed again, one sentence; empty when it need not. Lists the ledger does not know of
/// (nothing revoked, nothing published) need not.
Result<std::string> why_crl_is_due(const ossl::Certificate& issuer, std::chrono::days within, ledger::Ledger& ledger,
                                   const Clock& clock);

}  // namespace epki::ca

#include "pki/ossl/chain_fetch.hpp"

#include "pki/ossl/tls_client.hpp"

namespace epki::ossl {

namespace {

// Level 0: old servers are of interest, too.
const char* suites_for(LeafKeyKind kind) {
  switch (kind) {
    case LeafKeyKind::any: return "ALL:!aNULL:!PSK:!SRP:@SECLEVEL=0";
    case LeafKeyKind::rsa: return "aRSA:!PSK:!SRP:@SECLEVEL=0";
    case LeafKeyKind::ecdsa: return "aECDSA:!PSK:!SRP:@SECLEVEL=0";
  }
  return "";
}

}  // namespace

Result<Chain> fetch_chain(Descriptor socket, const FetchOptions& options, Deadline by, const Cancel& cancel) {
  auto client = TlsClient::make(
      socket.release(),
      {.trusted = {}, .host = options.server_name, .only_tls12 = true, .ciphers = suites_for(options.leaf)});
  if (!client) return std::move(client).error();
  auto shaken = client->handshake(by, cancel);
  if (!shaken && shaken.error().code == Errc::interrupted) return std::move(shaken).error();
  auto chain = client->peer_chain();
  if (!chain.empty()) return chain;
  if (shaken) return Error{Errc::network, "the server presented no certificate", {}};
  auto error = std::move(shaken).error();
  if (error.hint.empty())
    error.hint = "the server may speak TLS 1.3 only, or hold no key of the kind that was asked for";
  return error;
}

}  // namespace epki::ossl

#pragma once
// A certificate request (PKCS#10, RFC 2986) as a value. Reading one checks the proof of possession; what of it may go
// into a certificate is not this room's question (pki/ca/csr.hpp).

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "pki/ossl/certificate_facts.hpp"
#include "pki/ossl/public_key.hpp"

namespace epki::ossl {

struct Request {
  PublicKey key;
  std::string subject;  ///< RFC 4514
  std::vector<std::string> common_names;
  std::vector<std::string> other_attributes;  ///< of the subject, by OpenSSL's short name or OID: "O", "emailAddress"
  std::vector<AlternativeName> alternative_names;
  std::vector<std::string> extensions;  ///< all that it asks for, by short name or OID
  std::vector<std::string> attributes;  ///< of the request, other than the extensions: "challengePassword"
  std::string digest;                   ///< of its signature
};

/// Exactly one request, PEM or DER. Errc::input when the bytes hold none, more than one, or do not parse, when an
/// extension cannot be read or comes twice, and when the signature does not verify with the key inside: whoever sent it
/// does not hold that key (RFC 2986, 3, note 2), or it was altered on the way.
Result<Request> read_request(std::string_view bytes);

/// The same of the DER alone. For lint, which has found the block itself.
Result<Request> read_request_der(std::span<const std::byte> der);

}  // namespace epki::ossl

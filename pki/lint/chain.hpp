#pragma once
// For this room's own files: questions about a certificate's place among others.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "pki/lint/seen.hpp"
#include "pki/ossl/name_constraints.hpp"

namespace epki::lint {

inline bool in_chain(const SeenCertificate& c) {
  return c.document->is_chain;
}
/// Bytes of the Certificate message with the file's certificates (RFC 5246, 7.4.2: three octets of length each).
std::size_t chain_bytes(const SeenCertificate& c);
/// CA certificates between this one and the root, as far as they were given; a root is not counted.
std::int64_t intermediates_above(const SeenCertificate& c);
/// The first CA of the path whose pathLenConstraint is less than the CAs below it (RFC 5280, 4.2.1.9: self-issued ones
/// do not count), or null.
const SeenCertificate* exceeded(const SeenCertificate& c);
/// Whether a CA above this one has name constraints that hold for it (RFC 5280, 6.1.3: not for a CA that is
/// self-issued, as between an old and a new root).
bool is_constrained(const SeenCertificate& c);
/// The first of those CAs that does not let it have one of its names.
struct OutsideConstraints {
  const SeenCertificate* ca = nullptr;
  ossl::NameOutside name{};
};
std::optional<OutsideConstraints> outside_constraints(const SeenCertificate& c);
/// The CA certificate of the file whose subject is its issuer but for case, spaces or string type.
std::optional<std::size_t> look_alike(const SeenCertificate& c);

}  // namespace epki::lint

#pragma once
// For this room's own files: the parts of certificate_facts.cpp that look into extensions.

#include <cstddef>
#include <span>
#include <string>

#include "pki/ossl/certificate_facts.hpp"
#include "pki/ossl/handles.hpp"

namespace epki::ossl {

std::string oid_text(const ASN1_OBJECT* type);  ///< dotted
/// The content octets of the serial number as encoded, which OpenSSL no longer knows; 0 when it is not found.
std::size_t serial_octets(std::span<const std::byte> certificate_der);
/// False when it does not parse to its last byte. The first of a type is kept.
bool read_extension(CertificateFacts& into, X509_EXTENSION* extension);
void read_extensions(CertificateFacts& into, const X509* certificate);

}  // namespace epki::ossl

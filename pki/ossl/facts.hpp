#pragma once
// For this room's own files: what certificate.cpp reads out of OpenSSL's structures, as plain values.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "pki/ossl/handles.hpp"

namespace epki::ossl {

std::string name_text(const X509_NAME* name);  ///< RFC 4514; #hex of the DER when it cannot be shown as text
std::vector<std::byte> name_der(const X509_NAME* name);
std::string last_common_name(const X509_NAME* name);
std::string serial_text(const ASN1_INTEGER* serial);       ///< "-" in front of a negative one
std::optional<Instant> instant_of(const ASN1_TIME* time);  ///< nothing when it is no date
std::string signature_digest(const X509* certificate);     ///< "" when the algorithm names none
bool has_ca_true(const X509* certificate);                 ///< false also when the extension does not parse

struct AlternativeNames {
  std::vector<std::string> dns, ips;
};
AlternativeNames alternative_names(const X509* certificate);  ///< empty also when the extension does not parse

}  // namespace epki::ossl

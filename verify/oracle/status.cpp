#include "verify/oracle/status.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace epki::oracle {

namespace {

// By number, not by enumerator: Botan 2 and 3 share the numbers but not every name.
constexpr std::pair<int, std::string_view> names[] = {
    {500, "CERT_SERIAL_NEGATIVE"},
    {501, "DN_TOO_LONG"},
    {502, "OCSP_NO_REVOCATION_URL"},
    {503, "OCSP_SERVER_NOT_AVAILABLE"},
    {504, "TRUSTED_CERT_HAS_EXPIRED"},
    {505, "TRUSTED_CERT_NOT_YET_VALID"},
    {1000, "SIGNATURE_METHOD_TOO_WEAK"},
    {1001, "UNTRUSTED_HASH"},
    {1002, "NO_REVOCATION_DATA"},
    {1003, "NO_MATCHING_CRLDP"},
    {1004, "OCSP_ISSUER_NOT_TRUSTED"},
    {2000, "CERT_NOT_YET_VALID"},
    {2001, "CERT_HAS_EXPIRED"},
    {2002, "OCSP_NOT_YET_VALID"},
    {2003, "OCSP_HAS_EXPIRED"},
    {2004, "CRL_NOT_YET_VALID"},
    {2005, "CRL_HAS_EXPIRED"},
    {2006, "OCSP_IS_TOO_OLD"},
    {3000, "CERT_ISSUER_NOT_FOUND"},
    {3001, "CANNOT_ESTABLISH_TRUST"},
    {3002, "CERT_CHAIN_LOOP"},
    {3003, "CHAIN_LACKS_TRUST_ROOT"},
    {3004, "CHAIN_NAME_MISMATCH"},
    {4000, "POLICY_ERROR"},
    {4001, "INVALID_USAGE"},
    {4002, "CERT_CHAIN_TOO_LONG"},
    {4003, "CA_CERT_NOT_FOR_CERT_ISSUER"},
    {4004, "NAME_CONSTRAINT_ERROR"},
    {4005, "CA_CERT_NOT_FOR_CRL_ISSUER"},
    {4006, "OCSP_CERT_NOT_LISTED"},
    {4007, "OCSP_BAD_STATUS"},
    {4008, "CERT_NAME_NOMATCH"},
    {4009, "UNKNOWN_CRITICAL_EXTENSION"},
    {4010, "DUPLICATE_CERT_EXTENSION"},
    {4501, "OCSP_SIGNATURE_ERROR"},
    {4502, "OCSP_ISSUER_NOT_FOUND"},
    {4503, "OCSP_RESPONSE_MISSING_KEYUSAGE"},
    {4504, "OCSP_RESPONSE_INVALID"},
    {4505, "EXT_IN_V1_V2_CERT"},
    {4506, "DUPLICATE_CERT_POLICY"},
    {4507, "V2_IDENTIFIERS_IN_V1_CERT"},
    {5000, "CERT_IS_REVOKED"},
    {5001, "CRL_BAD_SIGNATURE"},
    {5002, "SIGNATURE_ERROR"},
    {5003, "CERT_PUBKEY_INVALID"},
    {5004, "SIGNATURE_ALGO_UNKNOWN"},
    {5005, "SIGNATURE_ALGO_BAD_PARAMS"},
};

}  // namespace

std::string status_name(int code) {
  const auto* const found = std::find_if(std::begin(names), std::end(names), [&](auto& n) { return n.first == code; });
  return found != std::end(names) ? std::string(found->second) : std::to_string(code);
}

}  // namespace epki::oracle

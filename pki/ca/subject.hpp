#pragma once
// For this room's own files: what goes into a subject and a subjectAltName, checked.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ossl/builder.hpp"

namespace epki::ca {

struct ServerSubject {
  ossl::Name name;                ///< the CN, or nothing at all when no CN fits
  std::string alternative_names;  ///< OpenSSL's syntax: "DNS:a,DNS:10.0.0.1,IP:10.0.0.1"
};

/// The rules are those of mint_root and mint_server. `role` ends the CN: " root", " device root", " issuing" …
Result<ossl::Name> ca_subject(std::string_view name, std::string_view role);
/// " issuing", " device issuing", with a label " device issuing line-2".
std::string issuing_role(Purpose purpose, std::string_view label);
Result<ossl::Name> client_subject(std::string_view name);
Result<ServerSubject> server_subject(const ServerNames& names);

}  // namespace epki::ca

#pragma once
// What a cipher list in OpenSSL's syntax stands for, as a broker of this OpenSSL would understand it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace epki::ossl {

struct CipherSuite {
  std::uint16_t number = 0;  ///< IANA's, e.g. 0xC030
  std::string name;          ///< OpenSSL's, e.g. "ECDHE-RSA-AES256-GCM-SHA384"
  bool rsa = false;          ///< the server authenticates with an RSA key; else with an EC key, or not by certificate
  bool ecdsa = false;
};

/// The suites for TLS 1.2 and below that the text selects, strongest first; empty text: OpenSSL's default. TLS 1.3
/// suites are not among them: no `ciphers` line chooses them. Errc::input when the list selects nothing at all.
Result<std::vector<CipherSuite>> expand_cipher_list(std::string_view text);

}  // namespace epki::ossl

#pragma once
// Things that only the openssl command line makes: what is read here must be what others write.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace epki::lint::test {

enum class Artefact : std::uint8_t {
  pkcs7,            ///< PEM, two certificates
  pkcs12,           ///< DER, encrypted
  request,          ///< PEM, CN=device-7 and more than a device may ask for
  revocation_list,  ///< PEM, due again in 30 days from the real now
};

/// Made once for each process, in a folder that is removed at once.
const std::string& made_by_openssl(Artefact artefact);

/// The bytes within the first PEM block.
std::vector<std::byte> der_of(std::string_view pem);

}  // namespace epki::lint::test

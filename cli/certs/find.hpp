#pragma once
// Which certificates a word on the command line means: a serial, a name, an IMEI, a SHA-256, or a file.

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "ledger/certificates.hpp"
#include "pki/ossl/certificate.hpp"

namespace epki::cli {

/// Newest first. A word that holds a slash, or that names a file which exists, is read as a certificate file (PEM, the
/// first certificate in it, or DER) and found by its issuer and serial; so is the name of a CA's file in ca/,
/// "issuing-device", where nothing else is called that. Twins are passed over: they were never handed
/// out. Errc::input when the ledger knows nothing of the kind; the sentence says what was looked for.
Result<std::vector<ledger::CertificateRecord>> find_certificates(const std::string& word, ledger::Ledger& ledger);

/// The certificate in a file: PEM (the first of several) or DER.
Result<ossl::Certificate> certificate_in(const std::filesystem::path& file);

/// "861234567890123, serial 12ab…, valid until 2036-11-24".
std::string described(const ledger::CertificateRecord& record);

}  // namespace epki::cli

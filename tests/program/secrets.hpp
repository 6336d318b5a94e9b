#pragma once
// Where keys and passphrases may not be.

#include <filesystem>
#include <string>
#include <vector>

namespace epki::test {

/// Looks through all files below `folder`, and through `printed`, for what is secret there: the passphrase in the file
/// `passphrase`, and every private key, those of the CA decrypted with it. A key may stand in the file that was made
/// for it and nowhere else, in no form: PEM, DER, hexadecimal. A CA's key must be encrypted unless it lies below
/// `mutual` (made with --no-passphrase), and no key readable by others. Empty when nothing is wrong.
std::vector<std::string> secret_faults(const std::filesystem::path& folder, const std::vector<std::string>& printed);

}  // namespace epki::test

#include "tests/program/secrets.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "core/child.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::test {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view private_key = "PRIVATE KEY-----";

// Files that are there to hold a key: of a CA, of a server, of a device that was issued, of the line's page; and what
// lies on a simulated modem.
bool may_hold_a_key(const fs::path& relative) {
  const auto name = relative.string();
  return name.ends_with(".key") || name.starts_with("certs/") || name.ends_with("boards.pem") ||
         name == ".ec200u-pki/page.pem" || name.starts_with(".ec200u-pki/sim/");
}

struct Key {
  fs::path file;
  std::vector<std::string> forms;  ///< byte strings that give it away
};

// The PEM without a passphrase, from OpenSSL's own program.
std::string decrypted(const fs::path& file, const fs::path& word_file) {
  auto place = TemporaryFolder::make("epki-secret");
  if (!place) throw std::runtime_error(place.error().what);
  const auto out = place->path() / "key.der";
  auto child = Child::start({.argv = {"openssl", "pkey", "-in", file.string(), "-passin", "file:" + word_file.string(),
                                      "-outform", "DER", "-out", out.string()},
                             .error_file = place->path() / "said"});
  if (!child) throw std::runtime_error(child.error().what);
  if (child->wait(after(std::chrono::seconds(60))) != 0) return "";
  const auto der = read_file(out);
  return der ? *der : "";
}

// What a key looks like wherever it is: parts of it that no public key shares. Of an RSA key (RFC 8017, A.1.2) the end
// of the file, which is its CRT coefficient; of an EC key (RFC 5915) the octets of the private number.
std::vector<std::string> forms_of(const std::string& der) {
  std::vector<std::string> parts;
  const std::string mark{"\x02\x01\x01\x04", 4};  // version 1, then an OCTET STRING: ECPrivateKey
  const auto at = der.find(mark);
  if (at != std::string::npos && at + 6 < der.size()) {
    parts.push_back(der.substr(at + 5, static_cast<unsigned char>(der[at + 4])));
  } else if (der.size() > 600) {
    parts.push_back(der.substr(der.size() - 48));
  } else if (der.size() > 32) {
    parts.push_back(der.substr(der.size() - 32));
  }
  std::vector<std::string> forms;
  for (const auto& part : parts) {
    forms.push_back(part);
    auto hex = to_hex(as_bytes(part));
    forms.push_back(hex);
    std::transform(hex.begin(), hex.end(), hex.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
    forms.push_back(hex);
  }
  return forms;
}

}  // namespace

std::vector<std::string> secret_faults(const fs::path& folder, const std::vector<std::string>& printed) {
  std::vector<std::string> faults;
  std::map<fs::path, std::string> texts;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    if (auto text = read_file(entry.path())) texts[fs::relative(entry.path(), folder)] = *std::move(text);
  }
  auto secret = texts.contains("passphrase") ? texts["passphrase"] : std::string();
  while (!secret.empty() && secret.back() == '\n') secret.pop_back();

  std::vector<Key> keys;
  for (const auto& [file, text] : texts) {
    if (text.find(private_key) == std::string::npos) continue;
    if (!may_hold_a_key(file)) {
      faults.push_back(file.string() + " holds a private key");
      continue;
    }
    struct stat facts {};
    if (::stat((folder / file).c_str(), &facts) == 0 && (facts.st_mode & 0077) != 0)
      faults.push_back(file.string() + " holds a private key and others may read it");
    const bool ca = file.string().starts_with("ca/") && file.extension() == ".key";
    if (ca && text.find("ENCRYPTED PRIVATE KEY") == std::string::npos)
      faults.push_back(file.string() + " is a CA's key and not encrypted");
    const auto der = decrypted(folder / file, folder / "passphrase");
    if (der.empty()) faults.push_back(file.string() + ": openssl does not read the key");
    keys.push_back({file, forms_of(der)});
    // A line in the middle of the base64: neither the header of the structure nor a short rest.
    const auto begin = text.find(private_key);
    if (begin + private_key.size() + 140 < text.size() && text.find("ENCRYPTED") == std::string::npos)
      keys.back().forms.push_back(text.substr(begin + private_key.size() + 1 + 65, 60));
  }

  const auto look = [&](const std::string& where, const std::string& text, const fs::path& own) {
    if (secret.size() > 7 && own != "passphrase" && text.find(secret) != std::string::npos)
      faults.push_back(where + " holds the passphrase");
    for (const auto& key : keys)
      for (const auto& form : key.forms)
        if (key.file != own && form.size() > 15 && text.find(form) != std::string::npos)
          faults.push_back(where + " holds the private key of " + key.file.string());
  };
  for (const auto& [file, text] : texts) look(file.string(), text, file);
  for (std::size_t i = 0; i < printed.size(); ++i) look("output " + std::to_string(i), printed[i], "");
  if (keys.empty() && texts.contains("ca/root.pem"))
    faults.push_back("no private key was found: is this test looking?");
  return faults;
}

}  // namespace epki::test

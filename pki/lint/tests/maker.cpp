#include "pki/lint/tests/maker.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "core/text.hpp"

namespace epki::lint::test {

namespace {

using std::chrono::days;

// Serial numbers need only be different and long.
Bytes serial() {
  static std::atomic<std::uint32_t> last{0};
  const std::uint32_t n = ++last;
  Bytes all(16, std::byte{0x5a});
  for (std::size_t i = 0; i < 4; ++i) all[12 + i] = static_cast<std::byte>(n >> (8 * (3 - i)) & 0xffU);
  return all;
}

ossl::CertificateSpec ca_spec(const std::string& name) {
  ossl::CertificateSpec spec;
  spec.subject = {{"O", "lint"}, {"CN", name}};
  spec.serial = serial();
  spec.not_before = now - days(1);
  spec.not_after = now + days(3650);
  spec.extensions = {{"basicConstraints", "CA:TRUE", true},
                     {"keyUsage", "keyCertSign,cRLSign", true},
                     {"subjectKeyIdentifier", "hash"}};
  return spec;
}

ossl::CertificateSpec leaf_spec(const std::string& name, const std::string& purpose) {
  ossl::CertificateSpec spec;
  spec.subject = {{"CN", name}};
  spec.serial = serial();
  spec.not_before = now - days(1);
  spec.not_after = now + days(365);
  spec.extensions = {{"basicConstraints", "CA:FALSE", true},
                     {"keyUsage", "digitalSignature", true},
                     {"extendedKeyUsage", purpose},
                     {"subjectKeyIdentifier", "hash"},
                     {"authorityKeyIdentifier", "keyid"}};
  return spec;
}

Made made(ossl::CertificateSpec spec, const Change& change, std::optional<ossl::PrivateKey> key, const Made* above) {
  if (change) change(spec);
  auto own = key ? *std::move(key) : ec_key();
  const auto issuer = above == nullptr ? ossl::Issuer{std::nullopt, own} : ossl::Issuer{above->certificate, above->key};
  return {must(ossl::build(spec, own, issuer)), own};
}

// Base64 has +++ by chance, which is an error of its own.
Made uploadable_root(const std::string& name) {
  while (true) {
    auto one = root([&](ossl::CertificateSpec& spec) { spec.subject.back().second = name; });
    if (one.certificate.pem().find("+++") == std::string::npos) return one;
  }
}

}  // namespace

ossl::PrivateKey ec_key() {
  return must(ossl::PrivateKey::generate(ossl::KeyType::ec_p256));
}

ossl::PrivateKey rsa_key() {
  static const auto key = must(ossl::PrivateKey::generate(ossl::KeyType::rsa_2048));
  return key;
}

ossl::PrivateKey ed25519_key() {
  // RFC 8410, 7: PKCS#8 around 32 bytes; any will do.
  auto der = bytes("302e020100300506032b657004220420");
  der.resize(der.size() + 32, std::byte{0x2a});
  return must(ossl::PrivateKey::from_pem(pem_of(der, "PRIVATE KEY"), nullptr));
}

Made root(const Change& change, std::optional<ossl::PrivateKey> key) {
  return made(ca_spec("root"), change, std::move(key), nullptr);
}

Made issuing(const Made& above, const Change& change, std::optional<ossl::PrivateKey> key) {
  auto spec = ca_spec("issuing");
  spec.extensions.front().value = "CA:TRUE,pathlen:0";
  spec.extensions.push_back({"authorityKeyIdentifier", "keyid"});
  spec.not_after = now + days(1825);
  return made(std::move(spec), change, std::move(key), &above);
}

Made server(const Made& above, const Change& change, std::optional<ossl::PrivateKey> key) {
  auto spec = leaf_spec("broker.example.com", "serverAuth");
  spec.extensions.push_back({"subjectAltName", "DNS:broker.example.com"});
  return made(std::move(spec), change, std::move(key), &above);
}

Made client(const Made& above, const Change& change, std::optional<ossl::PrivateKey> key) {
  return made(leaf_spec("device-1", "clientAuth"), change, std::move(key), &above);
}

const Made& the_root() {
  static const auto one = uploadable_root("root");
  return one;
}

const Made& the_device_root() {
  static const auto one = uploadable_root("device root");
  return one;
}

ossl::Extension& extension(ossl::CertificateSpec& spec, std::string_view name) {
  for (auto& one : spec.extensions)
    if (one.name == name) return one;
  throw std::invalid_argument("no such extension");
}

void remove(ossl::CertificateSpec& spec, std::string_view name) {
  std::erase_if(spec.extensions, [&](const ossl::Extension& one) { return one.name == name; });
}

std::string pem_of(std::span<const std::byte> der, std::string_view label) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string base64;
  for (std::size_t i = 0; i < der.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (i + k < der.size() ? std::to_integer<std::uint32_t>(der[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) base64 += i + k > der.size() ? '=' : alphabet[group >> (18 - 6 * k) & 63U];
  }
  std::string out = "-----BEGIN " + std::string(label) + "-----\n";
  for (std::size_t i = 0; i < base64.size(); i += 64) out += base64.substr(i, 64) + "\n";
  return out + "-----END " + std::string(label) + "-----\n";
}

std::string pem_of(const std::vector<ossl::Certificate>& chain) {
  std::string all;
  for (const auto& one : chain) all += one.pem();
  return all;
}

std::string key_pem(const ossl::PrivateKey& key) {
  return std::string(must(key.to_pem()).view());
}

std::string edited(const ossl::Certificate& certificate, const std::function<void(Node&)>& edit) {
  auto tree = parse(certificate.der());
  edit(tree);
  return pem_of(encode(tree));
}

Report Given::judged() const {
  std::vector<File> all;
  for (const auto& [name, content] : files) all.push_back({name, content, role_of_name(name), mode});
  return judge(all, {at, host, profile ? &*profile : nullptr});
}

Given one(std::string pem) {
  return {{{"a.pem", std::move(pem)}}};
}

Given one(const Made& made) {
  return one(made.certificate.pem());
}

Given as_profile(std::string_view text, std::string pem) {
  const std::string whole =
      "format = 1\nname = \"mine\"\nkey = \"ec-p256\"\ndays = 30\nca = false\nsubject_alt_name = true\n"
      "extended_key_usage = [\"serverAuth\"]\n[key_usage]\nrsa = [\"digitalSignature\"]\nec = "
      "[\"digitalSignature\"]\n" +
      std::string(text);
  auto given = one(std::move(pem));
  given.profile = must(profile::parse(whole, "mine.toml"));
  return given;
}

}  // namespace epki::lint::test

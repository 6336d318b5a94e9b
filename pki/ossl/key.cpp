#include "pki/ossl/key.hpp"

#include <openssl/pem.h>

#include <array>
#include <cstring>
#include <new>
#include <utility>

#include "pki/ossl/impl.hpp"
#include "pki/ossl/rsa.hpp"

namespace epki::ossl {

namespace {

constexpr std::array<std::pair<std::string_view, KeyType>, 5> types = {{
    {"rsa-2048", KeyType::rsa_2048},
    {"rsa-3072", KeyType::rsa_3072},
    {"rsa-4096", KeyType::rsa_4096},
    {"ec-p256", KeyType::ec_p256},
    {"ec-p384", KeyType::ec_p384},
}};

KeyHandle make(KeyType type) {
  switch (type) {
    case KeyType::rsa_2048: return generate_rsa(2048);
    case KeyType::rsa_3072: return generate_rsa(3072);
    case KeyType::rsa_4096: return generate_rsa(4096);
    case KeyType::ec_p256: return KeyHandle(EVP_EC_gen("P-256"));
    case KeyType::ec_p384: return KeyHandle(EVP_EC_gen("P-384"));
  }
  return nullptr;
}

// What OpenSSL was told when it asked for a passphrase, and that it asked.
struct Asked {
  const Secret* passphrase = nullptr;
  bool asked = false;
  bool too_long = false;
};

// Without a callback OpenSSL would prompt on the terminal.
int answer_passphrase(char* into, int size, int /*writing*/, void* context) {
  auto& asked = *static_cast<Asked*>(context);
  asked.asked = true;
  if (asked.passphrase == nullptr) return -1;
  const auto text = asked.passphrase->view();
  if (text.size() > static_cast<std::size_t>(size)) {
    asked.too_long = true;
    return -1;
  }
  if (!text.empty()) std::memcpy(into, text.data(), text.size());
  return static_cast<int>(text.size());
}

Error unreadable(const Asked& asked) {
  if (asked.too_long)
    return take_error(Errc::key, "the passphrase is longer than " + std::to_string(PrivateKey::max_passphrase) +
                                     " bytes and opens no key");
  if (asked.asked && asked.passphrase == nullptr)
    return take_error(Errc::key, "the key is encrypted and no passphrase was given",
                      "give it with --passphrase-file, --passphrase-fd or EC200U_PKI_PASSPHRASE");
  if (asked.asked)
    return take_error(Errc::key, "the passphrase does not open the key",
                      "check the passphrase, and that the key file is the one it belongs to");
  return take_error(Errc::key, "there is no readable private key in the text",
                    "a PEM block that begins with -----BEGIN PRIVATE KEY----- or similar is expected");
}

AlgorithmHandle scrypt_aes() {
  // 16 bytes of salt and the IV are drawn by OpenSSL when none are passed.
  return AlgorithmHandle(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nullptr, 16, nullptr, std::uint64_t{1} << 14U, 8, 5));
}

}  // namespace

std::string_view word(KeyType type) {
  for (const auto& [name, value] : types)
    if (value == type) return name;
  return {};
}

std::optional<KeyType> parse_key_type(std::string_view text) {
  for (const auto& [name, value] : types)
    if (name == text) return value;
  return std::nullopt;
}

Result<KeyType> key_type_named(std::string_view text, Errc code) {
  if (const auto type = parse_key_type(text)) return *type;
  return Error{code, "no such key type: " + std::string(text), std::string(key_type_hint)};
}

std::string name_of(const EVP_PKEY* key) {
  if (key == nullptr) return "unknown";
  if (EVP_PKEY_is_a(key, "RSA") == 1) return "rsa-" + std::to_string(EVP_PKEY_get_bits(key));
  if (EVP_PKEY_is_a(key, "EC") == 1) {
    std::array<char, 64> group{};
    if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) != 1) return "EC";
    const std::string_view name = group.data();
    if (name == "prime256v1") return "ec-p256";
    if (name == "secp384r1") return "ec-p384";
    return std::string(name);
  }
  const char* name = EVP_PKEY_get0_type_name(key);
  return name == nullptr ? std::string("unknown") : std::string(name);
}

Result<PrivateKey> PrivateKey::generate(KeyType type) {
  ERR_clear_error();
  auto key = make(type);
  if (!key) return take_error(Errc::internal, "OpenSSL could not make an " + std::string(word(type)) + " key");
  return PrivateKey(std::make_shared<const Impl>(Impl{std::move(key)}));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem, const Secret* passphrase) {
  ERR_clear_error();
  Asked asked{passphrase};
  const auto in = reading(pem);
  KeyHandle key(in ? PEM_read_bio_PrivateKey(in.get(), nullptr, answer_passphrase, &asked) : nullptr);
  if (!key) return unreadable(asked);
  ERR_clear_error();  // decoders that were tried in vain leave their complaints
  return PrivateKey(std::make_shared<const Impl>(Impl{std::move(key)}));
}

bool PrivateKey::is_encrypted(std::string_view pem) {
  return pem.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos ||
         pem.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
}

Result<Secret> PrivateKey::to_pem() const {
  ERR_clear_error();
  const BioHandle out(BIO_new(BIO_s_secmem()));  // wiped when freed or grown, unlike BIO_s_mem
  if (!out || PEM_write_bio_PKCS8PrivateKey(out.get(), impl_->handle.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return take_error(Errc::internal, "OpenSSL could not write the private key");
  return Secret(content_of(out.get()));
}

Result<Secret> PrivateKey::to_traditional_pem() const {
  ERR_clear_error();
  const BioHandle out(BIO_new(BIO_s_secmem()));
  if (!out ||
      PEM_write_bio_PrivateKey_traditional(out.get(), impl_->handle.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return take_error(Errc::internal, "OpenSSL could not write the private key");
  return Secret(content_of(out.get()));
}

namespace {

Status check_passphrase(const Secret& passphrase) {
  if (passphrase.empty())
    return Error{Errc::key, "an empty passphrase protects nothing", "choose one of at least a few words"};
  if (passphrase.size() <= PrivateKey::max_passphrase) return success();
  return Error{Errc::key, "the passphrase is longer than " + std::to_string(PrivateKey::max_passphrase) + " bytes",
               "choose a shorter one"};
}

enum class Form : bool { pkcs8, traditional };

Result<Secret> written_under(EVP_PKEY* key, const Secret& password, Form form) {
  if (auto fit = check_passphrase(password); !fit) return std::move(fit).error();
  ERR_clear_error();
  const BioHandle out(BIO_new(BIO_s_secmem()));
  const auto text = password.view();
  const auto size = static_cast<int>(text.size());
  // OpenSSL's signatures take the passphrase without const for one form, and as bytes for the other; it reads both.
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const int done =
      !out ? 0
      : form == Form::pkcs8
          ? PEM_write_bio_PKCS8PrivateKey(out.get(), key, EVP_des_ede3_cbc(), text.data(), size, nullptr, nullptr)
          : PEM_write_bio_PrivateKey_traditional(out.get(), key, EVP_aes_256_cbc(), bytes, size, nullptr, nullptr);
  if (done != 1) return take_error(Errc::internal, "OpenSSL could not encrypt the private key");
  return Secret(content_of(out.get()));
}

}  // namespace

Result<Secret> PrivateKey::to_pem_under(const Secret& password) const {
  return written_under(impl_->handle.get(), password, Form::pkcs8);
}

Result<Secret> PrivateKey::to_traditional_pem_under(const Secret& password) const {
  return written_under(impl_->handle.get(), password, Form::traditional);
}

Result<std::string> PrivateKey::to_encrypted_pem(const Secret& passphrase) const {
  if (auto fit = check_passphrase(passphrase); !fit) return std::move(fit).error();
  ERR_clear_error();
  const PlainKeyInfo plain(EVP_PKEY2PKCS8(impl_->handle.get()));
  AlgorithmHandle algorithm = scrypt_aes();
  SealedKeyInfo sealed;
  if (plain && algorithm) {
    const auto text = passphrase.view();
    sealed.reset(PKCS8_set0_pbe(text.data(), static_cast<int>(text.size()), plain.get(), algorithm.get()));
    if (sealed) [[maybe_unused]]
      auto* taken_over = algorithm.release();
  }
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!sealed || !out || PEM_write_bio_PKCS8(out.get(), sealed.get()) != 1)
    return take_error(Errc::internal, "OpenSSL could not encrypt the private key");
  return std::string(content_of(out.get()));
}

std::vector<std::byte> PrivateKey::public_der() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(impl_->handle.get(), &der);
  if (size <= 0) throw std::bad_alloc();  // a key that was read or made has a public half, and it can be written
  const auto bytes = std::as_bytes(std::span(der, static_cast<std::size_t>(size)));
  std::vector<std::byte> all(bytes.begin(), bytes.end());
  OPENSSL_free(der);
  return all;
}

std::optional<KeyType> PrivateKey::type() const {
  return parse_key_type(name_of(impl_->handle.get()));
}

bool PrivateKey::matches(const Certificate& certificate) const {
  ERR_clear_error();
  const EVP_PKEY* other = X509_get0_pubkey(native(certificate));
  const bool same = other != nullptr && EVP_PKEY_eq(impl_->handle.get(), other) == 1;
  ERR_clear_error();
  return same;
}

}  // namespace epki::ossl

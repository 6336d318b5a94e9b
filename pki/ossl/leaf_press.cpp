// For EC_KEY see fresh_key.cpp: signing through it saves a third of the time.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "pki/ossl/leaf_press.hpp"

#include <openssl/ec.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "pki/ossl/der_writer.hpp"
#include "pki/ossl/facts.hpp"
#include "pki/ossl/impl.hpp"

namespace epki::ossl {

namespace {

using EcKeyHandle = std::unique_ptr<EC_KEY, Freed<EC_KEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

constexpr std::size_t key_identifier_bytes = 20;

unsigned char* raw(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}

Der taken_over(unsigned char* der, int size) {
  if (size <= 0) return {};
  const auto bytes = std::as_bytes(std::span(der, static_cast<std::size_t>(size)));
  Der all(bytes.begin(), bytes.end());
  OPENSSL_free(der);
  return all;
}

// UTCTime through 2049, GeneralizedTime after (RFC 5280, 4.1.2.5).
void put_time(Der& into, Instant at) {
  const auto text = rfc3339(at);  // 2026-11-22T15:46:00Z
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9') digits += c;
  digits += 'Z';
  const bool utc = year_of(at) < 2050 && year_of(at) >= 1950;
  put(into, utc ? Tag::utc_time : Tag::generalized_time, as_bytes(std::string_view(digits).substr(utc ? 2 : 0)));
}

Der encoded_subject(std::string_view common_name) {
  static constexpr std::array<unsigned char, 5> common_name_type{0x06, 0x03, 0x55, 0x04, 0x03};
  Der attribute;
  put(attribute, std::as_bytes(std::span(common_name_type)));
  put(attribute, Tag::utf8_string, as_bytes(common_name));
  return encoded(Tag::sequence, encoded(Tag::set, encoded(Tag::sequence, attribute)));
}

// What the key identifier is a hash of (RFC 5280, 4.2.1.2, method 1): the bits of the public key's BIT STRING, which
// stands last in the SubjectPublicKeyInfo, behind an AlgorithmIdentifier.
std::span<const std::byte> public_key_bits(std::span<const std::byte> info) {
  const auto skip_header = [](std::span<const std::byte> value) {
    if (value.size() < 2) return std::span<const std::byte>();
    const auto first = std::to_integer<unsigned>(value[1]);
    const std::size_t header = first < 0x80 ? 2 : 2 + (first & 0x7fU);
    return value.size() < header ? std::span<const std::byte>() : value.subspan(header);
  };
  const auto inside = skip_header(info);
  const auto after_algorithm = skip_header(inside);
  const std::size_t algorithm_header = inside.size() - after_algorithm.size();
  if (inside.size() < 2) return {};
  const std::size_t algorithm = std::to_integer<std::size_t>(inside[1]);  // always short: at most 21 bytes
  if (inside.size() < algorithm_header + algorithm) return {};
  const auto bits = skip_header(inside.subspan(algorithm_header + algorithm));
  return bits.empty() ? bits : bits.subspan(1);
}

}  // namespace

struct LeafPress::Impl {
  PrivateKey issuer_key;
  Der algorithm;           ///< signature AlgorithmIdentifier
  Der issuer;              ///< Name
  Der extensions;          ///< [3], with the trial certificate's key identifier in it
  std::size_t identifier;  ///< where that stands; npos: there is none
  EcKeyHandle ec{};        ///< of the issuer, when it is an EC key in memory
  DigestHandle sha1{EVP_MD_fetch(nullptr, "SHA1", nullptr)};
  DigestHandle signing{};  ///< the pattern's digest
  DigestContext context{EVP_MD_CTX_new()};

  Result<Der> to_be_signed(const Leaf& leaf);
  Result<Der> signature(std::span<const std::byte> content);
  bool hash(const EVP_MD* digest, std::span<const std::byte> bytes, std::byte* into);
};

bool LeafPress::Impl::hash(const EVP_MD* digest, std::span<const std::byte> bytes, std::byte* into) {
  return EVP_DigestInit_ex2(context.get(), digest, nullptr) == 1 &&
         EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
         EVP_DigestFinal_ex(context.get(), raw(into), nullptr) == 1;
}

Result<Der> LeafPress::Impl::to_be_signed(const Leaf& leaf) {
  static constexpr std::array<unsigned char, 5> version_3{0xa0, 0x03, 0x02, 0x01, 0x02};
  Der validity;
  put_time(validity, leaf.not_before);
  put_time(validity, leaf.not_after);
  Der content;
  content.reserve(1024);
  put(content, std::as_bytes(std::span(version_3)));
  put_integer(content, leaf.serial);
  put(content, algorithm);
  put(content, issuer);
  put(content, Tag::sequence, validity);
  put(content, encoded_subject(leaf.common_name));
  put(content, leaf.public_key);
  const auto begin = content.size();
  put(content, extensions);
  if (identifier != Der::size_type(-1) &&
      !hash(sha1.get(), public_key_bits(leaf.public_key), content.data() + begin + identifier))
    return take_error(Errc::internal, "OpenSSL could not hash a public key");
  return encoded(Tag::sequence, content);
}

Result<Der> LeafPress::Impl::signature(std::span<const std::byte> content) {
  ERR_clear_error();
  if (ec) {
    std::array<std::byte, EVP_MAX_MD_SIZE> digest{};
    const auto size = static_cast<int>(EVP_MD_get_size(signing.get()));
    Der signed_with(static_cast<std::size_t>(ECDSA_size(ec.get())));
    unsigned int length = 0;
    if (!hash(signing.get(), content, digest.data()) ||
        ECDSA_sign(0, raw(digest.data()), size, raw(signed_with.data()), &length, ec.get()) != 1)
      return take_error(Errc::internal, "OpenSSL could not sign a certificate");
    signed_with.resize(length);
    return signed_with;
  }
  const DigestContext fresh(EVP_MD_CTX_new());
  std::size_t length = 0;
  Der signed_with(static_cast<std::size_t>(EVP_PKEY_get_size(native(issuer_key))));
  length = signed_with.size();
  if (!fresh || EVP_DigestSignInit(fresh.get(), nullptr, signing.get(), nullptr, native(issuer_key)) != 1 ||
      EVP_DigestSign(fresh.get(), raw(signed_with.data()), &length,
                     reinterpret_cast<const unsigned char*>(content.data()), content.size()) != 1)
    return take_error(Errc::key, "the CA's key could not sign a certificate");
  signed_with.resize(length);
  return signed_with;
}

LeafPress::LeafPress(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LeafPress::LeafPress(LeafPress&&) noexcept = default;
LeafPress& LeafPress::operator=(LeafPress&&) noexcept = default;
LeafPress::~LeafPress() = default;

LeafPress::LeafPress(const LeafPress& other)
    : impl_(std::make_unique<Impl>(Impl{other.impl_->issuer_key, other.impl_->algorithm, other.impl_->issuer,
                                        other.impl_->extensions, other.impl_->identifier})) {
  if (other.impl_->ec) impl_->ec.reset(EC_KEY_dup(other.impl_->ec.get()));
  EVP_MD_up_ref(other.impl_->signing.get());
  impl_->signing.reset(other.impl_->signing.get());
}

namespace {

// The tokens' keys have methods of their own and no private half in memory: OpenSSL signs through them.
EcKeyHandle in_memory_ec_key(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "EC") != 1 || EVP_PKEY_get0_provider(key) == nullptr) return nullptr;
  EcKeyHandle ec(EVP_PKEY_get1_EC_KEY(key));
  ERR_clear_error();
  return ec && EC_KEY_get0_private_key(ec.get()) != nullptr ? std::move(ec) : nullptr;
}

std::size_t place_of_identifier(const Der& extensions, X509* trial) {
  const auto* own = X509_get0_subject_key_id(trial);
  if (own == nullptr || ASN1_STRING_length(own) != static_cast<int>(key_identifier_bytes)) return Der::size_type(-1);
  const auto bytes = std::as_bytes(std::span(ASN1_STRING_get0_data(own), key_identifier_bytes));
  const auto at = std::search(extensions.begin(), extensions.end(), bytes.begin(), bytes.end());
  return at == extensions.end() ? Der::size_type(-1) : static_cast<std::size_t>(at - extensions.begin());
}

}  // namespace

Result<LeafPress> LeafPress::make(const CertificateSpec& pattern, const Issuer& issuer) {
  CertificateSpec spec = pattern;
  const std::string name = "trial of the press";
  spec.subject = {{"CN", name}};
  spec.subject_der.reset();
  spec.serial = {std::byte{0x5a}, std::byte{0xa5}};
  // Nothing in a certificate depends on the type of its key but the key itself: the quickest to make will do.
  auto key = PrivateKey::generate(KeyType::ec_p256);
  if (!key) return std::move(key).error();
  auto trial = build(spec, *key, issuer);
  if (!trial) return std::move(trial).error();
  X509* x = native(*trial);

  auto impl = std::make_unique<Impl>(Impl{issuer.key, {}, trial->issuer_der(), {}, 0});
  unsigned char* der = nullptr;
  int size = i2d_X509_ALGOR(X509_get0_tbs_sigalg(x), &der);
  impl->algorithm = taken_over(der, size);
  der = nullptr;
  size = i2d_X509_EXTENSIONS(const_cast<X509_EXTENSIONS*>(X509_get0_extensions(x)), &der);
  impl->extensions = encoded(Tag::context_3, taken_over(der, size));
  impl->identifier = place_of_identifier(impl->extensions, x);
  impl->ec = in_memory_ec_key(native(issuer.key));
  impl->signing.reset(EVP_MD_fetch(nullptr, spec.digest.c_str(), nullptr));

  der = nullptr;
  size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
  const auto public_key = taken_over(der, size);
  der = nullptr;
  size = i2d_re_X509_tbs(x, &der);
  const auto expected = taken_over(der, size);
  if (!impl->signing || !impl->sha1 || !impl->context)
    return take_error(Errc::internal, "this machine's OpenSSL lacks a digest");
  const auto pressed = impl->to_be_signed({name, spec.serial, trial->not_before(), trial->not_after(), public_key});
  if (!pressed) return pressed.error();
  if (*pressed != expected)
    return Error{Errc::internal, "certificates of this pattern cannot be pressed: the trial came out different",
                 "nothing was issued"};
  return LeafPress(std::move(impl));
}

Result<std::vector<std::byte>> LeafPress::press(const Leaf& leaf) {
  auto content = impl_->to_be_signed(leaf);
  if (!content) return content;
  auto signed_with = impl_->signature(*content);
  if (!signed_with) return signed_with;
  Der all = *std::move(content);
  all.reserve(all.size() + signed_with->size() + 32);
  put(all, impl_->algorithm);
  put_bit_string(all, *signed_with);
  return encoded(Tag::sequence, all);
}

}  // namespace epki::ossl

// EC_KEY is deprecated since OpenSSL 3.0 and is used here on purpose: the provider keys that replace it spend twenty
// times as long in decoders and encoders as in the curve. Compiled alone, so that the permission stays in this file.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "pki/ossl/fresh_key.hpp"

#include <openssl/ec.h>

#include <array>
#include <string>
#include <utility>

#include "pki/ossl/der_writer.hpp"
#include "pki/ossl/impl.hpp"

namespace epki::ossl {

namespace {

using EcKeyHandle = std::unique_ptr<EC_KEY, Freed<EC_KEY_free>>;

struct Curve {
  int nid = NID_undef;
  std::size_t scalar_bytes = 0;
};

Curve curve_of(KeyType type) {
  if (type == KeyType::ec_p256) return {NID_X9_62_prime256v1, 32};
  if (type == KeyType::ec_p384) return {NID_secp384r1, 48};
  return {};
}

// The private scalar and what is encoded around it, wiped at the end. P-384's PKCS#8 has 185 bytes.
struct PrivateBytes {
  std::array<std::byte, 192> bytes{};
  std::size_t size = 0;

  PrivateBytes() = default;
  PrivateBytes(const PrivateBytes&) = delete;
  PrivateBytes& operator=(const PrivateBytes&) = delete;
  ~PrivateBytes() { wipe(bytes); }

  void add(std::initializer_list<int> octets) {
    for (const int octet : octets) bytes[size++] = static_cast<std::byte>(octet);
  }
  void add(std::span<const std::byte> more) {
    for (const auto byte : more) bytes[size++] = byte;
  }
  std::span<const std::byte> view() const { return std::span(bytes).first(size); }
};

// AlgorithmIdentifier of a named curve (RFC 5480, 2.1.1).
std::span<const std::byte> algorithm_of(KeyType type) {
  static constexpr std::array<unsigned char, 21> p256{0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                                                      0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
  static constexpr std::array<unsigned char, 18> p384{0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
                                                      0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};
  if (type == KeyType::ec_p256) return std::as_bytes(std::span(p256));
  return std::as_bytes(std::span(p384));
}

constexpr int length_octets(std::size_t length) {
  return length < 0x80 ? 1 : 2;
}

// PrivateKeyInfo around ECPrivateKey (RFC 5958, 2; RFC 5915, 3), with the public key, without the curve inside: as
// OpenSSL writes it.
Secret pkcs8(KeyType type, std::size_t scalar_bytes, EC_KEY* pair, std::span<const std::byte> point) {
  const auto algorithm = algorithm_of(type);
  const std::size_t bit_string = point.size() + 1;
  const std::size_t outer_1 = 1 + 1 + bit_string + static_cast<std::size_t>(length_octets(bit_string) - 1);
  const std::size_t ec_content = 3 + 2 + scalar_bytes + 1 + static_cast<std::size_t>(length_octets(outer_1)) + outer_1;
  const std::size_t ec_total = 1 + static_cast<std::size_t>(length_octets(ec_content)) + ec_content;
  const std::size_t total = 3 + algorithm.size() + 1 + static_cast<std::size_t>(length_octets(ec_total)) + ec_total;
  PrivateBytes out;
  const auto header = [&out](int tag, std::size_t length) {
    out.add({tag});
    if (length >= 0x80) out.add({0x81});
    out.add({static_cast<int>(length)});
  };
  header(0x30, total);
  out.add({0x02, 0x01, 0x00});
  out.add(algorithm);
  header(0x04, ec_total);
  header(0x30, ec_content);
  out.add({0x02, 0x01, 0x01});
  header(0x04, scalar_bytes);
  if (EC_KEY_priv2oct(pair, reinterpret_cast<unsigned char*>(out.bytes.data() + out.size), scalar_bytes) !=
      scalar_bytes)
    return {};
  out.size += scalar_bytes;
  header(0xa1, outer_1);
  header(0x03, bit_string);
  out.add({0x00});
  out.add(point);
  return secret_pem_block("PRIVATE KEY", out.view());
}

Result<FreshKey> generated(KeyType type) {
  const auto key = PrivateKey::generate(type);
  if (!key) return key.error();
  auto pem = key->to_pem();
  if (!pem) return std::move(pem).error();
  return FreshKey{key->public_der(), *std::move(pem)};
}

}  // namespace

struct KeyMaker::Impl {
  KeyType type;
  EcKeyHandle pair{};  ///< used again and again; wiped by OpenSSL when freed
};

KeyMaker::KeyMaker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyMaker::KeyMaker(KeyMaker&&) noexcept = default;
KeyMaker& KeyMaker::operator=(KeyMaker&&) noexcept = default;
KeyMaker::~KeyMaker() = default;

Result<KeyMaker> KeyMaker::make(KeyType type) {
  ERR_clear_error();
  auto impl = std::make_unique<Impl>(Impl{type, nullptr});
  if (!is_rsa(type)) {
    impl->pair.reset(EC_KEY_new_by_curve_name(curve_of(type).nid));
    if (!impl->pair) return take_error(Errc::internal, "OpenSSL knows no curve " + std::string(word(type)));
  }
  return KeyMaker(std::move(impl));
}

Result<FreshKey> KeyMaker::next() {
  if (is_rsa(impl_->type)) return generated(impl_->type);
  ERR_clear_error();
  EC_KEY* pair = impl_->pair.get();
  const auto scalar_bytes = curve_of(impl_->type).scalar_bytes;
  std::array<std::byte, 97> buffer{};
  const std::size_t point_bytes = 2 * scalar_bytes + 1;
  if (EC_KEY_generate_key(pair) != 1 ||
      EC_POINT_point2oct(EC_KEY_get0_group(pair), EC_KEY_get0_public_key(pair), POINT_CONVERSION_UNCOMPRESSED,
                         reinterpret_cast<unsigned char*>(buffer.data()), buffer.size(), nullptr) != point_bytes)
    return take_error(Errc::internal, "OpenSSL could not make an " + std::string(word(impl_->type)) + " key");
  const auto point = std::span<const std::byte>(buffer).first(point_bytes);
  auto pem = pkcs8(impl_->type, scalar_bytes, pair, point);
  if (pem.empty()) return take_error(Errc::internal, "OpenSSL could not write a private key");
  Der info(algorithm_of(impl_->type).begin(), algorithm_of(impl_->type).end());
  put_bit_string(info, point);
  return FreshKey{encoded(Tag::sequence, info), std::move(pem)};
}

}  // namespace epki::ossl

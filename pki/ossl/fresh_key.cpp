// EC_KEY and the functions on points are deprecated since OpenSSL 3.0 and are used here on purpose: the provider keys
// that replace it spend twenty times as long in decoders and encoders as in the curve. Compiled alone, so that the
// permission stays in this file.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "pki/ossl/fresh_key.hpp"

#include <openssl/ec.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pki/ossl/der_writer.hpp"
#include "pki/ossl/impl.hpp"

namespace epki::ossl {

namespace {

using EcKeyHandle = std::unique_ptr<EC_KEY, Freed<EC_KEY_free>>;
using EcPointHandle = std::unique_ptr<EC_POINT, Freed<EC_POINT_free>>;

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

// Key pairs whose public points are brought to affine coordinates together: that takes one inversion in the field for
// all of them, where each alone would take one, a third of its whole cost.
class EcPairs {
 public:
  static Result<EcPairs> make(KeyType type, std::size_t most);

  /// The next pair, encoded.
  Result<FreshKey> next();

 private:
  struct Pair {
    EcKeyHandle key;  ///< used again and again; wiped by OpenSSL when freed
    EcPointHandle point;
  };
  explicit EcPairs(KeyType type) : type_(type) {}
  bool generate();
  bool write_point(const EC_GROUP* group, const EC_POINT* point, std::span<std::byte> into);

  KeyType type_;
  std::vector<Pair> pairs_{};
  std::size_t size_ = 0;  ///< of what was generated last; twice as many each time, so that one pair alone costs one
  std::size_t taken_ = 0;
  NumberHandle x_{BN_new()}, y_{BN_new()};
  NumberContext context_{BN_CTX_new()};
};

Result<EcPairs> EcPairs::make(KeyType type, std::size_t most) {
  EcPairs made(type);
  bool good = made.x_ && made.y_ && made.context_;
  for (std::size_t i = 0; good && i < most; ++i) {
    EcKeyHandle key(EC_KEY_new_by_curve_name(curve_of(type).nid));
    EcPointHandle point(key ? EC_POINT_new(EC_KEY_get0_group(key.get())) : nullptr);
    good = point != nullptr;
    made.pairs_.push_back({std::move(key), std::move(point)});
  }
  if (!good) return take_error(Errc::internal, "OpenSSL knows no curve " + std::string(word(type)));
  return made;
}

bool EcPairs::generate() {
  size_ = std::clamp<std::size_t>(2 * size_, 1, pairs_.size());
  taken_ = 0;
  std::vector<EC_POINT*> points;
  points.reserve(size_);
  for (const auto& [key, point] : std::span(pairs_).first(size_)) {
    if (EC_KEY_generate_key(key.get()) != 1 || EC_POINT_copy(point.get(), EC_KEY_get0_public_key(key.get())) != 1)
      return false;
    points.push_back(point.get());
  }
  return EC_POINTs_make_affine(EC_KEY_get0_group(pairs_.front().key.get()), points.size(), points.data(),
                               context_.get()) == 1;
}

// Uncompressed (SEC 1, 2.3.3). EC_POINT_point2oct would invert once more, whatever the point's third coordinate is.
bool EcPairs::write_point(const EC_GROUP* group, const EC_POINT* point, std::span<std::byte> into) {
  const auto half = static_cast<int>((into.size() - 1) / 2);
  into.front() = std::byte{0x04};
  const auto x = into.subspan(1, static_cast<std::size_t>(half)), y = into.last(static_cast<std::size_t>(half));
  return EC_POINT_get_Jprojective_coordinates_GFp(group, point, x_.get(), y_.get(), nullptr, context_.get()) == 1 &&
         BN_bn2binpad(x_.get(), reinterpret_cast<unsigned char*>(x.data()), half) == half &&
         BN_bn2binpad(y_.get(), reinterpret_cast<unsigned char*>(y.data()), half) == half;
}

Result<FreshKey> EcPairs::next() {
  ERR_clear_error();
  if (taken_ == size_ && !generate())
    return take_error(Errc::internal, "OpenSSL could not make an " + std::string(word(type_)) + " key");
  const auto& pair = pairs_[taken_++];
  const auto scalar_bytes = curve_of(type_).scalar_bytes;
  std::array<std::byte, 97> buffer{};
  const auto point = std::span(buffer).first(2 * scalar_bytes + 1);
  if (!write_point(EC_KEY_get0_group(pair.key.get()), pair.point.get(), point))
    return take_error(Errc::internal, "OpenSSL could not encode an " + std::string(word(type_)) + " key");
  auto pem = pkcs8(type_, scalar_bytes, pair.key.get(), point);
  if (pem.empty()) return take_error(Errc::internal, "OpenSSL could not write a private key");
  Der info(algorithm_of(type_).begin(), algorithm_of(type_).end());
  put_bit_string(info, point);
  return FreshKey{encoded(Tag::sequence, info), std::move(pem)};
}

constexpr std::size_t pairs_at_once = 16;

}  // namespace

struct KeyMaker::Impl {
  KeyType type;
  std::optional<EcPairs> pairs{};  ///< none for RSA
};

KeyMaker::KeyMaker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyMaker::KeyMaker(KeyMaker&&) noexcept = default;
KeyMaker& KeyMaker::operator=(KeyMaker&&) noexcept = default;
KeyMaker::~KeyMaker() = default;

Result<KeyMaker> KeyMaker::make(KeyType type) {
  ERR_clear_error();
  auto impl = std::make_unique<Impl>(Impl{type});
  if (!is_rsa(type)) {
    auto pairs = EcPairs::make(type, pairs_at_once);
    if (!pairs) return std::move(pairs).error();
    impl->pairs.emplace(*std::move(pairs));
  }
  return KeyMaker(std::move(impl));
}

Result<FreshKey> KeyMaker::next() {
  return impl_->pairs ? impl_->pairs->next() : generated(impl_->type);
}

}  // namespace epki::ossl

#include "verify/probe/leaf_key.hpp"

#include <array>
#include <string_view>

#include "core/text.hpp"

namespace epki::probe {

namespace {

constexpr unsigned kInteger = 0x02, kBitString = 0x03, kOid = 0x06, kSequence = 0x30, kVersion = 0xa0;

// Takes one DER value after another. A value that does not fit ends the reading: it and all later ones are empty.
class Der {
 public:
  explicit Der(std::span<const std::byte> bytes) : rest_(bytes) {}

  bool next_is(unsigned tag) const { return !rest_.empty() && std::to_integer<unsigned>(rest_[0]) == tag; }

  // The content of the next value, which must have this tag.
  std::span<const std::byte> take(unsigned tag) { return next_is(tag) ? take_any() : stop(); }

  std::span<const std::byte> take_any() {
    if (rest_.size() < 2) return stop();
    std::size_t size = std::to_integer<std::size_t>(rest_[1]);
    std::size_t header = 2;
    if (size >= 0x80) {
      const std::size_t width = size & 0x7fU;
      if (width == 0 || width > 3 || rest_.size() < 2 + width) return stop();
      size = 0;
      for (; header < 2 + width; ++header) size = (size << 8U) | std::to_integer<std::size_t>(rest_[header]);
    }
    if (rest_.size() - header < size) return stop();
    const auto content = rest_.subspan(header, size);
    rest_ = rest_.subspan(header + size);
    return content;
  }

 private:
  std::span<const std::byte> stop() {
    rest_ = {};
    return {};
  }
  std::span<const std::byte> rest_;
};

struct Curve {
  std::string_view oid;  // hex of the content
  std::size_t bytes;
};
constexpr std::array<Curve, 8> kCurves{{{"2a8648ce3d030107", 32},    // P-256
                                        {"2b81040022", 48},          // P-384
                                        {"2b81040023", 66},          // P-521
                                        {"2b8104000a", 32},          // secp256k1
                                        {"2b2403030208010107", 32},  // brainpoolP256r1
                                        {"2b240303020801010b", 48},  // brainpoolP384r1
                                        {"2b240303020801010d", 64},  // brainpoolP512r1
                                        {"2b81040021", 28}}};        // P-224

std::optional<LeafKey> rsa_key(std::span<const std::byte> bit_string) {
  if (bit_string.empty()) return std::nullopt;
  auto modulus = Der(Der(bit_string.subspan(1)).take(kSequence)).take(kInteger);
  while (!modulus.empty() && modulus.front() == std::byte{0}) modulus = modulus.subspan(1);
  if (modulus.size() < 64) return std::nullopt;
  return LeafKey{LeafKey::Kind::rsa, modulus.size()};
}

std::optional<LeafKey> ec_key(std::span<const std::byte> curve_oid) {
  const auto oid = to_hex(curve_oid);
  for (const auto& curve : kCurves) {
    if (curve.oid == oid) return LeafKey{LeafKey::Kind::ecdsa, curve.bytes};
  }
  return std::nullopt;
}

}  // namespace

std::optional<LeafKey> leaf_key(std::span<const std::byte> certificate_der) {
  Der to_be_signed(Der(Der(certificate_der).take(kSequence)).take(kSequence));
  if (to_be_signed.next_is(kVersion)) to_be_signed.take_any();
  for (int i = 0; i < 5; ++i) to_be_signed.take_any();  // serial, signature, issuer, validity, subject
  Der info(to_be_signed.take(kSequence));
  Der algorithm(info.take(kSequence));
  const auto bit_string = info.take(kBitString);
  const auto oid = to_hex(algorithm.take(kOid));
  if (oid == "2a864886f70d010101") return rsa_key(bit_string);
  if (oid == "2a8648ce3d0201") return ec_key(algorithm.take(kOid));
  if (oid == "2b6570") return LeafKey{LeafKey::Kind::ed25519, 32};
  return std::nullopt;
}

}  // namespace epki::probe

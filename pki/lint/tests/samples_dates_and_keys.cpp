#include "pki/lint/tests/samples.hpp"

namespace epki::lint::test {

namespace in_dates_and_keys {

using Spec = ossl::CertificateSpec;
using std::chrono::days;

Given good_server() {
  return one(server(the_root()));
}

Given changed_server(const Change& change) {
  return one(server(the_root(), change));
}

// notAfter replaced: 0x17 UTCTime, 0x18 GeneralizedTime.
Given not_after(std::uint8_t tag, std::string_view text) {
  return one(edited(server(the_root()).certificate,
                    [&](Node& c) { validity(c).children.at(1) = primitive(tag, text_bytes(text)); }));
}

Given valid(Instant from, Instant to) {
  return changed_server([&](Spec& spec) {
    spec.not_before = from;
    spec.not_after = to;
  });
}

Given with_spki(const Node& key) {
  return one(edited(server(the_root()).certificate, [&](Node& c) { spki(c) = key; }));
}

Node bit_string(Bytes content) {
  content.insert(content.begin(), std::byte{0});
  return primitive(0x03, std::move(content));
}

// A modulus is not asked whether it is the product of two primes.
Given rsa(std::size_t bits, std::string_view exponent) {
  Bytes modulus(bits / 8 + 1, std::byte{0xa5});
  modulus.front() = std::byte{0};
  const auto numbers = sequence({primitive(0x02, modulus), primitive(0x02, bytes(exponent))});
  const auto algorithm = sequence({primitive(0x06, bytes("2a864886f70d010101")), primitive(0x05, {})});
  return with_spki(sequence({algorithm, bit_string(encode(numbers))}));
}

// SEC 2, version 2: the base point of each curve is a point on it.
constexpr std::string_view p256_x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
constexpr std::string_view p256_y = "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

Given ec(std::string_view curve_oid, const std::string& point) {
  const auto algorithm = sequence({primitive(0x06, bytes("2a8648ce3d0201")), primitive(0x06, bytes(curve_oid))});
  return with_spki(sequence({algorithm, bit_string(bytes(point))}));
}

constexpr std::string_view p256_oid = "2a8648ce3d030107";

Given p256(const std::string& point) {
  return ec(p256_oid, point);
}

// RFC 3279, 2.3.5: the curve P-256 spelled out.
Given p256_explicit() {
  const auto number = [](std::string_view hex) { return primitive(0x02, bytes(hex)); };
  const auto prime = "00ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
  const auto field = sequence({primitive(0x06, bytes("2a8648ce3d0101")), number(prime)});
  const auto curve =
      sequence({primitive(0x04, bytes("ffffffff00000001000000000000000000000000fffffffffffffffffffffffc")),
                primitive(0x04, bytes("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"))});
  const auto base = bytes("04" + std::string(p256_x) + std::string(p256_y));
  const auto order = number("00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const auto parameters = sequence({number("01"), field, curve, primitive(0x04, base), order, number("01")});
  return with_spki(sequence({sequence({primitive(0x06, bytes("2a8648ce3d0201")), parameters}), bit_string(base)}));
}

Given signed_with(std::string digest) {
  return changed_server([&](Spec& spec) { spec.digest = std::move(digest); });
}

const Made& ed25519_root() {
  static const auto one = root({}, ed25519_key());
  return one;
}

}  // namespace in_dates_and_keys

std::vector<Sample> date_and_key_samples() {
  using namespace in_dates_and_keys;  // NOLINT(google-build-using-namespace)
  const auto pair = [](std::string_view rule, Given (*keeps)(), Given (*breaks)()) {
    return Sample{rule, keeps, breaks};
  };
  return {
      pair("e_date_unreadable", good_server, [] { return not_after(0x17, "279932000000Z"); }),
      pair("e_date_form", good_server, [] { return not_after(0x17, "2711220000Z"); }),
      pair(
          "e_date_type", [] { return not_after(0x18, "20500101000000Z"); },
          [] { return not_after(0x18, "20491231235959Z"); }),
      pair("e_validity_order", good_server, [] { return valid(now - days(1), now - days(2)); }),
      pair("e_expired", good_server, [] { return valid(now - days(9), now - days(2)); }),
      pair("e_not_yet_valid", good_server, [] { return valid(now + days(2), now + days(9)); }),
      pair("w_not_before_recent", good_server, [] { return valid(now - std::chrono::hours(1), now + days(9)); }),
      pair("w_date_beyond_2050", good_server, [] { return valid(now - days(1), now + days(9000)); }),
      pair("e_key_type", good_server, [] { return one(server(the_root(), {}, ed25519_key())); }),
      pair(
          "e_key_unusable", [] { return p256("04" + std::string(p256_x) + std::string(p256_y)); },
          [] { return p256("04" + std::string(p256_x) + std::string(p256_x)); }),
      pair(
          "e_rsa_below_2048", [] { return rsa(2048, "010001"); }, [] { return rsa(1024, "010001"); }),
      pair(
          "w_rsa_exponent", [] { return rsa(2048, "010001"); }, [] { return rsa(2048, "03"); }),
      pair("e_ec_parameters_explicit", good_server, p256_explicit),
      pair("e_ec_point_compressed", good_server, [] { return p256("03" + std::string(p256_x)); }),
      pair("e_ec_below_256", good_server,
           [] {
             return ec(
                 "2a8648ce3d030101",
                 "04188da80eb03090f67cbf20eb43a18800f4ff0afd82ff101207192b95ffc8da78631011ed6b24cdd573f977a11e794811");
           }),
      pair("w_ec_curve", good_server,
           [] {
             return ec("2b8104000a",
                       "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
                       "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
           }),
      pair("e_digest_weak", good_server, [] { return signed_with("SHA1"); }),
      pair(
          "e_root_digest_weak", [] { return one(the_root()); },
          [] { return one(root([](Spec& spec) { spec.digest = "SHA1"; })); }),
      pair("e_signature_type", good_server, [] { return one(server(ed25519_root())); }),
      pair(
          "w_signature_unusual", [] { return signed_with("SHA384"); }, [] { return signed_with("SHA224"); }),
  };
}

}  // namespace epki::lint::test

#include "verify/probe/server_flight.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/text.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/tls_wire.hpp"
#include "verify/probe/leaf_key.hpp"

namespace epki::probe {

namespace {

using ossl::WireWriter;

constexpr unsigned kTls12 = 0x0303;
constexpr std::size_t kLongestRecord = 16384;  // RFC 5246, 6.2.1
constexpr unsigned kHandshakeFailure = 40, kProtocolVersion = 70, kInternalError = 80;
constexpr unsigned kServerHello = 2, kCertificate = 11, kServerKeyExchange = 12, kServerHelloDone = 14;

// Every suite of these two kinds will do: the observer never comes to the point of encrypting (RFC 8422, 6 and its
// predecessors, RFC 5289, 7905, 7251, 6209, 6367).
constexpr std::array<std::uint16_t, 23> kEcdheEcdsa{0xc02b, 0xc02c, 0xc023, 0xc024, 0xc009, 0xc00a, 0xcca9, 0xc0ac,
                                                    0xc0ad, 0xc0ae, 0xc0af, 0xc008, 0xc007, 0xc006, 0xc048, 0xc049,
                                                    0xc05c, 0xc05d, 0xc072, 0xc073, 0xc086, 0xc087, 0xd001};
constexpr std::array<std::uint16_t, 18> kEcdheRsa{0xc02f, 0xc030, 0xc027, 0xc028, 0xc013, 0xc014,
                                                  0xcca8, 0xc012, 0xc011, 0xc010, 0xc04c, 0xc04d,
                                                  0xc060, 0xc061, 0xc076, 0xc077, 0xc08a, 0xc08b};

// The generators: points that are on the curve beyond doubt (SEC 2, 2.4.2 and 2.5.1; RFC 7748, 4.1).
struct Group {
  std::uint16_t id;
  std::string_view point;
};
constexpr std::array<Group, 3> kGroups{
    {{23,
      "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"},
     {24,
      "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"
      "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"},
     {29, "0900000000000000000000000000000000000000000000000000000000000000"}}};

// `size` bytes that follow from the hello alone, another stream for each label.
std::string digest_stream(std::span<const std::byte> message, std::string_view label, std::size_t size) {
  std::string stream;
  for (char block = 0; stream.size() < size; ++block) {
    std::string seed(label);
    seed += block;
    seed += as_text(message);
    stream += as_text(ossl::sha256(as_bytes(seed)));
  }
  stream.resize(size);
  return stream;
}

bool fits(std::uint16_t algorithm, LeafKey::Kind kind) {
  switch (kind) {
    case LeafKey::Kind::ed25519: return algorithm == 0x0807;
    case LeafKey::Kind::ecdsa: return (algorithm & 0xffU) == 3 && algorithm >= 0x0203 && algorithm <= 0x0603;
    case LeafKey::Kind::rsa:
      return ((algorithm & 0xffU) == 1 && algorithm >= 0x0201 && algorithm <= 0x0601) ||
             (algorithm >= 0x0804 && algorithm <= 0x0806);
  }
  return false;
}

std::optional<std::uint16_t> choose_algorithm(const ossl::ClientHello& hello, LeafKey::Kind kind) {
  // Absent, SHA-1 with the key's own algorithm is what the client takes (RFC 5246, 7.4.1.4.1).
  if (!hello.signature_algorithms) {
    if (kind == LeafKey::Kind::ed25519) return std::nullopt;
    return kind == LeafKey::Kind::rsa ? std::uint16_t{0x0201} : std::uint16_t{0x0203};
  }
  const auto& offered = *hello.signature_algorithms;
  const auto at = std::find_if(offered.begin(), offered.end(), [&](std::uint16_t a) { return fits(a, kind); });
  return at == offered.end() ? std::nullopt : std::optional(*at);
}

std::optional<std::uint16_t> choose_suite(const ossl::ClientHello& hello, LeafKey::Kind kind) {
  const std::span<const std::uint16_t> known = kind == LeafKey::Kind::rsa ? std::span<const std::uint16_t>(kEcdheRsa)
                                                                          : std::span<const std::uint16_t>(kEcdheEcdsa);
  const auto at = std::find_if(hello.suites.begin(), hello.suites.end(), [&](std::uint16_t suite) {
    return std::find(known.begin(), known.end(), suite) != known.end();
  });
  return at == hello.suites.end() ? std::nullopt : std::optional(*at);
}

const Group* choose_group(const ossl::ClientHello& hello) {
  // Without the extension the choice is the server's (RFC 8422, 4).
  if (!hello.groups) return kGroups.data();
  for (const auto id : *hello.groups) {
    for (const auto& group : kGroups) {
      if (group.id == id) return &group;
    }
  }
  return nullptr;
}

// A number of exactly `size` bytes, positive and below any modulus of that size.
std::string small_number(std::span<const std::byte> message, std::string_view label, std::size_t size) {
  std::string number = digest_stream(message, label, size);
  number[0] = static_cast<char>((static_cast<unsigned char>(number[0]) & 0x3fU) | 0x01U);
  return number;
}

std::string wrong_signature(std::span<const std::byte> message, const LeafKey& key) {
  if (key.kind == LeafKey::Kind::rsa) return small_number(message, "rsa", key.bytes);
  if (key.kind == LeafKey::Kind::ed25519) return small_number(message, "ed25519", 2 * key.bytes);
  // ECDSA-Sig-Value (RFC 3279, 2.2.3). P-521's order has 521 bits: 65 bytes stay below it.
  const std::size_t size = std::min<std::size_t>(key.bytes, 65);
  WireWriter pair;
  for (const auto* label : {"r", "s"}) {
    pair.u8(0x02).u8(static_cast<unsigned>(size)).raw(small_number(message, label, size));
  }
  WireWriter sequence;
  sequence.u8(0x30);
  if (pair.bytes().size() >= 0x80) sequence.u8(0x81);
  return sequence.vector(pair.bytes(), 1).bytes();
}

std::string handshake(unsigned type, std::string_view body) {
  return WireWriter().u8(type).vector(body, 3).bytes();
}

// One message a record, cut where it is longer than a record may be.
std::string records(std::string_view message) {
  WireWriter out;
  for (; !message.empty(); message.remove_prefix(std::min(message.size(), kLongestRecord))) {
    out.u8(22).u16(kTls12).vector(message.substr(0, kLongestRecord), 2);
  }
  return out.bytes();
}

std::string server_hello(const ossl::ClientHello& hello, std::span<const std::byte> message, std::uint16_t suite) {
  WireWriter extensions;
  if (hello.renegotiation_info) extensions.u16(0xff01).u16(1).u8(0);  // RFC 5746, 3.6
  if (hello.point_formats) extensions.u16(11).u16(2).u8(1).u8(0);     // uncompressed (RFC 8422, 5.2)
  WireWriter body;
  body.u16(kTls12).raw(digest_stream(message, "server random", 32));
  body.u8(0);  // no session to resume: a resumed session would skip the Certificate message
  body.u16(suite).u8(0);
  if (!extensions.bytes().empty()) body.vector(extensions.bytes(), 2);
  return handshake(kServerHello, body.bytes());
}

std::string certificate_message(const ossl::Chain& chain) {
  WireWriter list;
  for (const auto& certificate : chain) list.vector(as_text(certificate.der()), 3);
  return handshake(kCertificate, WireWriter().vector(list.bytes(), 3).bytes());
}

std::string key_exchange(std::span<const std::byte> message, const LeafKey& key, const Group& group,
                         std::uint16_t algorithm) {
  const auto point = from_hex(group.point);
  WireWriter body;
  body.u8(3).u16(group.id).vector(as_text(*point), 1);  // named_curve (RFC 8422, 5.4)
  body.u16(algorithm).vector(wrong_signature(message, key), 2);
  return handshake(kServerKeyExchange, body.bytes());
}

ServerFlight refuse(unsigned alert, std::string why) {
  return {fatal_alert(alert), std::move(why)};
}

}  // namespace

std::string fatal_alert(unsigned description) {
  return WireWriter().u8(21).u16(kTls12).u16(2).u8(2).u8(description).bytes();
}

ServerFlight server_flight(const ossl::ClientHello& hello, std::span<const std::byte> message,
                           const ossl::Chain& chain) {
  const auto key = chain.empty() ? std::nullopt : leaf_key(chain.front().der());
  if (!key) return refuse(kInternalError, "the leaf's key is of a kind that no TLS 1.2 server can sign with");
  if (!hello.offers_tls12()) return refuse(kProtocolVersion, "the peer does not offer TLS 1.2");
  const auto suite = choose_suite(hello, key->kind);
  if (!suite) {
    // With RSA key exchange there is no ServerKeyExchange whose signature could be wrong, hence no 51 to see.
    return refuse(kHandshakeFailure, "the peer offers no ECDHE suite that fits the leaf's key");
  }
  const Group* const group = choose_group(hello);
  if (group == nullptr) return refuse(kHandshakeFailure, "the peer offers none of the groups P-256, P-384 and X25519");
  const auto algorithm = choose_algorithm(hello, key->kind);
  if (!algorithm) return refuse(kHandshakeFailure, "the peer offers no signature algorithm that fits the leaf's key");

  return {records(server_hello(hello, message, *suite)) + records(certificate_message(chain)) +
              records(key_exchange(message, *key, *group, *algorithm)) + records(handshake(kServerHelloDone, {})),
          {}};
}

}  // namespace epki::probe

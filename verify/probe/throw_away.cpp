#include "verify/probe/throw_away.hpp"

#include <arpa/inet.h>

#include <array>
#include <utility>

#include "core/text.hpp"

namespace epki::probe {

namespace {

using std::chrono::days;

bool is_ip_literal(const std::string& name) {
  std::array<std::byte, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

}  // namespace

std::vector<std::byte> random_bytes(std::size_t size, RandomSource& random) {
  std::vector<std::byte> bytes(size);
  random.fill(bytes);
  return bytes;
}

bool can_be_uploaded(std::string_view pem) {
  return pem.find("+++") == std::string_view::npos;
}

// Positive, and never shorter than it looks (RFC 5280, 4.1.2.2).
std::vector<std::byte> random_serial(RandomSource& random, std::size_t size) {
  auto serial = random_bytes(size, random);
  serial[0] = (serial[0] & std::byte{0x3f}) | std::byte{0x40};
  return serial;
}

Result<ossl::Certificate> build_uploadable(ossl::CertificateSpec spec, const ossl::PrivateKey& key,
                                           const ossl::Issuer& issuer, RandomSource& random) {
  // Names, keys and key identifiers are the same in every attempt. Only a longer serial number, which moves them by a
  // byte against base64's groups of three, changes what they spell.
  constexpr std::size_t most_attempts = 64;
  for (std::size_t attempt = 0; attempt < most_attempts; ++attempt) {
    spec.serial = random_serial(random, 16 + attempt % 3);
    auto certificate = ossl::build(spec, key, issuer);
    if (!certificate || can_be_uploaded(certificate->pem())) return certificate;
  }
  return Error{Errc::internal, "a throw-away certificate spells \"+++\" whatever its serial number is",
               "run the same command again: names and keys are others then"};
}

// The digits keep two roots of the same label apart: same names under different keys lead path builders astray.
ossl::Name ca_name(std::string_view label, RandomSource& random) {
  return {{"O", "ec200u-pki throw-away"},
          {"OU", "never for use"},
          {"CN", std::string(label) + " " + to_hex(random_bytes(4, random))}};
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string value;
  for (const auto& name : names) {
    if (!value.empty()) value += ',';
    value += "DNS:" + name;
    if (is_ip_literal(name)) value += ",IP:" + name;
  }
  return value;
}

namespace {

Result<ThrowAwayCa> mint_ca(std::string_view label, ossl::KeyType type, const ThrowAwayCa* above, Period period,
                            RandomSource& random, const std::string& usage = "keyCertSign,cRLSign") {
  auto key = ossl::PrivateKey::generate(type);
  if (!key) return std::move(key).error();
  ossl::CertificateSpec spec;
  spec.subject = ca_name(label, random);
  spec.not_before = period.from;
  spec.not_after = period.to;
  spec.extensions = {
      {"basicConstraints", "CA:TRUE", true}, {"keyUsage", usage, true}, {"subjectKeyIdentifier", "hash"}};
  if (above != nullptr) spec.extensions.push_back({"authorityKeyIdentifier", "keyid"});
  auto certificate =
      build_uploadable(spec, *key, above != nullptr ? as_issuer(*above) : ossl::Issuer{std::nullopt, *key}, random);
  if (!certificate) return std::move(certificate).error();
  return ThrowAwayCa{std::move(*certificate), std::move(*key)};
}

}  // namespace

Period valid_at(Instant now) {
  return {now - kBack + days(1), now + kAhead - days(1)};
}

Result<ThrowAwayCa> mint_throw_away_root(std::string_view label, ossl::KeyType key, Instant now, RandomSource& random) {
  return mint_ca(label, key, nullptr, {now - kBack, now + kAhead}, random);
}

Result<ThrowAwayCa> mint_intermediate(std::string_view label, ossl::KeyType key, const ThrowAwayCa& above, Instant now,
                                      RandomSource& random) {
  return mint_ca(label, key, &above, valid_at(now), random);
}

Result<ThrowAwayCa> mint_without_attributes(std::string_view label, ossl::KeyType key, const ThrowAwayCa* above,
                                            Instant now, RandomSource& random) {
  const auto period = above != nullptr ? valid_at(now) : Period{now - kBack, now + kAhead};
  return mint_ca(label, key, above, period, random, "cRLSign");
}

Result<Leaf> mint_leaf(const LeafPlan& plan, const ossl::Issuer& issuer, RandomSource& random) {
  auto key = ossl::PrivateKey::generate(plan.key);
  if (!key) return std::move(key).error();
  ossl::CertificateSpec spec;
  spec.subject = {{"O", "ec200u-pki throw-away"}, {"CN", plan.names.front()}};
  spec.serial = random_serial(random);
  spec.not_before = plan.period.from;
  spec.not_after = plan.period.to;
  spec.extensions = {{"basicConstraints", "CA:FALSE", true},
                     {"keyUsage", is_rsa(plan.key) ? "digitalSignature,keyEncipherment" : "digitalSignature", true},
                     {"extendedKeyUsage", plan.usage},
                     {"subjectAltName", alternative_names(plan.names)},
                     {"subjectKeyIdentifier", "hash"},
                     {"authorityKeyIdentifier", "keyid"}};
  auto certificate = ossl::build(spec, *key, issuer);
  if (!certificate) return std::move(certificate).error();
  return Leaf{std::move(*certificate), std::move(*key)};
}

ossl::KeyType key_type_like(const ossl::Certificate& certificate) {
  const std::string key = certificate.key();
  if (const auto exact = ossl::parse_key_type(key)) return *exact;
  // Larger or rarer curves have no type of ours: P-384 is the nearest in size.
  return lower(key).starts_with("rsa") ? ossl::KeyType::rsa_2048 : ossl::KeyType::ec_p384;
}

}  // namespace epki::probe

#pragma once
// For this room's own files: certificates of throw-away CAs, which say in their subject what they are.

#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "core/result.hpp"
#include "pki/ossl/builder.hpp"
#include "verify/probe/cases.hpp"

namespace epki::probe {

struct Period {
  Instant from;
  Instant to;
};

/// Ten years back, because modem clocks are slow, and a few days ahead, because these certificates are for one run.
Period valid_at(Instant now);
inline constexpr std::chrono::days kBack{3652};  ///< of a root
inline constexpr std::chrono::days kAhead{7};

std::vector<std::byte> random_bytes(std::size_t size, RandomSource& random);
/// `size` in bytes, at most 20 (RFC 5280, 4.1.2.2).
std::vector<std::byte> random_serial(RandomSource& random, std::size_t size = 16);
/// "+++" in the data ends an upload (AT reference, 3), and base64 can hold it: about one certificate in three hundred.
bool can_be_uploaded(std::string_view pem);
/// Builds with a serial number of 16 to 18 bytes that makes the certificate one that can be uploaded. Errc::internal
/// when none does; else the errors of ossl::build().
Result<ossl::Certificate> build_uploadable(ossl::CertificateSpec spec, const ossl::PrivateKey& key,
                                           const ossl::Issuer& issuer, RandomSource& random);
/// O=ec200u-pki throw-away, OU=never for use, and a common name of its own.
ossl::Name ca_name(std::string_view label, RandomSource& random);
/// subjectAltName's value: an IP literal is entered as iPAddress too.
std::string alternative_names(const std::vector<std::string>& names);

struct Leaf {
  ossl::Certificate certificate;
  ossl::PrivateKey key;
};

struct LeafPlan {
  ossl::KeyType key = ossl::KeyType::rsa_2048;
  std::vector<std::string> names{};  ///< dNSName entries; an IP literal is entered as iPAddress too. First: the CN
  Period period{};
  std::string usage = "serverAuth";  ///< extendedKeyUsage
};

Result<Leaf> mint_leaf(const LeafPlan& plan, const ossl::Issuer& issuer, RandomSource& random);
Result<ThrowAwayCa> mint_intermediate(std::string_view label, ossl::KeyType key, const ThrowAwayCa& above, Instant now,
                                      RandomSource& random);

/// A CA that must not sign certificates: its key usage is signing CRLs alone. `above` null: a root.
Result<ThrowAwayCa> mint_without_attributes(std::string_view label, ossl::KeyType key, const ThrowAwayCa* above,
                                            Instant now, RandomSource& random);

/// The nearest of our key types to the key of a certificate.
ossl::KeyType key_type_like(const ossl::Certificate& certificate);

inline ossl::Issuer as_issuer(const ThrowAwayCa& ca) {
  return {ca.certificate, ca.key};
}

}  // namespace epki::probe

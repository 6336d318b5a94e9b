#pragma once
// A broker tried out: who is let in and who is kept out, one row each. Identities come in as values; this room mints
// none.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/cancel.hpp"
#include "core/random.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"

namespace epki::broker {

enum class Met : std::uint8_t { accepted, refused, unclear, untested };
std::string_view word(Met met);

struct SmokeRow {
  std::string id;      ///< "good", "no-certificate", "other-topic" …
  std::string client;  ///< who tried, in words
  Met wanted = Met::refused;
  Met found = Met::untested;
  std::string detail;  ///< what was seen, or why it was not tried
  bool failed() const { return found != Met::untested && found != wanted; }
};

struct ClientIdentity {
  ossl::Chain chain;  ///< leaf first
  ossl::PrivateKey key;
  std::string name;  ///< the CN
};

/// An identity, or why there is none to try.
struct Candidate {
  std::optional<ClientIdentity> identity{};
  std::string missing{};
};

struct SmokePlan {
  std::string address;  ///< what is dialled
  std::uint16_t port = 8883;
  std::string host;           ///< the name the certificate must carry
  ossl::Chain trusted;        ///< the broker's root
  bool certificates = false;  ///< clients are asked for one
  Candidate good, other;      ///< two devices; without certificates neither is looked at
  Candidate wrong_ca, expired, revoked;
  std::chrono::milliseconds patience{5000};  ///< for each answer
};

/// Runs every case, the good client first and last, so that a refusal between is not the broker's own trouble.
/// Errc::network when nothing listens there, Errc::interrupted; everything else is a row. Blocks some round trips for
/// each case.
Result<std::vector<SmokeRow>> try_out(const SmokePlan& plan, RandomSource& random, Reporter& reporter,
                                      const Cancel& cancel);

}  // namespace epki::broker

#pragma once
// The timing ladder: a chain that makes a client check a root's signature once for every certificate in it, if it has a
// root of that name (trust probing, 1.4 and 4). Throw-away keys throughout; no certificate in it is valid.

#include <string>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"
#include "verify/probe/cases.hpp"

namespace epki::probe {

/// mbedTLS takes so many between leaf and root (MBEDTLS_X509_MAX_INTERMEDIATE_CA, trust probing, 3).
inline constexpr int most_rungs = 8;

struct LadderPlan {
  ossl::Certificate root;  ///< whose name the ladder bears; its key is not needed
  ossl::KeyType key;       ///< the root's: another key of this type signs
  int rungs = most_rungs;
  std::string host;  ///< the leaf's name, so that no other defect outranks the one
  Instant now;
};

/// Two chains of the same sizes: a leaf and `rungs` self-issued certificates that all name the same issuer, signed by a
/// key that is nobody's. `known` names the root, byte for byte; `unknown` a name of the same length that no store has.
struct Ladder {
  Case known, unknown;
};
/// Errc::input when the root's name has too few letters for another like it. Blocks as generating two keys does.
Result<Ladder> mint_ladder(const LadderPlan& plan, RandomSource& random);

}  // namespace epki::probe

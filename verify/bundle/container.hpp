#pragma once
// The bundle as a file: a tar archive whose first members are a manifest with the SHA-256 of every other, and a
// signature over the manifest (docs/evidence.md, docs/decisions/0010). Outside bytes when it is read.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/result.hpp"
#include "pki/ossl/key.hpp"

namespace epki::bundle {

inline constexpr std::string_view manifest_name = "manifest.json", signature_name = "manifest.sig";
inline constexpr std::string_view schema = "ec200u-pki/bundle/1";

/// By name, e.g. "report.json", "chains/0123456789ab.pem".
using Members = std::map<std::string, std::string>;

/// All in memory. `tool`: "ec200u-pki 0.1.0". Errc::key when the key cannot sign.
Result<std::string> seal(const Members& members, const ossl::PrivateKey& key, std::string_view tool, Instant now);

struct Opened {
  Members members;      ///< without the manifest and its signature
  std::string tool;     ///< what wrote it
  std::string created;  ///< RFC 3339
  std::string signer;   ///< fingerprint of the key that signed (ossl::public_fingerprint)
};

/// Checks all of it first: Errc::input for a file that is cut or none of ours, and for a member that is altered,
/// missing or not in the manifest, by its name; Errc::key for a manifest whose signature does not fit the key in it,
/// and for another signer than `pinned` (a fingerprint, colons and case do not matter; empty: any). Without a pin it
/// only says that nothing was altered since somebody signed it.
Result<Opened> open(std::string_view bytes, std::string_view pinned);

}  // namespace epki::bundle

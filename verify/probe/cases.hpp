#pragma once
// The trust cases of a run: chains with one stated defect, minted from throw-away keys, and replays of genuine chains.

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"

namespace epki::probe {

/// A throw-away root: its subject names it as such (O=ec200u-pki throw-away, never for use), valid for 7 days from
/// ten years back (slow modem clocks), never written to ca/ or broker/.
struct ThrowAwayCa {
  ossl::Certificate certificate;
  ossl::PrivateKey key;
};

Result<ThrowAwayCa> mint_throw_away_root(std::string_view label, ossl::KeyType key, Instant now, RandomSource& random);

/// A chain that a peer can be shown, with its leaf's key where we have it.
struct Case {
  std::string id;         ///< "ok_direct", "unknown_direct", "badsig", "wronghost", "expired", "replay" …
  std::string presented;  ///< one sentence: what it is and its one defect
  std::string because;    ///< why a correct client must answer so; a citation
  ossl::Chain chain;
  std::optional<ossl::PrivateKey> key{};
  std::optional<ossl::Certificate> bind{};  ///< what must be bound for it; nothing: U
};

/// Keys by role, made when first needed: a leaf's key costs nothing to the question, and each takes its time. A role
/// names its root, so that what is known and what is unknown never share a key.
class KeyShelf {
 public:
  Result<ossl::PrivateKey> get(const std::string& role, ossl::KeyType type);

 private:
  std::map<std::string, ossl::PrivateKey> keys_;
};

/// What the trust cases are minted from, for `host`. `u` is the bound root, `stranger`
/// another.
struct Material {
  ThrowAwayCa u;
  ThrowAwayCa stranger;
  ossl::KeyType leaf_key;
  std::string host;
  Instant now;
  std::shared_ptr<KeyShelf> shelf = std::make_shared<KeyShelf>();
};
/// The case of that name (case_file.hpp). Errc::input for a name that is none.
Result<Case> mint_case(std::string_view id, const Material& material, RandomSource& random);
/// A faultless chain with so many intermediates under U.
Result<Case> mint_deep(int intermediates, const Material& material, RandomSource& random);
/// One chain with the defects of several cases that differ from a faultless one in the leaf and the root alone. Expired
/// and not yet valid at once: the second is an intermediate's.
Result<Case> mint_together(const std::vector<std::string_view>& ids, const Material& material, RandomSource& random);
std::vector<std::string_view> case_ids();

/// A genuine public chain without its key, from a file of `capture`: leaf first, intermediates, root last.
struct Genuine {
  std::string file;
  ossl::Chain presented;   ///< leaf and intermediates
  ossl::Certificate root;  ///< the positive control binds it
  std::string host;        ///< the leaf's first dNSName
  std::optional<ossl::PrivateKey>
      key{};  ///< of the leaf, where it is the user's own certificate; never leaves this process
};
Result<Genuine> read_genuine(const std::string& file);
/// The same from certificates; `file` stands for them in messages.
Result<Genuine> genuine_from(ossl::Chain chain, const std::string& file);

/// A leaf of our own, with our key and for our name, that claims to be issued by the genuine root: only a client that
/// knows that root and minds no signature accepts it.
Result<Case> forged_under(const Genuine& genuine, const Material& material, RandomSource& random);

/// DESIGN, "Replay": the controls on the same server. A chain of the same shape under an unknown root; the twin with
/// one bit of the signature by the root flipped; and a key-less chain under U.
Result<Case> unknown_like(const Genuine& genuine, Instant now, RandomSource& random);
Result<Case> flipped_twin(const Genuine& genuine);
Result<Case> keyless_under(const ThrowAwayCa& u, const Genuine& genuine, Instant now, RandomSource& random);

}  // namespace epki::probe

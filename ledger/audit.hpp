#pragma once
// The audit trail: events of other rooms, signed heads, and personal data that may be taken out again.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.hpp"

namespace epki::ledger {

/// Where the chain ends at some moment. Signed by a key outside the station it shows later that nothing before it was
/// changed and that nothing was cut off.
struct Head {
  std::string ledger;      ///< id of the ledger, 32 hex digits
  std::int64_t event = 0;  ///< number of the last event
  std::string hash;        ///< its hash
  Instant at;              ///< when the head was taken

  /// The text that is signed (docs/ledger.md, "Signed heads").
  std::string text() const;
  /// Errc::input when it is no such text.
  static Result<Head> parse(std::string_view text);
};

struct SignedHead {
  Head head;
  std::string signature;   ///< hex of the detached signature's bytes
  std::string public_key;  ///< PEM (SubjectPublicKeyInfo)
};

/// A ledger that was found whole.
struct Checked {
  std::int64_t events = 0;
  std::string last_hash;
};

/// Kinds of events: a line stopped a batch, and somebody let it go on. Looked for before each board.
inline constexpr std::string_view batch_held = "batch-held", batch_released = "batch-released";

class Audit {
 public:
  explicit Audit(Ledger& ledger);

  /// An event of a room that has no table of its own: a CSR that was taken over, a step of a key ceremony. `kind` is a
  /// word in lower case with hyphens. `people` are the persons present or responsible: kept so that they can be
  /// redacted; do not put names in `detail`.
  Status record(std::string_view kind, const Json& detail, const std::vector<std::string>& people = {});

  /// Events in constant memory, from `from` on, of that kind when one is given.
  Status for_each(std::int64_t from, std::string_view kind,
                  const std::function<Result<bool>(const Event& event)>& each);

  /// The events batch_held and batch_released from `from` on. Found by an index, so that a ledger of millions of events
  /// answers at once; other threads wait meanwhile, and `each` must not use the ledger.
  Status for_holds(std::int64_t from, const std::function<Result<bool>(const Event& event)>& each);

  Result<Head> head();
  /// Verifies `signature` (detached; RSA PKCS#1 v1.5 or ECDSA with SHA-256, or Ed25519) over head.text(), compares the
  /// head with the chain and stores both. Errc::key when the signature does not verify, Errc::ledger when the chain
  /// does not hold that head.
  Status import_head(const Head& head, std::string_view signature, std::string_view public_key_pem);
  Result<std::vector<SignedHead>> heads();
  /// What Ledger::check() does, with progress.
  Result<Checked> check(const Progress& progress = {});
  /// The same, and finds `head` in the chain. Errc::key for a bad signature; Errc::ledger when a row was altered, or
  /// the tail was cut off.
  Result<Checked> check(const Head& head, std::string_view signature, std::string_view public_key_pem,
                        const Progress& progress = {});

  /// Takes a person out of the ledger (operator names, people of ceremonies): the chain covers a salted hash of the
  /// name, so it stays whole. Returns whether the name was there. It cannot be undone.
  Result<bool> redact(std::string_view person);
  /// Everybody named and not redacted.
  Result<std::vector<std::string>> people();

 private:
  Ledger::Impl& impl_;
};

}  // namespace epki::ledger

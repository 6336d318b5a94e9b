#include "ledger/key_proofs.hpp"

#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

/// The first column of the first row; nothing: no row.
Result<std::optional<std::string>> first_text(Statement& row) {
  const auto found = row.next();
  if (!found) return found.error();
  return *found ? std::optional(row.text(0)) : std::optional<std::string>();
}

/// For whom the certificate was issued, and whether it holds.
Result<std::string> trouble_of_certificate(Database& database, const KeyProof& proof, bool alone) {
  const auto name = "certificate " + proof.id.serial;
  Statement owner(database, "SELECT imei FROM certificate WHERE serial = ? AND issuer = ?");
  auto imei = first_text(owner.bind(1, proof.id.serial).bind(2, proof.id.issuer));
  if (!imei) return std::move(imei).error();
  // Alone, this station knows what it issued itself and nothing else.
  if (!*imei) return alone ? std::string() : name + " is not in the ledger";
  if (**imei != proof.imei && !(*imei)->empty())
    return name + " was issued for IMEI " + **imei + ", and IMEI " + proof.imei + " showed it";
  Statement revoked(database, "SELECT at FROM revocation WHERE serial = ? AND issuer = ?");
  auto at = first_text(revoked.bind(1, proof.id.serial).bind(2, proof.id.issuer));
  if (!at) return std::move(at).error();
  if (*at) return name + " was revoked on " + **at;
  return std::string();
}

Result<std::string> trouble_of_key(Database& database, const KeyProof& proof) {
  Statement by_serial(database, "SELECT imei FROM key_proof WHERE serial = ? AND issuer = ? AND imei <> ? LIMIT 1");
  auto other = first_text(by_serial.bind(1, proof.id.serial).bind(2, proof.id.issuer).bind(3, proof.imei));
  if (!other) return std::move(other).error();
  if (*other)
    return "certificate " + proof.id.serial + " was proved by IMEI " + **other + " before, and now by IMEI " +
           proof.imei;
  Statement by_key(database, "SELECT imei FROM key_proof WHERE key_sha256 = ? AND imei <> ? LIMIT 1");
  other = first_text(by_key.bind(1, proof.key_sha256).bind(2, proof.imei));
  if (!other) return std::move(other).error();
  if (*other)
    return "the key of certificate " + proof.id.serial + " was proved by IMEI " + **other +
           " before, and now by IMEI " + proof.imei;
  return std::string();
}

}  // namespace

KeyProofs::KeyProofs(Ledger& ledger) : impl_(ledger.impl()) {}

Result<std::optional<std::string>> KeyProofs::judge(const KeyProof& proof) {
  std::string trouble;
  auto recorded = impl_.record("key-proof", Where::anywhere, [&](Writing& writing) -> Result<Json> {
    auto& database = writing.database();
    auto judged = trouble_of_certificate(database, proof, &database == impl_.local.get());
    if (judged && judged->empty()) judged = trouble_of_key(database, proof);
    if (!judged) return std::move(judged).error();
    trouble = *std::move(judged);
    auto detail = Json::object({{"imei", proof.imei}, {"serial", proof.id.serial}, {"proved", trouble.empty()}});
    if (!trouble.empty()) {
      detail.set("why", trouble);
      return detail;
    }
    auto added = writing.add(table::key_proof, {proof.imei, proof.id.issuer, proof.id.serial, proof.sha256,
                                                proof.key_sha256, rfc3339(writing.at())});
    if (!added) return std::move(added).error();
    return detail;
  });
  if (!recorded) return std::move(recorded).error();
  return trouble.empty() ? std::optional<std::string>() : std::optional(std::move(trouble));
}

Result<std::vector<KeyProof>> KeyProofs::of(std::string_view imei) {
  using All = std::vector<KeyProof>;
  return impl_.read<All>([&](Database& database) -> Result<All> {
    Statement rows(database,
                   "SELECT imei, issuer, serial, sha256, key_sha256, at FROM key_proof WHERE imei = ? ORDER BY id");
    rows.bind(1, imei);
    All all;
    auto read = for_rows(rows, [&]() -> Status {
      const auto at = stored_instant(database, rows.text(5));
      if (!at) return at.error();
      all.push_back({rows.text(0), {rows.text(1), rows.text(2)}, rows.text(3), rows.text(4), *at});
      return success();
    });
    if (!read) return std::move(read).error();
    return all;
  });
}

}  // namespace epki::ledger

// Signed heads: what the chain cannot show by itself.

#include "core/text.hpp"
#include "ledger/audit.hpp"
#include "ledger/derived.hpp"
#include "ledger/impl.hpp"
#include "pki/ossl/signature.hpp"

namespace epki::ledger {

namespace {

constexpr std::string_view head_begins = "ec200u-pki ledger head 1";

Error no_head(std::string_view why) {
  return {Errc::input, "that is no head of a ledger: " + std::string(why),
          "give the file that ec200u-pki ledger head wrote, unchanged"};
}

std::optional<std::string> value_of(std::string_view line, std::string_view name) {
  const auto wanted = std::string(name) + ": ";
  if (!line.starts_with(wanted)) return std::nullopt;
  return std::string(line.substr(wanted.size()));
}

Error altered(const Database& database, const Head& head) {
  return {Errc::ledger,
          database.name() + " was changed: its event " + std::to_string(head.event) +
              " is not the one that was signed, though the chain is whole",
          "somebody wrote it anew; compare with a backup"};
}

Error cut_off(const Database& database, const Head& head, std::int64_t events) {
  return {Errc::ledger,
          database.name() + " was cut off: it ends at event " + std::to_string(events) +
              ", and the signed head names event " + std::to_string(head.event),
          "restore it from a backup"};
}

Error another_ledger(const Database& database, const Head& head) {
  return {Errc::ledger, "the head is of ledger " + head.ledger + ", which is not " + database.name(),
          "give a head of this ledger"};
}

Result<Head> head_of(Database& database, Instant at) {
  Head head;
  auto id = ledger_id(database);
  if (!id) return std::move(id).error();
  head.ledger = std::move(*id);
  Statement last(database, "SELECT number, hash FROM event ORDER BY number DESC LIMIT 1");
  const auto found = last.next();
  if (!found) return found.error();
  head.event = *found ? last.number(0) : 0;
  head.hash = *found ? last.text(1) : before_the_first();
  head.at = at;
  return head;
}

// Whether the chain holds it; the chain itself was walked, or is trusted to the event.
Status holds(const Database& database, const Head& head, const std::string& id, std::int64_t events,
             const std::string& hash) {
  if (head.ledger != id) return another_ledger(database, head);
  if (events < head.event) return cut_off(database, head, events);
  const auto& expected = head.event == 0 ? before_the_first() : hash;
  return expected == head.hash ? success() : Status(altered(database, head));
}

}  // namespace

Result<std::string> ledger_id(Database& database) {
  return single_text(database, "SELECT value FROM meta WHERE name = 'id'");
}

std::string Head::text() const {
  return std::string(head_begins) + "\nledger: " + ledger + "\nevent: " + std::to_string(event) + "\nhash: " + hash +
         "\nat: " + rfc3339(at) + "\n";
}

Result<Head> Head::parse(std::string_view text) {
  const auto lines = split(text, '\n');
  if (lines.size() != 6 || !lines[5].empty()) return no_head("it has not five lines");
  if (lines[0] != head_begins) return no_head("it does not begin with \"" + std::string(head_begins) + "\"");
  const auto ledger = value_of(lines[1], "ledger"), event = value_of(lines[2], "event"),
             hash = value_of(lines[3], "hash"), at = value_of(lines[4], "at");
  if (!ledger || !event || !hash || !at) return no_head("a line is missing");
  const auto number = parse_integer(*event);
  const auto moment = parse_rfc3339(*at);
  if (!number || *number < 0 || !moment || hash->size() != 64) return no_head("a value cannot be read");
  Head head{*ledger, *number, *hash, *moment};
  // What is verified is this text: a spelling of its own would not be what was signed.
  if (head.text() != text) return no_head("it is not written as this program writes it");
  return head;
}

Result<Head> Audit::head() {
  return impl_.read_there<Head>([&](Database& database) { return head_of(database, impl_.clock.now()); });
}

Status Audit::import_head(const Head& head, std::string_view signature, std::string_view public_key_pem) {
  if (auto verified = ossl::verify_detached(public_key_pem, head.text(), signature); !verified) return verified;
  return impl_.record("head-signed", Where::database_only, [&](Writing& writing) -> Result<Json> {
    auto& database = writing.database();
    const auto id = ledger_id(database);
    if (!id) return id.error();
    Statement row(database, "SELECT hash FROM event WHERE number = ?");
    const auto found = row.bind(1, head.event).next();
    if (!found) return found.error();
    const auto events = writing.event() - 1;
    if (auto held = holds(database, head, *id, events, *found ? row.text(0) : ""); !held)
      return std::move(held).error();
    const auto added = writing.add(
        table::head, {head.event, head.hash, rfc3339(head.at), to_hex(as_bytes(signature)), public_key_pem});
    if (!added) return added.error();
    return Json::object({{"event", head.event}, {"hash", head.hash}});
  });
}

Result<std::vector<SignedHead>> Audit::heads() {
  using All = std::vector<SignedHead>;
  return impl_.read_there<All>([&](Database& database) -> Result<All> {
    const auto id = ledger_id(database);
    if (!id) return id.error();
    Statement rows(database, "SELECT number, hash, at, signature, public_key FROM head ORDER BY id");
    All all;
    auto read = for_rows(rows, [&]() -> Status {
      const auto at = stored_instant(database, rows.text(2));
      if (!at) return at.error();
      all.push_back({{*id, rows.number(0), rows.text(1), *at}, rows.text(3), rows.text(4)});
      return success();
    });
    if (!read) return std::move(read).error();
    return all;
  });
}

Result<Checked> Audit::check(const Progress& progress) {
  Checked found;
  auto checked = impl_.stream([&](Database& database) -> Status {
    auto walk = check_all(database, 0, progress);
    if (!walk) return std::move(walk).error();
    found = {walk->events, std::move(walk->last_hash)};
    return success();
  });
  if (!checked) return std::move(checked).error();
  return found;
}

Result<Checked> Audit::check(const Head& head, std::string_view signature, std::string_view public_key_pem,
                             const Progress& progress) {
  if (auto verified = ossl::verify_detached(public_key_pem, head.text(), signature); !verified)
    return std::move(verified).error();
  Checked found;
  auto checked = impl_.stream([&](Database& database) -> Status {
    auto walk = check_all(database, head.event, progress);
    if (!walk) return std::move(walk).error();
    const auto id = ledger_id(database);
    if (!id) return id.error();
    found = {walk->events, std::move(walk->last_hash)};
    return holds(database, head, *id, walk->events, walk->sought);
  });
  if (!checked) return std::move(checked).error();
  return found;
}

}  // namespace epki::ledger

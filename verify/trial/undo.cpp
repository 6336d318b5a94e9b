#include "verify/trial/undo.hpp"

#include "verify/trial/dns_override.hpp"
#include "verify/trial/found.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

namespace {

using ledger::JournalEntry;

/// True: done, the entry can be closed.
Result<bool> undo_file(ec200u::Modem& modem, const JournalEntry& entry, Reporter& reporter) {
  const auto name = entry.detail["name"].text();
  if (!name || !ec200u::is_safe_name(*name)) {
    return Error{Errc::ledger, "a journal entry of verify names no file", "check the ledger: ec200u-pki ledger check"};
  }
  reporter.step("undoing what an interrupted verify left: removing " + *name);
  return remove_file(modem, *name, reporter);
}

Result<bool> undo_settings(ec200u::Modem& modem, const JournalEntry& entry, Reporter& reporter) {
  auto found = Found::parse(entry.detail);
  if (!found) return std::move(found).error();
  reporter.step("undoing what an interrupted verify left: putting settings and bindings back");
  if (auto done = put_back(modem, *found, reporter); !done) return std::move(done).error();
  return true;
}

Result<bool> undo_clock(ec200u::Modem& modem, const JournalEntry& entry, const Clock& clock, Reporter& reporter) {
  const auto offset = entry.detail["offset"].integer();
  if (!offset) return Error{Errc::ledger, "a journal entry of verify holds no clock", "check the ledger"};
  reporter.step("undoing what an interrupted verify left: putting the clock back");
  auto done = restore_clock(modem, clock.now(), std::chrono::seconds(*offset), reporter);
  if (!done) return std::move(done).error();
  if (entry.detail["follow"].boolean().value_or(false)) {
    if (auto followed = follow_network_time(modem, reporter); !followed) return std::move(followed).error();
  }
  return true;
}

/// MQTT sessions hold the binding in use; a session that a cut run left open ends with them.
Status end_sessions(ec200u::Modem& modem, const JournalEntry& entry) {
  auto found = Found::parse(entry.detail);
  if (!found) return std::move(found).error();
  for (const auto& client : found->clients) {
    auto ended = modem.mqtt_end(client.number);
    if (!ended && ended.error().code != Errc::modem_refused) return ended;
  }
  if (found->ssl_socket) return modem.ssl_close(ssl_socket);
  return success();
}

}  // namespace

Result<bool> remove_file(ec200u::Modem& modem, const std::string& name, Reporter& reporter) {
  auto removed = modem.remove(name);
  if (removed) return true;
  if (removed.error().code != Errc::modem_refused) return std::move(removed).error();
  reporter.warning(name + " could not be deleted: " + removed.error().what + "; the next run tries again");
  return false;
}

Status restore_clock(ec200u::Modem& modem, Instant now, std::chrono::seconds offset, Reporter& reporter) {
  auto set = modem.set_clock(now + offset);
  if (set) return success();
  if (set.error().code != Errc::usage && set.error().code != Errc::modem_refused) return set;
  reporter.warning("the modem's clock could not be put back to " + rfc3339(now + offset) + "; it keeps the right time");
  return success();
}

Status follow_network_time(ec200u::Modem& modem, Reporter& reporter) {
  auto set = modem.follow_network_time(true);
  if (set || set.error().code != Errc::modem_refused) return set;
  reporter.warning("the modem does not let network time set its clock again (AT+CTZU=1): " + set.error().what);
  return success();
}

Status undo_open_journal(ec200u::Modem& modem, std::string_view imei, ledger::Ledger& ledger, const Clock& clock,
                         Reporter& reporter, const Cancel& cancel) {
  auto open = ledger.journal_open(imei);
  if (!open) return std::move(open).error();
  const Cancel::Shield shield(cancel);
  for (const auto kind : {journal_settings, journal_file, journal_clock, journal_dns}) {
    // The newest first: the oldest entry holds what was found before anything was changed, and has the last word.
    for (auto entry = open->rbegin(); entry != open->rend(); ++entry) {
      if (entry->kind != kind) continue;
      if (kind == journal_settings) {
        if (auto ended = end_sessions(modem, *entry); !ended) return ended;
      }
      auto done = kind == journal_file       ? undo_file(modem, *entry, reporter)
                  : kind == journal_settings ? undo_settings(modem, *entry, reporter)
                  : kind == journal_dns      ? undo_dns(modem, *entry, reporter)
                                             : undo_clock(modem, *entry, clock, reporter);
      if (!done) return std::move(done).error().during("undoing what an interrupted verify left");
      if (!*done) continue;
      if (auto ended = ledger.journal_end(entry->id); !ended) return ended;
    }
  }
  return success();
}

}  // namespace epki::trial

// What the wrong-CA control changes for a while, how it is written down first, and how it is undone.

#include "core/text.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

Json optional_text(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json();
}

/// A firmware that takes no empty path stays bound to the CA file, which exists: never to the twin, which goes.
Status release_ca(ec200u::Modem& modem, const TwinEntry& entry) {
  const auto context = entry.spare_context;
  auto bound = modem.ssl_setting(context, "cacert");
  if (!bound) return std::move(bound).error();
  if (!*bound || name_in(**bound) != entry.name) return success();
  return modem.set_ssl(context, "cacert", path_of(entry.ca_file));
}

Status restore_setting(ec200u::Modem& modem, const TwinEntry& entry, const std::string& key, std::string value) {
  if (key == "cacert" && name_in(value) == entry.name) value.clear();
  auto now = modem.ssl_setting(entry.spare_context, key);
  if (!now) return std::move(now).error();
  if (!*now || ec200u::same_ssl_value(key, **now, value)) return success();
  auto set = modem.set_ssl(entry.spare_context, key, value);
  if (set || ends_run(set.error())) return set;
  return is_file_key(key) ? success() : set;  // an empty path is not taken everywhere; release_ca() follows
}

Status restore_spare(ec200u::Modem& modem, const TwinEntry& entry, Reporter& reporter) {
  for (const auto& [key, value] : entry.saved) {
    if (!value) continue;  // this firmware does not know the key
    auto done = restore_setting(modem, entry, key, *value);
    if (!done && ends_run(done.error())) return done;
    if (!done)
      reporter.warning("SSL context " + std::to_string(entry.spare_context) + " keeps another \"" + key +
                       "\" than was found: " + done.error().what);
  }
  return release_ca(modem, entry);
}

/// Only a client that still points at the spare context is turned back.
Status restore_binding(ec200u::Modem& modem, const TwinEntry& entry) {
  auto bound = modem.mqtt_ssl(entry.client);
  if (!bound) return std::move(bound).error();
  if (!bound->enabled || bound->context != entry.spare_context) return success();
  return modem.set_mqtt_ssl(entry.client, true, entry.context);
}

Status remove_twin(ec200u::Modem& modem, const TwinEntry& entry) {
  auto listed = modem.file(entry.name);
  if (!listed) return std::move(listed).error();
  if (!*listed) return success();
  return modem.remove(entry.name);
}

}  // namespace

Json TwinEntry::json() const {
  Json values = Json::object();
  for (const auto& [key, value] : saved) values.set(key, optional_text(value));
  return Json::object({{"name", name},
                       {"size", size},
                       {"sha256", sha256},
                       {"ca_file", ca_file},
                       {"context", context},
                       {"spare_context", spare_context},
                       {"client", client},
                       {"saved", std::move(values)}});
}

TwinEntry TwinEntry::from(const Json& detail) {
  const auto number = [&](std::string_view key) { return static_cast<int>(detail[key].integer().value_or(0)); };
  TwinEntry entry{.name = detail["name"].text_or(""),
                  .sha256 = detail["sha256"].text_or(""),
                  .size = static_cast<std::size_t>(detail["size"].integer().value_or(0)),
                  .ca_file = detail["ca_file"].text_or(""),
                  .context = number("context"),
                  .spare_context = number("spare_context"),
                  .client = number("client")};
  for (const auto& [key, value] : detail["saved"].members()) entry.saved[key] = value.text();
  return entry;
}

Status restore(ec200u::Modem& modem, const TwinEntry& entry, Reporter& reporter) {
  auto ended = modem.mqtt_end(entry.client);
  if (!ended && ends_run(ended.error())) return ended;
  if (auto done = restore_binding(modem, entry); !done) return done;
  if (auto done = restore_spare(modem, entry, reporter); !done) return done;
  return remove_twin(modem, entry);
}

Status undo_open_journal(ec200u::Modem& modem, std::string_view imei, ledger::Ledger& ledger, Reporter& reporter,
                         const Cancel& cancel) {
  auto open = ledger.journal_open(imei);
  if (!open) return std::move(open).error();
  for (const auto& entry : *open) {
    if (entry.kind != journal_twin) continue;
    const auto twin = TwinEntry::from(entry.detail);
    reporter.step("undoing what an interrupted run left: removing " + twin.name);
    const Cancel::Shield shield(cancel);
    if (auto done = restore(modem, twin, reporter); !done)
      return std::move(done).error().during("removing the twin that an interrupted run left");
    if (auto ended = ledger.journal_end(entry.id); !ended) return ended;
  }
  return success();
}

}  // namespace epki::plan

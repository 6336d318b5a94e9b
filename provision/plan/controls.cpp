// The wrong-CA control: a twin of the project's root, which signed nothing, is bound in a spare context. Everything but
// the bound file is held fixed, and the right CA opens before and after.

#include <algorithm>

#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

constexpr int refusals_wanted = 2;

Status untested(Run& run, const std::string& why) {
  run.report.protection.unknown_ca_note = "untested: " + why;
  return success();
}

Result<TwinEntry> entry_for(Run& run) {
  TwinEntry entry{.name = run.twin_file,
                  .sha256 = run.twin_sha256,
                  .size = run.wanted.twin_pem.size(),
                  .ca_file = run.ca_file,
                  .context = run.wanted.context,
                  .spare_context = run.wanted.spare_context,
                  .client = run.wanted.client};
  for (const auto& [key, value] : run.settings()) {
    auto found = run.modem.ssl_setting(entry.spare_context, key);
    if (!found) return std::move(found).error();
    entry.saved[key] = *found;
  }
  return entry;
}

/// Writes one key of the spare context and reads it back.
Result<bool> set_spare(Run& run, const std::string& key, const std::string& value) {
  const int spare = run.wanted.spare_context;
  if (auto set = run.modem.set_ssl(spare, key, value); !set && ends_run(set.error())) return std::move(set).error();
  auto now = run.modem.ssl_setting(spare, key);
  if (!now) return std::move(now).error();
  return *now && ec200u::same_ssl_value(key, **now, value);
}

/// Gives the spare context the main one's settings. False: it does not take one of them.
Result<bool> arm_spare(Run& run) {
  for (const auto& setting : run.report.settings) {
    if (setting.state == "absent") continue;
    auto taken = set_spare(run, setting.key, setting.wanted);
    if (!taken || !*taken) return taken;
  }
  return true;
}

/// Whether the spare context still has what was written: after a reboot of the modem's own it would not.
Result<bool> still_armed(Run& run) {
  auto level = run.modem.ssl_setting(run.wanted.spare_context, "seclevel");
  if (!level) return std::move(level).error();
  return *level && ec200u::same_ssl_value("seclevel", **level, run.wanted.mutual ? "2" : "1");
}

/// Nothing: the twin was refused, and only certificates can be why.
Result<std::optional<std::string>> twin_opens_or_cause(Run& run) {
  auto seen = open_and_end(run, run.wanted.host, AskMqtt::yes);
  if (!seen) return std::move(seen).error();
  if (!seen->accepted()) {
    run.detail("twin bound: " + seen->text());
    if (seen->failed_after) return std::optional<std::string>();
    return other_cause(run, seen->open, run.wanted.host, run.wanted.port);
  }
  run.report.protection.unknown_ca = Protection::accepted;
  run.report.protection.unknown_ca_note =
      "with " + run.twin_file + " bound, which never signed anything, the broker is accepted (" + seen->text() + ")";
  return std::optional<std::string>("accepted");
}

Status try_twin(Run& run) {
  auto bound = set_spare(run, "cacert", path_of(run.twin_file));
  if (!bound) return std::move(bound).error();
  if (!*bound) return untested(run, "the spare context does not take the twin");
  for (int n = 0; n < refusals_wanted; ++n) {
    auto cause = twin_opens_or_cause(run);
    if (!cause) return std::move(cause).error();
    if (run.report.protection.unknown_ca == Protection::accepted) return success();
    if (*cause) return untested(run, "the twin's failure has another explanation: " + **cause);
  }
  return success();
}

/// The right CA in the spare context. Empty note: it opened, and MQTT with it where opening alone says nothing.
Result<std::string> try_right(Run& run) {
  auto bound = set_spare(run, "cacert", path_of(run.ca_file));
  if (!bound) return std::move(bound).error();
  if (!*bound) return std::string("the spare context does not take the right CA");
  auto seen = open_and_end(run, run.wanted.host, run.opens_early ? AskMqtt::yes : AskMqtt::no);
  if (!seen) return std::move(seen).error();
  return seen->accepted() ? std::string() : seen->text();
}

/// Right, twin, twin, right.
Status compare(Run& run) {
  auto& protection = run.report.protection;
  auto armed = arm_spare(run);
  if (!armed) return std::move(armed).error();
  if (!*armed) return untested(run, "the spare context does not take the main one's settings");
  if (auto bound = bind_mqtt(run, run.wanted.spare_context); !bound) return bound;
  auto before = try_right(run);
  if (!before) return std::move(before).error();
  if (!before->empty()) return untested(run, "the right CA does not open in the spare context (" + *before + ")");
  if (auto tried = try_twin(run); !tried) return tried;
  if (!protection.unknown_ca_note.empty()) return success();  // accepted, or explained otherwise
  auto after = try_right(run);
  if (!after) return std::move(after).error();
  if (!after->empty()) return untested(run, "the right CA does not open again after the twin (" + *after + ")");
  auto armed_still = still_armed(run);
  if (!armed_still) return std::move(armed_still).error();
  if (!*armed_still) return untested(run, "the modem lost its settings in between: it rebooted");
  protection.unknown_ca = Protection::refused;
  protection.unknown_ca_note = "a twin of the root was refused twice; the root itself opens before and after";
  return success();
}

Status put_back(Run& run, const TwinEntry& entry, std::int64_t journal) {
  const Cancel::Shield shield(run.around.cancel);
  if (auto done = restore(run.modem, entry, run.around.reporter); !done) {
    run.warn("the twin " + entry.name + " is still on the modem (" + done.error().what +
             "); the next run of any command removes it");
    return ends_run(done.error()) ? done : success();
  }
  if (auto ended = run.around.ledger.journal_end(journal); !ended) return ended;
  return bind_mqtt(run, run.wanted.context);
}

Status upload_and_compare(Run& run) {
  if (auto stored = store(run, run.twin_file, run.wanted.twin_pem, run.twin_sha256); !stored) return stored;
  return compare(run);
}

}  // namespace

Status wrong_ca_control(Run& run) {
  run.step("wrong-CA control: a twin of the root must be refused");
  auto entry = entry_for(run);
  if (!entry && ends_run(entry.error())) return std::move(entry).error();
  if (!entry) return untested(run, entry.error().what);
  auto journal = run.around.ledger.journal_begin(run.imei(), std::string(journal_twin), entry->json());
  if (!journal) return std::move(journal).error();
  auto done = upload_and_compare(run);
  if (auto back = put_back(run, *entry, *journal); !back && done) return back;
  if (!done && ends_run(done.error())) return done;
  // An answer that nobody expected leaves the question open; what was accepted before stays accepted.
  if (!done && run.report.protection.unknown_ca != Protection::accepted)
    if (auto noted = untested(run, done.error().what); !noted) return noted;
  run.step("wrong CA: " + std::string(word(run.report.protection.unknown_ca)));
  return success();
}

}  // namespace epki::plan

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

SettingReport& report_for(Run& run, const std::string& key, const std::string& wanted) {
  auto& all = run.report.settings;
  const auto at = std::ranges::find(all, key, &SettingReport::key);
  if (at != all.end()) return *at;
  all.push_back({.key = key, .wanted = wanted, .found = run.found.settings[key]});
  return all.back();
}

struct Apply {
  Run& run;

  Status operator()(const DeleteFile& action) const {
    run.step("deleting " + action.name + ": " + action.why);
    auto gone = run.modem.remove(action.name);
    if (gone) return gone;
    if (ends_run(gone.error())) return gone;
    run.warn(action.name + " could not be deleted: " + gone.error().what);
    return success();
  }

  Status operator()(const UploadFile& action) const {
    run.step("uploading " + action.name + ", " + counted(action.bytes.size(), "byte"));
    auto& ledger = run.around.ledger;
    auto begun = ledger.journal_begin(
        run.imei(), std::string(journal_ca),
        Json::object({{"name", action.name}, {"size", action.bytes.size()}, {"sha256", action.sha256}}));
    if (!begun) return std::move(begun).error();
    if (auto stored = store(run, action.name, action.bytes, action.sha256); !stored) return stored;
    // A power cut that takes this has the file looked at again.
    if (auto kept = ledger.record_file(run.imei(), action.name, action.bytes.size(), action.sha256, "read-back",
                                       ledger::Kept::committed);
        !kept)
      return kept;
    if (auto ended = ledger.journal_end(*begun); !ended) return ended;
    run.file_report(action.name) = {.name = action.name,
                                    .size = action.bytes.size(),
                                    .sha256 = action.sha256,
                                    .verified = true,
                                    .evidence = "read-back",
                                    .uploaded = true};
    return success();
  }

  Status operator()(const InstallClient&) const { return install_client(run); }

  /// store() reads back before it says yes, so that a retry can follow; this step states that it was done.
  Status operator()(const ReadBack& action) const {
    const bool done = std::ranges::any_of(run.report.files,
                                          [&](const FileReport& f) { return f.verified && f.sha256 == action.sha256; });
    if (!done) return Error{Errc::internal, action.name + " was not read back before it was to be bound"};
    run.detail(action.name + " was read back, its SHA-256 is " + action.sha256);
    const bool roots = run.file_report(run.ca_file).verified &&
                       (run.standby_file.empty() || run.file_report(run.standby_file).verified);
    if (roots) run.reached(Milestone::uploaded);
    return success();
  }

  /// No answer to a write leaves the context in a state that nobody knows: the write may still take effect. The modem
  /// is brought back into step by reading, what is not as wanted is written once more, and before MQTT is bound to this
  /// context every key is read again.
  Status write_ssl(const SetSsl& action) const {
    auto& engine = run.modem.engine();
    const auto before = engine.statistics().exchanges;
    auto set = run.modem.set_ssl(action.context, action.key, action.value);
    // One exchange, two for a refusal that is asked for again. More were needed to get back in step.
    const auto took = engine.statistics().exchanges - before;
    const bool gone = !set && set.error().code == Errc::modem_gone;
    if (!gone && took <= (set ? 1U : 2U)) return set;
    if (!std::exchange(run.quarantined, true))
      run.warn("setting " + action.key + " went unanswered: SSL context " + std::to_string(action.context) +
               " is read again before it is used");
    if (!gone) return set;
    auto now = run.modem.ssl_setting(action.context, action.key);
    if (!now) return set;  // it does not come back: the first failure is the one to tell
    if (*now && ec200u::same_ssl_value(action.key, **now, action.value)) return success();
    return run.modem.set_ssl(action.context, action.key, action.value);
  }

  Status operator()(const SetSsl& action) const {
    auto set = write_ssl(action);
    if (!set && ends_run(set.error())) return std::move(set).error().during("setting " + action.key);
    if (action.value.empty()) return success();  // unbinding for a moment: not every firmware takes an empty path
    auto& report = report_for(run, action.key, action.value);
    report.written = set.ok();
    if (!set) report.state = report.found ? "refused" : "absent";
    return success();
  }

  Status operator()(const ReadSsl& action) const {
    auto& report = report_for(run, action.key, action.value);
    if (report.state == "absent") return success();
    auto value = run.modem.ssl_setting(action.context, action.key);
    if (!value) return std::move(value).error().during("reading " + action.key + " back");
    report.read_back = *value;
    const bool same = *value && ec200u::same_ssl_value(action.key, **value, action.value);
    if (report.state.empty()) report.state = same ? "ok" : "different";
    if (report.state == "refused" && same) report.state = "ok";  // fixed in this firmware at what is wanted
    return success();
  }

  /// The second reading, after everything was written and read once: a late effect shows here.
  Status read_quarantined() const {
    for (auto& setting : run.report.settings) {
      if (setting.state == "absent") continue;
      auto value = run.modem.ssl_setting(run.wanted.context, setting.key);
      if (!value) return std::move(value).error().during("reading " + setting.key + " again");
      setting.read_back = *value;
      if (!*value || !ec200u::same_ssl_value(setting.key, **value, setting.wanted)) setting.state = "different";
    }
    return success();
  }

  Status operator()(const BindMqtt& action) const {
    if (run.quarantined)
      if (auto read = read_quarantined(); !read) return read;
    if (auto sound = judge_settings(run); !sound) return sound;
    run.step(describe(action));
    if (auto pdp = run.modem.set_mqtt_pdp(action.client, action.pdp); !pdp) {
      if (ends_run(pdp.error())) return std::move(pdp).error();
      run.mqtt_pdp_taken = false;
      run.detail("this firmware takes no packet context for MQTT: " + pdp.error().what);
    }
    if (auto bound = bind_mqtt(run, action.context); !bound) return bound;
    run.reached(Milestone::configured);
    return success();
  }

  Status operator()(const Connect&) const { return connect_and_publish(run); }
  Status operator()(const WrongCaControl&) const {
    if (auto done = wrong_ca_control(run); !done) return done;
    return still_holds(run);
  }
  Status operator()(const WrongNameControl&) const { return wrong_name_control(run); }
  Status operator()(const RebootAndReplay&) const { return reboot_and_replay(run); }
  Status operator()(const ProveKey&) const { return prove_key(run); }
};

}  // namespace

Status apply(Run& run, const Action& action) {
  if (auto proceed = go_on(run); !proceed) return proceed;
  return std::visit(Apply{run}, action);
}

Status judge_settings(const Run& run) {
  for (const auto& setting : run.report.settings) {
    if (setting.state == "ok") continue;
    if (setting.state == "absent" && !is_required(setting.key)) continue;
    if (setting.state == "absent")
      return Error{Errc::modem_refused,
                   "this firmware (" + run.report.identity.firmware + ") has no SSL setting \"" + setting.key + "\"",
                   "without it the broker cannot be verified; ask the modem's vendor for another firmware"};
    return Error{Errc::modem_refused,
                 "SSL setting \"" + setting.key + "\" of context " + std::to_string(run.wanted.context) + " is " +
                     setting.read_back.value_or("unreadable") + " after " + setting.wanted + " was written",
                 "reboot the modem and run provision again; try another --context if it stays"};
  }
  return success();
}

}  // namespace epki::plan

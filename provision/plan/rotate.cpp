// A rotation that failed: the device goes on with what it had.

#include <algorithm>

#include "ledger/certificates.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

bool was_there(const Run& run, std::string_view name) {
  return std::ranges::find(run.found.files, name, &ec200u::FileEntry::name) != run.found.files.end();
}

/// What the context was bound to before this run, as far as its files are still there.
BoundFiles before(const Run& run) {
  BoundFiles files = run.files();
  const auto found = run.found.settings.find("cacert");
  if (found != run.found.settings.end())
    if (const auto name = name_in(found->second.value_or("")); !name.empty() && was_there(run, name)) files.ca = name;
  for (const auto& identity : run.found.older) {
    if (!was_there(run, identity.certificate.name) || !was_there(run, identity.key.name)) continue;
    files.client_certificate = identity.certificate.name;
    files.client_key = identity.key.name;
    break;
  }
  return files;
}

Status bind_again(Run& run, const BoundFiles& files) {
  for (const auto& [key, value] : ssl_settings(files)) {
    if (!is_file_key(key)) continue;
    if (auto set = run.modem.set_ssl(run.wanted.context, key, value); !set) return set;
    auto now = run.modem.ssl_setting(run.wanted.context, key);
    if (!now) return std::move(now).error();
    if (!*now || !ec200u::same_ssl_value(key, **now, value))
      return Error{Errc::modem_refused, key + " is " + now->value_or("unreadable") + " after " + value + " was written",
                   "send the boot sequence of the run before"};
  }
  return success();
}

/// What this run put beside the old files, and nothing is bound to now.
Status remove_new(Run& run, const BoundFiles& now_bound) {
  for (const auto& report : run.report.files) {
    if (!report.uploaded || report.name == now_bound.ca || report.name == now_bound.client_certificate ||
        report.name == now_bound.client_key || report.name == run.standby_file)
      continue;
    if (auto gone = run.modem.remove(report.name); !gone) return gone;
  }
  return success();
}

Status revoke_new(Run& run) {
  if (!run.report.client_issued) return success();
  ledger::Certificates certificates(run.around.ledger);
  const std::vector<ledger::Revocation> revocation{
      {.id = run.report.client->id, .at = run.around.clock.now(), .reason = ledger::RevocationReason::superseded}};
  auto revoked = certificates.revoke(revocation);
  if (!revoked) return std::move(revoked).error();
  return success();
}

}  // namespace

Status roll_back(Run& run) {
  const auto old = before(run);
  const auto mine = run.files();
  if (old.ca == mine.ca && old.client_certificate == mine.client_certificate) return success();
  const Cancel::Shield shield(run.around.cancel);
  run.step("the new files are not proved: binding the old ones again");
  if (auto done = run.modem.mqtt_end(run.wanted.client); !done && ends_run(done.error())) return done;
  if (auto done = bind_again(run, old); !done) return done;
  if (auto done = remove_new(run, old); !done) return done;
  if (old.client_certificate != mine.client_certificate)
    if (auto done = revoke_new(run); !done) return done;
  run.warn("the rotation failed: the modem is bound to " + old.ca +
           (old.mutual() ? " and " + old.client_certificate : std::string()) + " as before");
  return success();
}

}  // namespace epki::plan

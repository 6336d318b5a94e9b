#include "cli/rollover/progress.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "ledger/audit.hpp"
#include "ledger/certificates.hpp"

namespace epki::cli {

namespace {

// The name under which the modem holds this root, as it was read back; empty when it does not.
std::string held_as(const ledger::DeviceRun& run, const std::string& root_file_sha256) {
  for (const auto& file : run.detail["files"].items())
    if (file["sha256"].text() == root_file_sha256 && file["verified"].boolean().value_or(false))
      return file["name"].text_or("");
  return {};
}

// A standby root lies on every modem and is bound to nothing: only the root that was bound was proved by a connection.
bool connected_under(const ledger::DeviceRun& run, const std::string& name) {
  if (run.status != "protected" && run.status != "connected-unproven") return false;
  const auto& settings = run.detail["settings"].items();
  return std::any_of(settings.begin(), settings.end(), [&](const Json& setting) {
    return setting["key"].text() == "cacert" && setting["state"].text() == "ok" &&
           setting["wanted"].text_or("").ends_with(name);
  });
}

}  // namespace

std::set<std::string> RolloverProgress::missing() const {
  std::set<std::string> all;
  std::set_difference(devices.begin(), devices.end(), proven.begin(), proven.end(), std::inserter(all, all.end()));
  return all;
}

std::size_t RolloverProgress::percent() const {
  return devices.empty() ? 0 : 100 * (devices.size() - missing().size()) / devices.size();
}

Result<RolloverProgress> rollover_progress(ledger::Ledger& ledger, const std::string& root_file_sha256) {
  RolloverProgress progress;
  const auto runs = ledger.runs();
  if (!runs) return runs.error();
  std::map<std::string, const ledger::DeviceRun*> newest;
  for (const auto& run : *runs) {
    newest[run.imei] = &run;
    // A run that failed early says nothing about the file.
    if (!held_as(run, root_file_sha256).empty())
      progress.holding.insert(run.imei);
    else if (run.status != "failed")
      progress.holding.erase(run.imei);
  }
  for (const auto& [imei, run] : newest) {
    progress.devices.insert(imei);
    const auto name = held_as(*run, root_file_sha256);
    if (!name.empty() && connected_under(*run, name)) progress.proven.insert(imei);
  }
  ledger::CertificateFilter valid;
  valid.kind = "device";
  valid.status = ledger::CertificateStatus::valid;
  auto listed = ledger::Certificates(ledger).for_each(valid, [&](const ledger::CertificateRecord& one) -> Result<bool> {
    progress.devices.insert(one.certificate.imei.empty() ? one.certificate.name : one.certificate.imei);
    return true;
  });
  if (!listed) return std::move(listed).error();
  auto vouched = ledger::Audit(ledger).for_each(1, rollover_event, [&](const ledger::Event& event) -> Result<bool> {
    if (event.detail["root"].text() == root_file_sha256)
      for (const auto& name : event.detail["devices"].items()) progress.proven.insert(name.text_or(""));
    return true;
  });
  if (!vouched) return std::move(vouched).error();
  return progress;
}

}  // namespace epki::cli

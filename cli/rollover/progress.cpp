#include "cli/rollover/progress.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "ledger/audit.hpp"
#include "ledger/certificates.hpp"

namespace epki::cli {

namespace {

bool connected_under(const ledger::DeviceRun& run, const std::string& root_file_sha256) {
  if (run.status != "protected" && run.status != "connected-unproven") return false;
  const auto& files = run.detail["files"].items();
  return std::any_of(files.begin(), files.end(), [&](const Json& file) {
    return file["sha256"].text() == root_file_sha256 && file["verified"].boolean().value_or(false);
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
  std::map<std::string, bool> newest;
  for (const auto& run : *runs) newest[run.imei] = connected_under(run, root_file_sha256);
  for (const auto& [imei, connected] : newest) {
    progress.devices.insert(imei);
    if (connected) progress.proven.insert(imei);
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

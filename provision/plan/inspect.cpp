// What the modem holds. Reads only; every answer is kept in run.found.

#include <algorithm>

#include "core/text.hpp"
#include "pki/ossl/digest.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

constexpr std::string_view from_ledger = "known from an earlier read-back";

const ec200u::FileEntry* listed(const Run& run, std::string_view name) {
  const auto at = std::ranges::find(run.found.files, name, &ec200u::FileEntry::name);
  return at == run.found.files.end() ? nullptr : &*at;
}

Status inspect_ca(Run& run) {
  const auto* entry = listed(run, run.ca_file);
  if (entry == nullptr) return success();
  const auto size = run.wanted.ca_pem.size();
  if (entry->size != size) {
    run.found.ca = Stored::broken;
    return success();
  }
  auto evidence = run.around.ledger.file_evidence(run.imei(), run.ca_file, size, run.ca_sha256);
  if (!evidence) return std::move(evidence).error();
  if (!evidence->empty() && !run.options.deep) {
    run.found.ca = Stored::good;
    run.found.ca_evidence = from_ledger;
    return success();
  }
  run.step("reading " + run.ca_file + " back");
  auto same = holds(run, run.ca_file, size, run.ca_sha256);
  if (!same) return std::move(same).error();
  run.found.ca = *same ? Stored::good : Stored::broken;
  if (*same) run.found.ca_evidence = "read-back";
  return success();
}

/// Ours is what the ledger intended, or a name whose 12 digits match the content.
Result<bool> is_ours(Run& run, const ec200u::FileEntry& entry, const std::vector<std::string>& intended) {
  if (!has_our_form(entry.name)) return false;
  if (std::ranges::find(intended, entry.name) != intended.end()) return true;
  auto content = run.modem.download(entry.name, entry.size);
  if (!content) {
    if (ends_run(content.error())) return std::move(content).error();
    run.warn(entry.name + " could not be read and stays: " + content.error().what);
    return false;
  }
  return file_name_for(*content) == entry.name;
}

/// The file each of the six contexts is bound to, quotes and "UFS:" removed.
Result<std::vector<std::string>> bindings(Run& run) {
  std::vector<std::string> all;
  for (int context = 0; context <= 5; ++context) {
    auto value = run.modem.ssl_setting(context, "cacert");
    if (!value) return std::move(value).error();
    all.push_back(name_in(value->value_or("")));
  }
  return all;
}

/// Names this project meant to put on this modem: those read back once, and those whose upload was begun.
Result<std::vector<std::string>> intended_names(Run& run) {
  auto names = run.around.ledger.files_intended(run.imei());
  if (!names) return names;
  auto open = run.around.ledger.journal_open(run.imei());
  if (!open) return std::move(open).error();
  for (const auto& entry : *open) {
    if (entry.kind != journal_ca) continue;
    run.ca_journal.push_back(entry.id);
    names->push_back(entry.detail["name"].text_or(""));
  }
  return names;
}

Status inspect_others(Run& run) {
  auto intended = intended_names(run);
  if (!intended) return std::move(intended).error();
  std::vector<std::string> ours;
  for (const auto& entry : run.found.files) {
    if (entry.name == run.ca_file || entry.name == run.twin_file) continue;
    auto mine = is_ours(run, entry, *intended);
    if (!mine) return std::move(mine).error();
    if (*mine) ours.push_back(entry.name);
  }
  if (ours.empty()) return success();
  auto bound = bindings(run);
  if (!bound) return std::move(bound).error();
  (*bound)[static_cast<std::size_t>(run.wanted.context)].clear();  // about to be bound to the new file
  for (const auto& name : ours) {
    const auto at = std::ranges::find(*bound, name);
    if (at == bound->end())
      run.found.retired.push_back(name);
    else
      run.warn(name + " is an older file of ours and stays: SSL context " + std::to_string(at - bound->begin()) +
               " is bound to it");
  }
  return success();
}

Status inspect_settings(Run& run) {
  for (const auto& [key, value] : ssl_settings(run.ca_file)) {
    auto found = run.modem.ssl_setting(run.wanted.context, key);
    if (!found) return std::move(found).error();
    run.found.settings[key] = *found;
  }
  return success();
}

}  // namespace

Status inspect(Run& run) {
  run.step("reading what the modem holds");
  auto files = run.modem.files();
  if (!files) return std::move(files).error().during("listing files");
  run.found.files = std::move(*files);
  run.found.twin_left = !run.twin_file.empty() && listed(run, run.twin_file) != nullptr;
  if (auto done = inspect_ca(run); !done) return done;
  if (auto done = inspect_others(run); !done) return done;
  return inspect_settings(run);
}

}  // namespace epki::plan

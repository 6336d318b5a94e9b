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

Status inspect_root(Run& run, const std::string& name, std::size_t size, const std::string& sha256, Stored& stored,
                    std::string& proof) {
  const auto* entry = listed(run, name);
  if (entry == nullptr) return success();
  if (entry->size != size) {
    stored = Stored::broken;
    return success();
  }
  auto evidence = run.around.ledger.file_evidence(run.imei(), name, size, sha256);
  if (!evidence) return std::move(evidence).error();
  const bool safe = *evidence == after_reboot;
  run.file_report(name).safe = safe;
  if (!evidence->empty() && !run.options.deep) {
    stored = Stored::good;
    proof = from_ledger;
    return success();
  }
  run.step("reading " + name + " back");
  auto same = holds(run, name, size, sha256);
  if (!same) return std::move(same).error();
  stored = *same ? Stored::good : Stored::broken;
  // What was once read back after a restart is not known less for being read again.
  if (*same) proof = safe ? after_reboot : "read-back";
  run.file_report(name).safe = safe && *same;
  return success();
}

Status inspect_roots(Run& run) {
  auto& found = run.found;
  if (auto done = inspect_root(run, run.ca_file, run.wanted.ca_pem.size(), run.ca_sha256, found.ca, found.ca_evidence);
      !done || run.standby_file.empty())
    return done;
  return inspect_root(run, run.standby_file, run.wanted.standby_pem.size(), run.standby_sha256, found.standby,
                      found.standby_evidence);
}

/// Ours is what the ledger intended, or a name whose 12 digits match the content. A key that this ledger does not know
/// is somebody's: it is not read to find out.
Result<bool> is_ours(Run& run, const ec200u::FileEntry& entry, const std::vector<std::string>& intended) {
  const auto role = role_in_name(entry.name);
  if (!role) return false;
  if (std::ranges::find(intended, entry.name) != intended.end()) return true;
  if (*role == FileRole::client_key) return false;
  auto content = run.modem.download(entry.name, entry.size);
  if (!content) {
    if (ends_run(content.error())) return std::move(content).error();
    run.warn(entry.name + " could not be read and stays: " + content.error().what);
    return false;
  }
  return file_name_for(*content, *role) == entry.name;
}

/// A file and the context that is bound to it.
struct Binding {
  std::string name;
  int context = 0;
};

/// What the contexts other than the one about to be bound anew are bound to.
Result<std::vector<Binding>> bindings(Run& run, bool client_files) {
  std::vector<Binding> all;
  std::vector<std::string_view> keys{"cacert"};
  if (client_files) keys.insert(keys.end(), {"clientcert", "clientkey"});
  for (int context = 0; context <= 5; ++context) {
    if (context == run.wanted.context) continue;
    for (const auto key : keys) {
      auto value = run.modem.ssl_setting(context, key);
      if (!value) return std::move(value).error();
      if (*value && !(*value)->empty()) all.push_back({name_in(**value), context});
    }
  }
  return all;
}

/// A certificate that somebody else put there: nobody knows what it is for, and nothing is done with it.
bool looks_like_certificate(std::string_view name) {
  const auto text = lower(name);
  for (const auto* ending : {".pem", ".crt", ".cer", ".der", ".key"})
    if (text.ends_with(ending)) return true;
  return false;
}

/// Names this project meant to put on this modem: those read back once, and those whose upload was begun.
Result<std::vector<std::string>> intended_names(Run& run) {
  auto names = run.around.ledger.files_intended(run.imei());
  if (!names) return names;
  auto open = run.around.ledger.journal_open(run.imei());
  if (!open) return std::move(open).error();
  for (const auto& entry : *open) {
    if (entry.kind == journal_client)
      for (const auto* file : {"certificate", "key"}) names->push_back(entry.detail[file]["name"].text_or(""));
    if (entry.kind != journal_ca) continue;
    run.ca_journal.push_back(entry.id);
    names->push_back(entry.detail["name"].text_or(""));
  }
  for (const auto& identity : run.found.older)
    names->insert(names->end(), {identity.certificate.name, identity.key.name});
  return names;
}

Status inspect_others(Run& run) {
  auto intended = intended_names(run);
  if (!intended) return std::move(intended).error();
  const auto wanted = run.files();
  std::vector<std::string> ours;
  bool client_files = false;
  for (const auto& entry : run.found.files) {
    if (entry.name == run.ca_file || entry.name == run.standby_file || entry.name == run.twin_file ||
        entry.name == wanted.client_certificate || entry.name == wanted.client_key)
      continue;
    auto mine = is_ours(run, entry, *intended);
    if (!mine) return std::move(mine).error();
    const bool of_client = role_in_name(entry.name).value_or(FileRole::ca) != FileRole::ca;
    if (*mine && of_client && !run.wanted.mutual) {
      run.detail(entry.name + " stays: it is this device's, and this run is not about client certificates");
    } else if (*mine) {
      ours.push_back(entry.name);
      client_files = client_files || of_client;
    } else if (looks_like_certificate(entry.name)) {
      run.warn(entry.name + ", " + counted(entry.size, "byte") +
               ", is on the modem and none of ours: it is left alone");
    }
  }
  if (ours.empty()) return success();
  auto bound = bindings(run, client_files);
  if (!bound) return std::move(bound).error();
  for (const auto& name : ours) {
    const auto at = std::ranges::find(*bound, name, &Binding::name);
    if (at == bound->end())
      run.found.retired.push_back(name);
    else
      run.warn(name + " is an older file of ours and stays: SSL context " + std::to_string(at->context) +
               " is bound to it");
  }
  return success();
}

/// A second CA file in the same context may be trusted beside ours, and no control here would notice.
Status inspect_second_ca(Run& run) {
  auto second = run.modem.ssl_setting(run.wanted.context, "cacertex");
  if (!second) return std::move(second).error();
  run.found.second_ca = *second ? std::optional(name_in(**second)) : std::nullopt;
  if (run.found.second_ca && !run.found.second_ca->empty())
    run.warn("cacertex of SSL context " + std::to_string(run.wanted.context) + " is bound to " + *run.found.second_ca +
             ": the modem may trust a second CA");
  return success();
}

Status inspect_settings(Run& run) {
  for (const auto& [key, value] : run.settings()) {
    auto found = run.modem.ssl_setting(run.wanted.context, key);
    if (!found) return std::move(found).error();
    run.found.settings[key] = *found;
  }
  return inspect_second_ca(run);
}

}  // namespace

Status inspect(Run& run) {
  if (auto budget = budget_restarts(run); !budget) return budget;
  run.step("reading what the modem holds");
  auto files = run.modem.files();
  if (!files) return std::move(files).error().during("listing files");
  run.found.files = std::move(*files);
  run.found.twin_left = !run.twin_file.empty() && listed(run, run.twin_file) != nullptr;
  if (auto done = inspect_roots(run); !done) return done;
  if (auto done = inspect_client(run); !done) return done;
  if (auto done = issue_client(run); !done) return done;
  if (auto done = inspect_others(run); !done) return done;
  return inspect_settings(run);
}

}  // namespace epki::plan

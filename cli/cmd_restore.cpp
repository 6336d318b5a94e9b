#include <algorithm>
#include <memory>
#include <system_error>

#include "cli/backup/content.hpp"
#include "cli/backup/restoring.hpp"
#include "cli/backup/take_back.hpp"
#include "cli/certs/revocation_lists.hpp"
#include "cli/commands.hpp"
#include "cli/ledger_place.hpp"
#include "cli/passphrase.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/audit.hpp"
#include "ledger/crl.hpp"
#include "ledger/snapshot.hpp"
#include "pki/ca/crl.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace cmd_restore {

namespace fs = std::filesystem;

struct Options {
  std::string file{};
  std::vector<std::string> lists{}, certificates{};
  bool no_list = false;
  PassphraseOptions passphrase{};
};

struct Restored {
  std::string project, made_at;
  TakenBack taken;
  std::vector<ledger::Unaccounted> unaccounted;
  Json numbers = Json::array();
  bool kept_database = false;
};

Result<std::vector<ArchivedFile>> open_backup(const Options& options, Context& context) {
  const auto sealed = read_file(options.file, largest_backup);
  if (!sealed) return sealed.error();
  const auto passphrase = existing_passphrase(options.passphrase, "the backup", context);
  if (!passphrase) return passphrase.error();
  auto files = unseal_backup(*sealed, *passphrase);
  if (!files) return std::move(files).error().in(options.file);
  return files;
}

// A database that several stations share outlives this machine. Only an empty one is filled.
Result<ledger::Ledger> ledger_of(const config::Project& project, const fs::path& staged, Context& context,
                                 Restored& restored) {
  if (project.ledger.url.empty()) {
    std::error_code failed;
    const auto place = project.ledger_file();
    if (place != staged / backup_ledger_name) {
      fs::create_directories(place.parent_path(), failed);
      fs::rename(staged / backup_ledger_name, place, failed);
      if (failed) return disk_error("placing", place, failed.value());
    }
    return begin_ledger(project, context);
  }
  auto database = begin_ledger(project, context);
  if (!database) return database;
  const auto events = database->events(1, 1);
  if (!events) return events.error();
  if (!events->empty()) {
    restored.kept_database = true;
  } else {
    auto file = ledger::Ledger::open(staged / backup_ledger_name, context.clock);
    if (!file) return file;
    if (auto copied = ledger::copy(*file, *database); !copied) return std::move(copied).error();
  }
  std::error_code ignored;
  for (const char* end : {"", "-wal", "-shm"}) fs::remove(staged / (std::string(backup_ledger_name) + end), ignored);
  return database;
}

// The newest lists are what the broker is to hold; one that has ended is left for crl to make anew.
Status write_newest(const config::Project& project, const TakenBack& taken, Context& context) {
  if (taken.lists.empty()) return success();
  const auto cas = cas_of(project);
  if (!cas) return cas.error();
  auto lists = published_lists(project);
  if (!lists) return std::move(lists).error();
  for (const auto& fresh : taken.lists) {
    bool newer = true;
    for (const auto& old : *lists)
      if (old.issuer_der() == fresh.issuer_der()) newer = fresh.number().value_or(0) >= old.number().value_or(0);
    if (!newer) continue;
    std::erase_if(*lists, [&](const ossl::Crl& old) { return old.issuer_der() == fresh.issuer_der(); });
    lists->push_back(fresh);
  }
  const auto written = write_lists(project, *cas, *lists, context.clock.now());
  if (!written) context.reporter.warning(written.error().what + "; run ec200u-pki crl");
  return success();
}

Status note_numbers(const config::Project& project, ledger::Ledger& ledger, Restored& restored) {
  const auto cas = cas_of(project);
  if (!cas) return cas.error();
  for (const auto& ca : *cas) {
    const auto last = ledger::Crls(ledger).latest(ca::issuer_id(ca.certificate));
    if (!last) return last.error();
    restored.numbers.push(
        Json::object({{"issuer", ca.certificate.subject()}, {"last_known", *last ? Json((*last)->number) : Json()}}));
  }
  return success();
}

Status prepare(const fs::path& staged, const Options& options, Context& context, Restored& restored) {
  const auto project = config::load(staged);
  if (!project) return project.error();
  auto ledger = ledger_of(*project, staged, context, restored);
  if (!ledger) return std::move(ledger).error();
  if (auto noted = note_numbers(*project, *ledger, restored); !noted) return noted;
  auto taken = take_back_lists(options.lists, *project, *ledger, context);
  if (!taken) return std::move(taken).error();
  const auto seen = take_back_certificates(options.certificates, *project, *ledger, context);
  if (!seen) return seen.error();
  // A database that went on without this machine knows its own numbers.
  if (!restored.kept_database)
    if (auto jumped = jump_crl_numbers(*project, *ledger, taken->lists); !jumped) return jumped;
  // A database that went on knows what was revoked meanwhile.
  if (!restored.kept_database && !options.no_list)
    if (const auto missing = await_lists(*project, *ledger, taken->lists, context.clock.now()); !missing)
      return missing.error();
  if (auto written = write_newest(*project, *taken, context); !written) return written;
  const Json facts = Json::object({{"made_at", restored.made_at},
                                   {"revoked_again", static_cast<std::int64_t>(taken->revoked)},
                                   {"unaccounted", static_cast<std::int64_t>(taken->unaccounted + *seen)},
                                   {"no_published_crl", options.no_list}});
  if (auto recorded = ledger::Audit(*ledger).record("restore", facts); !recorded) return recorded;
  auto open = ledger::Certificates(*ledger).unaccounted();
  if (!open) return std::move(open).error();
  restored.unaccounted = *std::move(open);
  restored.taken = *std::move(taken);
  return success();
}

std::string told(const Restored& restored, const fs::path& folder, std::size_t files) {
  std::string text = "Restored " + counted(files, "file") + " of project " + restored.project + " into " +
                     folder.string() + ", as of " + restored.made_at + "\n";
  if (restored.kept_database)
    text += "The ledger's database was there and is kept as it is.\n";
  else
    text += "CRL numbers go on 1000 above the last that is known.\n";
  if (restored.taken.revoked > 0)
    text += counted(restored.taken.revoked, "certificate") + " of the published lists revoked again.\n";
  if (restored.unaccounted.empty()) {
    text += "Next: ec200u-pki crl, then reload the broker.\n";
    return text;
  }
  text += "Nothing is signed, and no list is published, until each of these is settled:\n" +
          text_of_unaccounted(restored.unaccounted);
  const auto is_list = [](const ledger::Unaccounted& one) { return one.id.serial == published_list; };
  if (std::any_of(restored.unaccounted.begin(), restored.unaccounted.end(), is_list))
    text +=
        "Next: fetch the broker's crl.pem, then  ec200u-pki ca settle --crl FILE  (or, where none was ever published, "
        "--no-published-crl --note WHY)\n";
  if (!std::all_of(restored.unaccounted.begin(), restored.unaccounted.end(), is_list))
    text += "Next: ec200u-pki ca settle SERIAL --revoked  (or --certificate FILE, or --never-issued --note WHY)\n";
  return text;
}

Result<Outcome> restore(const Options& options, Context& context) {
  std::error_code failed;
  const auto folder = fs::current_path(failed);
  if (failed) return Error{Errc::input, "the current folder is gone: " + failed.message(), "change to another folder"};
  const auto files = open_backup(options, context);
  if (!files) return files.error();
  const auto list = check_backup(*files);
  if (!list) return list.error();
  if (context.cancel.requested()) return interrupted();
  Restored restored;
  restored.project = (*list)["project"].text_or("");
  restored.made_at = (*list)["at"].text_or("");
  context.reporter.step("restoring the project " + restored.project + " of " + restored.made_at);
  auto done = restore_files(*files, folder,
                            [&](const fs::path& staged) { return prepare(staged, options, context, restored); });
  if (!done) return std::move(done).error();
  Outcome outcome;
  outcome.document.set("project", restored.project)
      .set("made_at", restored.made_at)
      .set("files", static_cast<std::int64_t>(files->size() - 1))
      .set("crl_numbers", restored.numbers)
      .set("revoked_again", static_cast<std::int64_t>(restored.taken.revoked))
      .set("unaccounted", json_of_unaccounted(restored.unaccounted));
  outcome.text = told(restored, folder, files->size() - 1);
  return outcome;
}

}  // namespace cmd_restore

void add_restore(CommandLine& line) {
  using namespace cmd_restore;
  auto options = std::make_shared<Options>();
  auto command = line.add("restore", "Put a project back from a backup, into an empty folder");
  command.option("FILE", options->file, "The backup")
      .required()
      .option("--crl", options->lists, "The revocation lists as the broker holds them: broker/certs/crl.pem")
      .flag("--no-published-crl", options->no_list,
            "No list was ever published, so none can tell what was revoked after the backup")
      .option("--certificates", options->certificates,
              "Certificates in the world, files or folders: those the ledger does not know are reported");
  add_passphrase_options(command, options->passphrase);
  command
      .examples(
          "  ec200u-pki -C /srv/pki restore /media/safe/pki-2026-11-27.backup --crl /tmp/crl-of-the-broker.pem\n"
          "Without --crl nothing is signed until the broker's list was handed in: what was revoked after the backup "
          "stands "
          "there\nand nowhere else. What was issued after the backup the ledger does not know: serials that are seen "
          "and not known must be "
          "settled\n"
          "with ec200u-pki ca settle before anything is signed.")
      .run([options](Context& context) { return restore(*options, context); });
}

}  // namespace epki::cli

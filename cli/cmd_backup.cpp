#include <cerrno>
#include <memory>
#include <system_error>

#include "cli/backup/content.hpp"
#include "cli/certs/revocation_lists.hpp"
#include "cli/commands.hpp"
#include "cli/ledger_place.hpp"
#include "cli/passphrase.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/audit.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/envelope.hpp"

namespace epki::cli {

namespace cmd_backup {

namespace fs = std::filesystem;

struct Options {
  std::string file{};
  PassphraseOptions passphrase{};
};

// From the disk again, as a restore would read it.
Status verify(const fs::path& file, const Secret& passphrase) {
  const auto sealed = read_file(file, largest_backup);
  if (!sealed) return sealed.error();
  const auto files = unseal_backup(*sealed, passphrase);
  if (!files) return files.error();
  const auto list = check_backup(*files);
  if (!list) return list.error();
  return success();
}

Result<std::string> sealed_bytes(const BackupContent& content, const Secret& passphrase) {
  auto archive = write_archive(content.files);
  if (!archive) return archive;
  auto sealed = ossl::seal_envelope(*archive, passphrase);
  wipe(std::as_writable_bytes(std::span(*archive)));
  return sealed;
}

Result<Outcome> backup(const Options& options, Context& context) {
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  const auto file = fs::absolute(options.file).lexically_normal();
  std::error_code ignored;
  if (fs::is_directory(file, ignored)) return disk_error("creating", file, EISDIR);
  if (fs::exists(fs::symlink_status(file, ignored))) return disk_error("creating", file, EEXIST);
  auto ledger = open_kept_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  // A ledger that was lost and begun anew would take the place of a good copy.
  const auto cas = cas_of(*project);
  if (!cas) return cas.error();
  if (auto known = check_signers_known(*project, *cas, *ledger); !known) return std::move(known).error();
  const auto content = collect_backup(*project, *ledger, context);
  if (!content) return content.error();
  const auto passphrase = new_passphrase(options.passphrase, {.what = "the backup"}, context);
  if (!passphrase) return passphrase.error();
  if (context.cancel.requested()) return interrupted();
  context.reporter.step("sealing " + counted(content->files.size() - 1, "file"));
  const auto sealed = sealed_bytes(*content, *passphrase);
  if (!sealed) return sealed.error();
  if (auto written = publish_new_file(file, *sealed, 0600); !written) return std::move(written).error();
  if (auto verified = verify(file, *passphrase); !verified) {
    auto error = std::move(verified).error().during("reading the new backup back");
    error.hint = "do not rely on " + file.string() + ": make another, on another disk";
    return error;
  }
  const auto sha256 = ossl::sha256_hex(as_bytes(*sealed));
  const Json facts = Json::object({{"sha256", sha256}, {"ledger", content->list["ledger"]}});
  if (auto recorded = ledger::Audit(*ledger).record("backup", facts); !recorded)
    return std::move(recorded).error().in("the backup is whole in " + file.string() +
                                          ", but the ledger does not know of it");
  for (const auto& key : content->missing_keys)
    context.reporter.warning(key + " is not here and so not in this backup: keep a copy of it of its own");
  const auto files = content->files.size() - 1;  // the archive's own list is none of the project's
  Outcome outcome;
  outcome.document.set("file", file.string())
      .set("sha256", sha256)
      .set("size", static_cast<std::int64_t>(sealed->size()))
      .set("files", static_cast<std::int64_t>(files))
      .set("ledger", content->list["ledger"])
      .set("missing_keys", Json::array_of(content->missing_keys));
  outcome.text =
      "Backed up and read back: " + file.string() + ", " + std::to_string(sealed->size()) + " bytes, " +
      counted(files, "file") + "\n  SHA-256: " + sha256 +
      "\nKeep it away from this machine, and its passphrase away from it. Whoever has both can play your broker.\n"
      "At a restore the newest broker/certs/crl.pem is needed too: keep a copy where the broker is.\n";
  return outcome;
}

}  // namespace cmd_backup

void add_backup(CommandLine& line) {
  using namespace cmd_backup;
  auto options = std::make_shared<Options>();
  auto command = line.add("backup", "Write everything of this project into one encrypted file, and read it back");
  command.option("FILE", options->file, "The file to write; it must not exist").required();
  add_passphrase_options(command, options->passphrase);
  command
      .examples(
          "  ec200u-pki backup /media/safe/pki-2026-11-27.backup\n"
          "The passphrase of the backup comes the way a CA's does; CA keys keep their own inside it.")
      .run([options](Context& context) { return backup(*options, context); });
}

}  // namespace epki::cli

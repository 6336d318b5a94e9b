#include <memory>

#include "cli/certs/broker_files.hpp"
#include "cli/commands.hpp"
#include "cli/ledger_place.hpp"
#include "cli/rollover/next.hpp"
#include "cli/rollover/progress.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/audit.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace cmd_rollover {

namespace fs = std::filesystem;

struct Options {
  std::optional<std::int64_t> port{}, least{};
  std::optional<std::string> key{}, how{}, list{};
  std::vector<std::string> names{};
  PassphraseOptions passphrase{};
};

/// A project in the midst of a roll-over.
struct Begun {
  config::Project project;
  ledger::Ledger ledger;
  std::string root_sha256;  ///< of the next root's file
};

Result<Begun> begun(Context& context) {
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  std::error_code ignored;
  if (!fs::exists(next_folder(*project) / config::project_file, ignored))
    return Error{Errc::input, "no roll-over has begun", "ec200u-pki rollover begin"};
  const auto root = read_file(next_folder(*project) / "ca/root.pem");
  if (!root) return root.error();
  auto ledger = open_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  return Begun{*std::move(project), *std::move(ledger), ossl::sha256_hex(as_bytes(*root))};
}

void describe(const RolloverProgress& progress, Outcome& outcome) {
  const auto missing = progress.missing();
  constexpr std::size_t shown = 20;
  Json names = Json::array();
  for (const auto& name : missing) names.push(name);
  outcome.document.set("devices", static_cast<std::int64_t>(progress.devices.size()))
      .set("holding", static_cast<std::int64_t>(progress.holding.size()))
      .set("proven", static_cast<std::int64_t>(progress.devices.size() - missing.size()))
      .set("percent", static_cast<std::int64_t>(progress.percent()))
      .set("missing", std::move(names));
  outcome.text += std::to_string(progress.devices.size() - missing.size()) + " of " +
                  counted(progress.devices.size(), "device") + " proven on the next root, " +
                  std::to_string(progress.percent()) + " %; " + std::to_string(progress.holding.size()) + " hold it\n";
  std::size_t n = 0;
  for (const auto& name : missing) {
    if (++n > shown) break;
    outcome.text += "  not proven: " + name + "\n";
  }
  if (missing.size() > shown)
    outcome.text += "  and " + std::to_string(missing.size() - shown) + " more (--json lists all)\n";
}

Result<Outcome> begin(const Options& options, Context& context) {
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  auto ledger = open_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  const auto alone = lock_broker_files(*project, context);
  if (!alone) return alone.error();
  const auto port = options.port.value_or(project->broker.port + 1);
  Keyring keyring(options.passphrase, context);
  const fs::path key = options.key ? fs::path(*options.key) : project->folder / "ca/standby-root.key";
  if (auto made = make_next(*project, port, key, keyring, *ledger); !made) {
    std::error_code ignored;
    if (made.error().code == Errc::input && !fs::exists(key, ignored) &&
        fs::exists(project->folder / "ca/standby-root.pem", ignored))
      made.error().hint = "the standby root's key is kept offline: mount its medium, and name the file with --key";
    return std::move(made).error();
  }
  const auto folder = next_folder(*project);
  if (auto recorded = ledger::Audit(*ledger).record("rollover-begin", Json::object({{"port", port}})); !recorded)
    return std::move(recorded).error();
  Outcome outcome;
  outcome.document.set("folder", folder.string()).set("port", port);
  outcome.text =
      "The next root is in " + folder.string() + ", with a broker certificate under it.\n" +
      "Next: run a second broker beside the first, on port " + std::to_string(port) + ":  mosquitto -c " +
      (folder / "broker/mosquitto.conf").string() +
      "\n      then prove devices on it:  ec200u-pki -C rollover provision\n" +
      "      devices in the field: have them bind the standby root and dial that port, and name those that came:\n" +
      "      ec200u-pki rollover proven NAME… --how 'seen in the log of the second broker'\n";
  return outcome;
}

Result<Outcome> status(Context& context) {
  auto at = begun(context);
  if (!at) return std::move(at).error();
  const auto progress = rollover_progress(at->ledger, at->root_sha256);
  if (!progress) return progress.error();
  Outcome outcome;
  describe(*progress, outcome);
  outcome.exit = progress->missing().empty() ? exit_code::done : exit_code::no;
  return outcome;
}

Result<Outcome> proven(const Options& options, Context& context) {
  auto names = options.names;
  if (options.list) {
    const auto text = read_file(*options.list);
    if (!text) return text.error();
    for (const auto line : split(*text, '\n'))
      if (!trimmed(line).empty()) names.emplace_back(trimmed(line));
  }
  if (names.empty()) return Error{Errc::usage, "no device is named", "give IMEIs or names, or --list FILE"};
  if (!options.how) return Error{Errc::usage, "--how is missing", "say how it was seen that they connected"};
  auto at = begun(context);
  if (!at) return std::move(at).error();
  auto progress = rollover_progress(at->ledger, at->root_sha256);
  if (!progress) return std::move(progress).error();
  for (const auto& name : names)
    if (!progress->devices.contains(name))
      return Error{Errc::input, "the ledger knows no device \"" + visible(name) + "\"",
                   "give the IMEI, or the name in its certificate; nothing was recorded"};
  const Json facts =
      Json::object({{"root", at->root_sha256}, {"how", *options.how}, {"devices", Json::array_of(names)}});
  if (auto recorded = ledger::Audit(at->ledger).record(rollover_event, facts); !recorded)
    return std::move(recorded).error();
  progress = rollover_progress(at->ledger, at->root_sha256);
  if (!progress) return std::move(progress).error();
  Outcome outcome;
  describe(*progress, outcome);
  return outcome;
}

Result<Outcome> switch_over(const Options& options, Context& context) {
  auto at = begun(context);
  if (!at) return std::move(at).error();
  const auto alone = lock_broker_files(at->project, context);
  if (!alone) return alone.error();
  const auto progress = rollover_progress(at->ledger, at->root_sha256);
  if (!progress) return progress.error();
  const auto least = static_cast<std::size_t>(options.least.value_or(100));
  Outcome outcome;
  describe(*progress, outcome);
  if (progress->percent() < least) {
    outcome.document.set("switched", false);
    outcome.text += "Not switched: at least " + std::to_string(least) +
                    " % must be proven, for the others will refuse the broker from then on. --least lowers that.\n";
    outcome.exit = exit_code::no;
    return outcome;
  }
  if (auto done = put_in_place(at->project, context); !done) return std::move(done).error();
  const Json facts = Json::object(
      {{"root", at->root_sha256}, {"proven", outcome.document["proven"]}, {"devices", outcome.document["devices"]}});
  if (auto recorded = ledger::Audit(at->ledger).record("rollover-switch", facts); !recorded)
    return std::move(recorded).error();
  outcome.document.set("switched", true);
  outcome.text +=
      "The broker's certificate is now under the next root; the old root is ca/old-root-*.pem.\n"
      "Reload the broker (kill -HUP, or systemctl reload), then stop the second one.\n"
      "Back up: ec200u-pki backup\n";
  std::error_code ignored;
  outcome.text += std::filesystem::exists(at->project.root_key(), ignored)
                      ? "Take ca/root.key offline again.\n"
                      : "The root's key is not here: whatever it signs from now on wants it as ca/root.key.\n";
  return outcome;
}

}  // namespace cmd_rollover

void add_rollover(CommandLine& line) {
  using namespace cmd_rollover;
  line.group("rollover", "Replace the root that modems trust, step by step");
  auto first = std::make_shared<Options>();
  auto start = line.add("rollover begin", "Make a broker certificate under the standby root, on a port of its own");
  start.option("--port", first->port, "Port of the second broker (default: the first one's and 1)", 1, 65535)
      .option("--key", first->key, "The standby root's key where it is mounted (default: ca/standby-root.key)");
  add_passphrase_options(start, first->passphrase);
  start.examples("  ec200u-pki rollover begin --key /media/safe/standby-root.key").run([first](Context& context) {
    return begin(*first, context);
  });
  line.add("rollover status", "How many devices are proven on the next root; exit 1 while some are not")
      .examples("  ec200u-pki rollover status --json")
      .run([](Context& context) { return status(context); });
  auto second = std::make_shared<Options>();
  line.add("rollover proven", "Record devices that were seen to connect under the next root")
      .option("DEVICE", second->names, "IMEIs, or names in client certificates")
      .option("--list", second->list, "A file with one of them a line")
      .option("--how", second->how, "How it was seen; kept in the ledger")
      .examples("  ec200u-pki rollover proven 861234567890123 --how 'log of the second broker, 2026-11-27'")
      .run([second](Context& context) { return proven(*second, context); });
  auto last = std::make_shared<Options>();
  line.add("rollover switch", "Switch the broker to the next root; refused while too few devices are proven on it")
      .option("--least", last->least, "How many percent of the devices must be proven (default: 100)", 1, 100)
      .examples("  ec200u-pki rollover switch --least 99 && systemctl reload mosquitto")
      .run([last](Context& context) { return switch_over(*last, context); });
}

}  // namespace epki::cli

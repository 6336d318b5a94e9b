// ledger merge, copy

#include <memory>

#include "cli/context.hpp"
#include "cli/ledger_commands.hpp"
#include "cli/ledger_place.hpp"
#include "core/text.hpp"
#include "ledger/snapshot.hpp"

namespace epki::cli {

namespace cmd_ledger_place {

Result<Outcome> merge(Context& context) {
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  if (project->ledger.url.empty())
    return Error{Errc::usage, "this project's ledger is a file: there is nothing to merge",
                 "ledger.url in the project file names a database for several stations"};
  // Opening merges already; what is left to say is whether it could.
  auto book = open_ledger(*project, context);
  if (!book) return std::move(book).error();
  const auto merged = book->merge();
  if (!merged) return merged.error();
  Outcome outcome;
  outcome.document.set("database", "reachable");
  outcome.text = "The database holds all that this station recorded.\n";
  return outcome;
}

struct CopyOptions {
  std::string to{};
};

Result<Outcome> copy(const CopyOptions& options, Context& context) {
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  auto from = open_kept_ledger_to_read(*project, context);
  if (!from) return std::move(from).error();
  const bool database = options.to.starts_with("postgresql://") || options.to.starts_with("postgres://");
  Outcome outcome;
  if (database) {
    auto into = ledger::Ledger::connect(options.to, context.clock, {});
    if (!into) return std::move(into).error();
    if (auto copied = ledger::copy(*from, *into); !copied) return std::move(copied).error();
    outcome.document.set("to", "database");
    outcome.text =
        "The database holds the whole ledger, and was checked.\nNow set ledger.url in the project file, and "
        "move the old file away so that nobody goes on writing into it.\n";
    return outcome;
  }
  if (auto made = ledger::snapshot_to(*from, options.to); !made) return std::move(made).error();
  auto made = ledger::Ledger::open(options.to, context.clock);
  if (!made) return std::move(made).error();
  const auto checked = made->check();
  if (!checked) return checked.error();
  outcome.document.set("to", options.to);
  outcome.text = "A copy of the whole ledger is in " + options.to + ", and was checked.\n";
  return outcome;
}

}  // namespace cmd_ledger_place

void add_ledger_place(CommandLine& line) {
  using namespace cmd_ledger_place;
  line.add("ledger merge", "Bring what this station recorded without the database into it, each event exactly once")
      .examples("  ec200u-pki ledger merge")
      .run([](Context& context) { return merge(context); });

  auto options = std::make_shared<CopyOptions>();
  line.add("ledger copy", "Copy the whole ledger to a new file, or move it into an empty PostgreSQL database")
      .option("--to", options->to, "A file that does not exist yet, or a postgresql:// URL")
      .required()
      .examples(
          "  ec200u-pki ledger copy --to ledger-2026-11-22.db\n"
          "  ec200u-pki ledger copy --to postgresql://ledger@db.plant.internal/ledger")
      .run([options](Context& context) { return copy(*options, context); });
}

}  // namespace epki::cli

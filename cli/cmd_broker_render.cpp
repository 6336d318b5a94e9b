#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "broker-configs/access.hpp"
#include "broker-configs/render.hpp"
#include "broker-configs/sealed.hpp"
#include "cli/commands.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::cli {

namespace cmd_broker_render {

namespace fs = std::filesystem;

struct Options {
  std::optional<std::string> version{}, listen{}, websockets{}, out{};
  bool force = false, dry_run = false;
};

// What becomes of a file that may be there already.
enum class Action : std::uint8_t {
  created,
  unchanged,  ///< it is there, and the same
  updated,    ///< it was as an earlier render had left it
  kept,       ///< somebody edited it: the new text goes beside it
  replaced,   ///< somebody edited it, and --force: the old text is kept beside it
};

std::string_view word(Action action) {
  switch (action) {
    case Action::created: return "created";
    case Action::unchanged: return "unchanged";
    case Action::updated: return "updated";
    case Action::kept: return "kept";
    case Action::replaced: return "replaced";
  }
  return "?";
}

struct Step {
  Action action = Action::created;
  fs::path path;     ///< of the file
  fs::path written;  ///< where the new text goes; empty: nowhere
  fs::path saved;    ///< where the old text goes; empty: nowhere
  std::string difference;
  const broker::RenderedFile* file = nullptr;
};

// A name beside it that is not taken: FILE.old, FILE.old.2 …
fs::path free_name(const fs::path& path, const std::string& ending) {
  std::error_code failed;
  fs::path name = path.string() + ending;
  for (int i = 2; fs::exists(fs::symlink_status(name, failed)) && !failed; ++i)
    name = path.string() + ending + "." + std::to_string(i);
  return name;
}

Result<Step> step_for(const fs::path& folder, const broker::RenderedFile& file, bool force) {
  Step step{.path = folder / file.path, .written = {}, .saved = {}, .difference = {}, .file = &file};
  std::error_code failed;
  const auto status = fs::symlink_status(step.path, failed);
  if (!fs::exists(status)) {
    step.written = step.path;
    return step;
  }
  if (!fs::is_regular_file(step.path, failed))
    return Error{Errc::input, step.path.string() + " is there and is no file", "move it away, or choose another --out"};
  auto before = read_file(step.path);
  if (!before) return std::move(before).error();
  step.difference = broker::difference(*before, file.text);
  if (*before == file.text) {
    step.action = Action::unchanged;
  } else if (broker::seal_of(*before) == broker::Seal::intact) {
    step.action = Action::updated;
    step.written = step.path;
  } else if (force) {
    step.action = Action::replaced;
    step.written = step.path;
    step.saved = free_name(step.path, ".old");
  } else {
    step.action = Action::kept;
    // The proposal of an earlier run gives way to the new one; what a person made of it does not.
    step.written = step.path.string() + ".new";
    const auto proposal = read_file(step.written);
    if (proposal && broker::seal_of(*proposal) != broker::Seal::intact) step.written = free_name(step.path, ".new");
  }
  return step;
}

Status perform(const Step& step) {
  if (step.written.empty()) return success();
  if (auto made = make_folder(step.written.parent_path()); !made) return made;
  if (!step.saved.empty()) {
    std::error_code failed;
    fs::copy_file(step.path, step.saved, failed);
    if (failed) return disk_error("copying to", step.saved, failed.value());
  }
  if (step.action == Action::created) return write_new_file(step.written, step.file->text, step.file->mode);
  return replace_file(step.written, step.file->text, step.file->mode);
}

std::string owner_of(const fs::path& folder) {
  struct stat facts {};
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::stat(folder.c_str(), &facts) == 0 &&
      ::getpwuid_r(facts.st_uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    return entry.pw_name;
  return "root";
}

Result<broker::RenderOptions> options_of(const config::Project& project, const Options& options, Context& context) {
  broker::RenderOptions wanted;
  wanted.program = context.executable.string();
  wanted.owner = owner_of(project.folder);
  if (options.version) {
    const auto version = broker::parse_version(*options.version);
    if (!version)
      return Error{Errc::usage, "--for-version " + *options.version + " is no version this program writes for",
                   "use 2.0.11, 2.0.22 or 2.1; mosquitto -h says which one you have"};
    wanted.version = *version;
  }
  for (const auto& [text, into] :
       {std::pair(&options.listen, &wanted.listen), {&options.websockets, &wanted.websockets}}) {
    if (!*text) continue;
    auto endpoint = broker::parse_endpoint(**text);
    if (!endpoint) return std::move(endpoint).error();
    *into = *std::move(endpoint);
  }
  const auto account = ::geteuid() == 0 ? broker::mosquitto_account() : std::nullopt;
  wanted.as_root = account && broker::in_the_way(project.folder, *account).has_value();
  return wanted;
}

// A list that is there is enforced, or nothing is written: an expired one would refuse every device.
Result<bool> usable_crl(const config::Project& project, Context& context) {
  const auto file = project.broker_folder() / "certs/crl.pem";
  std::error_code failed;
  if (!project.broker.mutual || !fs::exists(file, failed)) return false;
  auto list = read_file(file);
  if (!list) return std::move(list).error();
  auto bundle = read_file(project.broker_folder() / "certs/client-ca.pem");
  if (!bundle) return std::move(bundle).error();
  auto anchors = broker::read_anchors(*bundle);
  if (!anchors) return std::move(anchors).error().during("reading certs/client-ca.pem");
  if (auto lasts = broker::check_crl_lasts(*list, *anchors, context.clock.now()); !lasts)
    return std::move(lasts).error();
  return true;
}

std::string indented(const std::string& difference) {
  std::string out;
  for (const auto line : split(trimmed(difference), '\n')) out += "      " + std::string(line) + "\n";
  return out;
}

std::string told(const std::vector<Step>& steps, const fs::path& folder, bool dry_run) {
  std::string text = dry_run ? "Nothing was written; this is what would be, in " : "In ";
  text += folder.string() + ":\n";
  std::size_t unchanged = 0;
  for (const auto& step : steps) {
    if (step.action == Action::unchanged) {
      ++unchanged;
      continue;
    }
    text += "  " + std::string(word(step.action)) + "  " + step.file->path;
    if (step.action == Action::kept)
      text += ", because it was edited; the new text is in " + step.written.filename().string();
    if (!step.saved.empty()) text += ", the old text is in " + step.saved.filename().string();
    text += "\n";
    if (!step.difference.empty()) text += indented(step.difference);
  }
  if (unchanged > 0) text += "  unchanged  " + counted(unchanged, "file") + "\n";
  return text;
}

Outcome outcome_of(const std::vector<Step>& steps, const config::Project& project, const broker::RenderOptions& wanted,
                   const fs::path& folder, bool dry_run) {
  Outcome outcome;
  outcome.text = told(steps, folder, dry_run);
  outcome.text += "Start the broker here with  mosquitto -c " + (folder / "mosquitto.conf").string() + "\nor copy " +
                  folder.string() + " to its machine and run  deploy/install.sh  there, as root.\n";
  // Keys are not copied about behind anybody's back.
  if (folder != project.broker_folder())
    outcome.text += "install.sh wants " + (project.broker_folder() / "certs").string() + " copied beside it too.\n";
  outcome.text += "Then try it:  ec200u-pki broker test\n";
  Json files = Json::array();
  for (const auto& step : steps)
    files.push(Json::object({{"path", step.path.string()},
                             {"action", word(step.action)},
                             {"written", step.written.empty() ? Json() : Json(step.written.string())},
                             {"saved", step.saved.empty() ? Json() : Json(step.saved.string())},
                             {"difference", step.difference}}));
  const auto at =
      wanted.listen.value_or(broker::Endpoint{project.broker.listen, static_cast<std::uint16_t>(project.broker.port)});
  outcome.document.set("action", "render")
      .set("version", broker::word(wanted.version))
      .set("config", (folder / "mosquitto.conf").string())
      .set("listen", Json::object({{"address", at.address}, {"port", std::int64_t{at.port}}}))
      .set("mutual", project.broker.mutual)
      .set("crl", wanted.crl)
      .set("dry_run", dry_run)
      .set("files", files);
  return outcome;
}

Result<Outcome> render(const Options& options, Context& context) {
  std::error_code failed;
  auto project = config::load(fs::current_path(failed));
  if (!project) return std::move(project).error();
  auto wanted = options_of(*project, options, context);
  if (!wanted) return std::move(wanted).error();
  auto crl = usable_crl(*project, context);
  if (!crl) return std::move(crl).error();
  wanted->crl = *crl;
  if (project->broker.mutual && !*crl)
    context.reporter.warning(
        "no CRL is enforced, for there is no broker/certs/crl.pem: a revoked device keeps its access until its "
        "certificate ends");
  auto folder = options.out ? fs::absolute(*options.out, failed).lexically_normal() : project->broker_folder();
  if (!folder.has_filename()) folder = folder.parent_path();  // "out/" is "out"
  wanted->folder = folder.string();
  auto files = broker::render(*project, *wanted);
  if (!files) return std::move(files).error();

  std::vector<Step> steps;
  for (const auto& file : *files) {
    auto step = step_for(folder, file, options.force);
    if (!step) return std::move(step).error();
    steps.push_back(*std::move(step));
  }
  for (const auto& step : steps) {
    if (options.dry_run) break;
    if (context.cancel.requested()) return interrupted();
    if (auto done = perform(step); !done) return std::move(done).error();
    if (step.action == Action::kept)
      context.reporter.warning(step.path.string() + " was edited and is kept; compare it with " +
                               step.written.string() + ", or use --force");
  }
  if (wanted->listen && wanted->listen->port != project->broker.port)
    context.reporter.warning(
        "the project file says port " + std::to_string(project->broker.port) +
        ", and that is what other commands dial: set broker.port = " + std::to_string(wanted->listen->port));
  return outcome_of(steps, *project, *wanted, folder, options.dry_run);
}

}  // namespace cmd_broker_render

void add_broker_render(CommandLine& line) {
  using namespace cmd_broker_render;
  auto options = std::make_shared<Options>();
  line.add("broker render", "Write the broker's configuration, and what installs it, from the project file")
      .option("--for-version", options->version, "Mosquitto it is for: 2.0.11, 2.0.22 or 2.1 (default: 2.0.11)")
      .option("--listen", options->listen,
              "ADDRESS:PORT to bind, :PORT for all (default: [broker] of the project file)")
      .option("--websockets", options->websockets, "ADDRESS:PORT of a second TLS listener, for MQTT in websockets")
      .option("--out", options->out, "Folder to write to (default: broker/ of the project)")
      .flag("--force", options->force, "Replace files that were edited too; their text is kept beside them as .old")
      .flag("--dry-run", options->dry_run, "Write nothing, show what would change")
      .examples(
          "  ec200u-pki broker render\n"
          "  ec200u-pki broker render --for-version 2.1 --listen 192.0.2.10:8883\n"
          "  ec200u-pki broker render --out /tmp/broker --dry-run")
      .run([options](Context& context) { return render(*options, context); });
}

}  // namespace epki::cli

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "cli/commands.hpp"
#include "cli/verify_roots.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "verify/probe/capture.hpp"

namespace epki::cli {

namespace cmd_capture {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> targets{};
  std::optional<std::string> list{}, roots{}, leaf{};
  std::string out = ".";
  std::int64_t seconds = 15;
  bool replace = false;
};

/// What became of one server.
struct Row {
  HostPort target;
  std::optional<probe::Captured> captured{};
  std::optional<Error> error{};
  std::string file{}, state{};  ///< "written", "unchanged", "kept"
  Json json() const {
    Json row = Json::object({{"host", target.host}, {"port", target.port}});
    if (error) return row.set("error", Json::object({{"what", error->what}, {"hint", next_step(*error)}}));
    const auto& leaf = captured->genuine.presented.front();
    const auto& root = captured->genuine.root;
    return row.set("file", file)
        .set("state", state)
        .set("dials_as", captured->genuine.host)
        .set("names_host", captured->names_host)
        .set("subject", leaf.subject())
        .set("key", leaf.key())
        .set("not_before", rfc3339(leaf.not_before()))
        .set("not_after", rfc3339(leaf.not_after()))
        .set("certificates", captured->genuine.presented.size() + 1)
        .set("root", Json::object({{"subject", root.subject()}, {"sha256", root.sha256()}, {"key", root.key()}}));
  }
};

Result<std::vector<HostPort>> targets_of(const Options& options) {
  std::vector<HostPort> all;
  const auto add = [&](std::string_view text, const std::string& place) -> Status {
    auto target = probe::parse_target(text);
    if (!target && place.empty()) return std::move(target).error();
    if (!target) return Error{Errc::input, place + ": " + target.error().what, target.error().hint};
    const auto same = [&](const HostPort& known) { return text_of(known) == text_of(*target); };
    if (std::none_of(all.begin(), all.end(), same)) all.push_back(*std::move(target));
    return success();
  };
  for (const auto& text : options.targets) {
    if (auto added = add(text, {}); !added) return std::move(added).error();
  }
  if (options.list) {
    auto text = read_file(*options.list);
    if (!text) return std::move(text).error();
    std::size_t number = 0;
    for (const auto line : split(*text, '\n')) {
      ++number;
      const auto words = trimmed(line.substr(0, line.find('#')));
      if (words.empty()) continue;
      if (auto added = add(words, *options.list + ":" + std::to_string(number)); !added)
        return std::move(added).error();
    }
  }
  if (all.empty())
    return Error{Errc::usage, "no server is named", "ec200u-pki capture valid.example.com:443, or --list FILE"};
  return all;
}

/// A name of the host that is safe as a file's, whatever the list held.
std::string file_name(const HostPort& target) {
  std::string name = lower(text_of(target)) + ".pem";
  for (char& c : name) {
    const bool safe = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    if (!safe) c = '_';
  }
  return name.starts_with('.') ? "_" + name : name;
}

/// Nothing is overwritten unasked: an older chain of the same server is evidence as well.
Status save(const Options& options, Row& row) {
  const auto path = fs::path(options.out) / file_name(row.target);
  row.file = path.string();
  std::error_code failed;
  if (!fs::exists(path, failed)) {
    row.state = "written";
    return write_new_file(path, row.captured->pem, 0644);
  }
  auto before = read_file(path);
  if (!before) return std::move(before).error();
  row.state = *before == row.captured->pem ? "unchanged" : options.replace ? "replaced" : "kept";
  return row.state == "replaced" ? replace_file(path, row.captured->pem, 0644) : success();
}

std::string text_of_row(const Row& row) {
  const std::string place = text_of(row.target);
  if (row.error) return "  " + place + " failed: " + row.error->what + "\n";
  std::string text =
      "  " + place + ": " + row.file + ", " + row.state + "; under " + row.captured->genuine.root.subject();
  if (row.state == "kept") text += "\n    the server presents another chain now; --replace takes it";
  if (!row.captured->names_host)
    text += "\n    the certificate does not name the server; verify dials " + row.captured->genuine.host;
  return text + "\n";
}

Result<Outcome> capture(const Options& options, Context& context) {
  auto targets = targets_of(options);
  if (!targets) return std::move(targets).error();
  auto store = public_roots(options.roots);
  if (!store) return std::move(store).error();
  if (auto made = make_folder(options.out); !made) return std::move(made).error();
  const auto kind = options.leaf == "rsa"     ? ossl::LeafKeyKind::rsa
                    : options.leaf == "ecdsa" ? ossl::LeafKeyKind::ecdsa
                                              : ossl::LeafKeyKind::any;
  Outcome outcome;
  Json captured = Json::array(), failed = Json::array();
  std::set<std::string> roots;
  std::size_t done = 0;
  for (const auto& target : *targets) {
    context.reporter.progress("capturing", done++, targets->size());
    context.reporter.detail("asking " + text_of(target));
    Row row{target};
    auto taken = probe::capture(target, kind, *store, after(std::chrono::seconds(options.seconds)), context.cancel);
    if (!taken && taken.error().code == Errc::interrupted) return std::move(taken).error();
    if (taken) {
      row.captured = *std::move(taken);
      if (auto saved = save(options, row); !saved) return std::move(saved).error();
      roots.insert(row.captured->genuine.root.sha256());
    } else {
      row.error = taken.error();
      if (!outcome.error) {
        const auto place = row.error->what.starts_with(text_of(target)) ? std::string() : text_of(target) + ": ";
        outcome.error = Error{row.error->code, place + row.error->what, row.error->hint};
        outcome.exit = exit_code::of(row.error->code);
      }
    }
    (row.error ? failed : captured).push(row.json());
    outcome.text += text_of_row(row);
  }
  context.reporter.progress("capturing", 0, 0);
  const auto count = captured.size();
  outcome.text += counted(count, "chain") + " under " + counted(roots.size(), "root") + " in " + options.out +
                  (failed.size() > 0 ? "; " + counted(failed.size(), "server") + " failed" : "") + "\n";
  outcome.document.set("captured", std::move(captured))
      .set("failed", std::move(failed))
      .set("count", count)
      .set("roots", roots.size());
  return outcome;
}

}  // namespace cmd_capture

void add_capture(CommandLine& line) {
  using namespace cmd_capture;
  auto options = std::make_shared<Options>();
  line.add("capture", "Save the certificate chains that live public servers present, for verify --replay and --census")
      .option("server", options->targets, "HOST:PORT of each server")
      .option("--list", options->list, "A file with one server on each line: HOST:PORT or https://HOST/; # comments")
      .option("--out", options->out, "Folder for the files, one a server (default: the current one)")
      .option("--roots", options->roots, "PEM file of the roots the chains may end at (default: the system's)")
      .choice("--leaf", options->leaf,
              "Ask for a server certificate with this kind of key (default: the server's choice)", {"rsa", "ecdsa"})
      .option("--seconds", options->seconds, "How long one server may take (default: 15)", 1, 600)
      .flag("--replace", options->replace, "Write over an older chain of the same server")
      .examples(
          "  ec200u-pki capture broker.hivemq.com:8883 --out chains\n"
          "  ec200u-pki capture --list test-websites.txt --out chains --json")
      .run([options](Context& context) { return capture(*options, context); });
}

}  // namespace epki::cli

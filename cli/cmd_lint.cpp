#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <set>

#include "cli/commands.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "pki/lint/lint.hpp"
#include "pki/lint/mosquitto.hpp"

namespace epki::cli {

namespace cmd_lint {

namespace fs = std::filesystem;

// A bundle of 100,000 devices with their keys is some 100 MB.
constexpr std::size_t largest_file = 512U << 20U;

struct Options {
  std::vector<std::string> files{};
  std::vector<std::string> keys{};
  std::optional<std::string> profile{}, host{}, at{};
};

// What was read stays here while it is judged, and is wiped after: it may hold private keys.
struct Input {
  std::string name;
  std::string bytes;
  lint::Role role = lint::Role::unknown;
  std::optional<unsigned> mode{};

  Input() = default;
  Input(Input&&) = default;
  Input& operator=(Input&&) = default;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input() { wipe(std::as_writable_bytes(std::span(bytes))); }
};

class Inputs {
 public:
  /// Reads a file once, however often it is named. What a broker configuration names is read too.
  Status read(const fs::path& path, lint::Role role = lint::Role::unknown) {
    std::error_code failed;
    const auto same = fs::weakly_canonical(path, failed);
    if (!seen_.insert(failed ? path : same).second) return success();
    auto content = read_file(path, largest_file);
    if (!content) return std::move(content).error();
    Input input;
    input.name = path.string();
    input.bytes = *std::move(content);
    input.role = role == lint::Role::unknown ? lint::role_of_name(input.name) : role;
    struct stat facts {};
    if (::stat(path.c_str(), &facts) == 0) input.mode = facts.st_mode & 0777U;
    const auto broker =
        input.bytes.find("-----BEGIN ") == std::string::npos ? lint::read_mosquitto_file(input.bytes) : std::nullopt;
    all_.push_back(std::move(input));
    return broker ? read_named_by(*broker, path.parent_path()) : success();
  }

  std::vector<lint::File> files() const {
    std::vector<lint::File> all;
    for (const auto& input : all_) all.push_back({input.name, input.bytes, input.role, input.mode});
    return all;
  }

 private:
  Status read_named_by(const lint::MosquittoFile& broker, const fs::path& folder) {
    for (const auto& listener : broker.listeners) {
      const auto clients = listener.requires_certificate ? lint::Role::client_anchors : lint::Role::unknown;
      for (const auto& [file, role] :
           {std::pair(listener.certificate_file, lint::Role::unknown),
            std::pair(listener.key_file, lint::Role::unknown), std::pair(listener.ca_file, clients),
            std::pair(listener.crl_file, lint::Role::unknown)}) {
        if (file.empty()) continue;
        if (auto done = read(folder / file, role); !done)
          return std::move(done).error().during("reading what the broker configuration names");
      }
    }
    return success();
  }

  std::vector<Input> all_;
  std::set<fs::path> seen_;
};

std::string place_of(const lint::Finding& finding) {
  auto place = finding.file;
  if (finding.line != 0) place += ":" + std::to_string(finding.line);
  return place;
}

std::size_t number_of(const lint::Findings& findings, lint::Severity severity) {
  return static_cast<std::size_t>(std::count_if(
      findings.begin(), findings.end(), [&](const lint::Finding& finding) { return finding.severity == severity; }));
}

std::string text_of(const lint::Report& report) {
  std::string text;
  for (const auto& finding : report.findings) {
    text += place_of(finding) + ": " + std::string(lint::word(finding.severity)) + ": ";
    if (finding.index && *finding.index > 0) text += "certificate " + std::to_string(*finding.index) + ": ";
    text += visible(finding.what) + " [" + std::string(finding.rule) + "; " + std::string(finding.citation) + "]\n";
  }
  for (const auto& file : report.recognised) {
    text += file.file + ": ";
    for (std::size_t i = 0; i < std::min<std::size_t>(file.items.size(), 12); ++i)
      text += (i == 0 ? "" : ", ") + visible(file.items[i]);
    if (file.items.size() > 12) text += " and " + std::to_string(file.items.size() - 12) + " more";
    text += file.items.empty() ? "nothing recognised\n" : "\n";
  }
  return text + counted(number_of(report.findings, lint::Severity::error), "error") + ", " +
         counted(number_of(report.findings, lint::Severity::warning), "warning") + ", " +
         counted(number_of(report.findings, lint::Severity::notice), "notice") + "\n";
}

Json json_of(const lint::Finding& finding) {
  return Json::object({{"file", finding.file},
                       {"index", finding.index},
                       {"line", finding.line == 0 ? Json() : Json(finding.line)},
                       {"severity", lint::word(finding.severity)},
                       {"rule", finding.rule},
                       {"what", finding.what},
                       {"citation", finding.citation}});
}

void put_into(Json& document, const lint::Report& report) {
  Json findings = Json::array();
  for (const auto& finding : report.findings) findings.push(json_of(finding));
  Json files = Json::array();
  for (const auto& file : report.recognised)
    files.push(Json::object({{"file", file.file}, {"holds", Json::array_of(file.items)}}));
  document.set("findings", std::move(findings))
      .set("files", std::move(files))
      .set("errors", number_of(report.findings, lint::Severity::error))
      .set("warnings", number_of(report.findings, lint::Severity::warning))
      .set("notices", number_of(report.findings, lint::Severity::notice));
}

Result<Instant> moment_of(const Options& options, const Context& context) {
  if (!options.at) return context.clock.now();
  const auto at = parse_rfc3339(*options.at);
  if (!at)
    return Error{Errc::usage, "--at " + *options.at + " is no RFC 3339 moment", "write it as 2027-03-01T12:00:00Z"};
  return *at;
}

Result<Outcome> run(const Options& options, Context& context) {
  const auto at = moment_of(options, context);
  if (!at) return at.error();
  std::optional<profile::Profile> profile;
  if (options.profile) {
    auto found = profile::find(*options.profile);
    if (!found) return std::move(found).error();
    profile = *std::move(found);
  }
  Inputs inputs;
  std::optional<Error> first_failure;
  for (const auto* names : {&options.files, &options.keys})
    for (const auto& name : *names)
      if (auto done = inputs.read(name); !done && !first_failure) first_failure = std::move(done).error();
  const auto report = lint::judge(inputs.files(), {*at, options.host, profile ? &*profile : nullptr});
  if (context.cancel.requested()) return interrupted();
  Outcome outcome;
  put_into(outcome.document, report);
  outcome.text = text_of(report);
  outcome.exit = lint::has_errors(report.findings) ? exit_code::no : exit_code::done;
  if (first_failure) {
    outcome.exit = exit_code::of(first_failure->code);
    outcome.error = std::move(first_failure);
  }
  return outcome;
}

}  // namespace cmd_lint

void add_lint(CommandLine& line) {
  using namespace cmd_lint;
  auto options = std::make_shared<Options>();
  line.add("lint", "Check certificates, chains, keys and broker configurations before they are sent anywhere")
      .option("FILE", options->files,
              "PEM or DER files: certificates, chains, bundles, private keys, requests, revocation lists, or a "
              "mosquitto.conf, whose files are then read too. All are judged together")
      .required()
      .option("--profile", options->profile,
              "What else must hold: ec200u, ec200u-ec, root, issuing, broker, name-pinned, device, or the path of a "
              "profile of your own")
      .option("--host", options->host, "Name or address that the modem dials: a server certificate must carry it")
      .option("--key", options->keys, "Private key that must belong to one of the certificates; never shown")
      .option("--at", options->at, "Moment of use, RFC 3339 (default: now)")
      .examples(
          "  ec200u-pki lint ca/root.pem broker/certs/server.pem --host broker.example.com\n"
          "  ec200u-pki lint broker/mosquitto.conf\n"
          "  ec200u-pki lint --profile ec200u --json vendor-chain.pem\n"
          "  ec200u-pki lint --profile ./plant-broker.toml server.pem --key server.key --at 2027-03-01T12:00:00Z")
      .run([options](Context& context) { return run(*options, context); });
}

}  // namespace epki::cli

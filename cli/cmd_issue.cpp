#include <cerrno>
#include <chrono>
#include <deque>
#include <memory>
#include <system_error>

#include "cli/commands.hpp"
#include "cli/device_ca.hpp"
#include "cli/issue/for_request.hpp"
#include "cli/issue/issuing.hpp"
#include "cli/ledger_place.hpp"
#include "cli/server_profile.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "core/memory.hpp"
#include "core/text.hpp"
#include "ledger/certificates.hpp"
#include "pki/ca/devices.hpp"
#include "pki/ca/release.hpp"

namespace epki::cli {

namespace cmd_issue {

namespace fs = std::filesystem;

// EC identities take 40 microseconds each, RSA ones 60 milliseconds: a group is what a second loses at a cut.
// Near the end EC ones are added to the ledger in parts, while the others of their group are made; RSA ones are not,
// because the ledger's lock would be held for a second, and others wait for it.
constexpr std::size_t ec_group = 500;
constexpr std::size_t ec_part = 64;
constexpr std::size_t rsa_group = 16;

struct Options {
  std::vector<std::string> names{}, also{};
  std::optional<std::string> csv{}, csr{}, key{}, out{};
  std::optional<std::int64_t> days{};
  PassphraseOptions passphrase{};
};

/// What both kinds of certificates need to know.
struct Job {
  config::Project project;
  ledger::Ledger ledger;
  OpenCa ca;
  ossl::KeyType key;
  fs::path out;
  bool bundle = false;
};

Status check_source(const Options& options) {
  if (options.csr && (options.csv || options.names.size() > 1 || options.key))
    return Error{Errc::usage, "--csr takes at most one name, and neither --csv nor --key",
                 "a request brings its own key, and is for one certificate"};
  if (options.csv && !options.names.empty())
    return Error{Errc::usage, "names and --csv exclude one another", "give one of them"};
  if (options.names.empty() && !options.csv && !options.csr)
    return Error{Errc::usage, "nobody to issue for", "give names, --csv FILE with a column name, or --csr FILE"};
  return success();
}

fs::path whole_path(const fs::path& path) {
  std::error_code failed;
  auto whole = fs::absolute(path, failed).lexically_normal();
  if (!whole.has_filename() && whole.has_relative_path()) whole = whole.parent_path();
  return failed ? path : whole;
}

Result<Job> prepare(config::Project project, const Options& options, ca::Purpose purpose, Context& context) {
  const auto key = ossl::key_type_named(options.key.value_or(project.ca.key), Errc::usage);
  if (!key) return key.error();
  const auto out = whole_path(options.out ? fs::path(*options.out) : project.folder / "certs");
  const bool bundle = options.out && options.out->ends_with(".pem");
  auto ledger = open_kept_ledger(project, context);
  if (!ledger) return std::move(ledger).error();
  auto ca = purpose == ca::Purpose::client ? open_or_make_device_ca(project, options.passphrase, *ledger, context)
                                           : open_ca(project, purpose, options.passphrase, context);
  if (!ca) return std::move(ca).error();
  if (auto known = check_known(project, ca->identity.certificate, *ledger); !known) return std::move(known).error();
  return Job{std::move(project), *std::move(ledger), *std::move(ca), *key, out, bundle};
}

// The CAs above a certificate, the issuer first.
ossl::Chain issuers_of(const OpenCa& ca) {
  ossl::Chain all = ca.chain;
  all.push_back(ca.root);
  return all;
}

class DeviceMaker final : public Maker {
 public:
  explicit DeviceMaker(ca::DeviceMint mint) : mint_(std::move(mint)) {}
  Status want(std::span<const ListedName> names) override {
    std::vector<ca::WantedDevice> wanted;
    wanted.reserve(names.size());
    for (const auto& name : names) wanted.push_back({name.name, name.lifetime});
    return mint_.want(wanted);
  }
  Result<std::vector<ca::Device>> take(std::size_t count) override { return mint_.take(count); }

 private:
  ca::DeviceMint mint_;
};

// Made while the list is read, the ledger opened and the CA's key unlocked. A batch is worth that, single names are
// not; and an RSA key would have to be waited for where the list turns out to be wrong.
constexpr std::size_t keys_ahead = 1000;

std::shared_ptr<ossl::KeyStock> keys_for_batch(const Options& options, const config::Project& project) {
  const auto type = ossl::key_type_named(options.key.value_or(project.ca.key), Errc::usage);
  if (!options.csv || !type || ossl::is_rsa(*type)) return nullptr;
  take_memory_in_steps_of(4U << 20U);
  return std::make_shared<ossl::KeyStock>(*type, keys_ahead);
}

Result<std::unique_ptr<Maker>> device_maker(const Job& job, std::shared_ptr<ossl::KeyStock> stock, Context& context) {
  auto profile = profile::built_in("device");
  if (!profile) return std::move(profile).error();
  ossl::Chain above = issuers_of(job.ca);
  above.erase(above.begin());
  auto mint = ca::DeviceMint::make(*profile, job.key, job.ca.identity, above, {context.clock, context.random}, 0,
                                   std::move(stock));
  if (!mint) return std::move(mint).error();
  return std::unique_ptr<Maker>(std::make_unique<DeviceMaker>(*std::move(mint)));
}

Result<ca::Device> make_server(const Job& job, const profile::Profile& profile, const ListedName& name,
                               const std::vector<std::string>& also, Context& context) {
  ca::ServerNames names{{name.name}, {}};
  for (const auto& more : also) names.hosts.push_back(more);
  auto made = ca::mint_server(profile, names, job.key, name.lifetime, job.ca.identity, {context.clock, context.random});
  if (!made) return std::move(made).error();
  if (auto fine = ca::refuse_what_lint_refuses(made->certificate, profile, issuers_of(job.ca), context.clock.now());
      !fine)
    return std::move(fine).error();
  auto key = made->key.to_pem();
  if (!key) return std::move(key).error();
  return ca::Device{ca::ledger_row(made->certificate, "server", name.name), *std::move(key)};
}

// A few at most, each with names of its own in it: one after the other.
class ServerMaker final : public Maker {
 public:
  ServerMaker(const Job& job, profile::Profile profile, std::vector<std::string> also, Context& context)
      : job_(job), profile_(std::move(profile)), also_(std::move(also)), context_(context) {}
  Status want(std::span<const ListedName> names) override {
    wanted_.insert(wanted_.end(), names.begin(), names.end());
    return success();
  }
  Result<std::vector<ca::Device>> take(std::size_t count) override {
    std::vector<ca::Device> all;
    for (; all.size() < count && !wanted_.empty(); wanted_.pop_front()) {
      auto made = make_server(job_, profile_, wanted_.front(), also_, context_);
      if (!made) return std::move(made).error();
      all.push_back(*std::move(made));
    }
    return all;
  }

 private:
  const Job& job_;
  profile::Profile profile_;
  std::vector<std::string> also_;
  Context& context_;
  std::deque<ListedName> wanted_{};
};

Result<std::unique_ptr<Maker>> server_maker(const Job& job, const std::vector<std::string>& also, Context& context) {
  auto profile = server_profile(job.project);
  if (!profile) return std::move(profile).error();
  return std::unique_ptr<Maker>(std::make_unique<ServerMaker>(job, *std::move(profile), also, context));
}

NameList::Check check_of(ca::Purpose purpose) {
  return [purpose](std::string_view name) -> Status {
    if (auto stem = check_file_stem(name); !stem) return stem;
    if (purpose == ca::Purpose::client) return ca::check_device_name(name);
    if (ca::is_host_name(name) || ca::is_ip_address(name)) return success();
    return Error{Errc::usage, "\"" + visible(name) + "\" is no host name or address",
                 "use letters, digits, dots and hyphens"};
  };
}

Json facts(const ledger::IssuedCertificate& row, const Output& output) {
  return Json::object({{"name", row.name},
                       {"serial", row.serial},
                       {"sha256", row.sha256},
                       {"not_after", rfc3339(row.not_after)},
                       {"certificate", output.certificate_of(row.name).string()},
                       {"key", output.key_of(row.name).string()}});
}

std::string told(const Job& job, const IssuedReport& report, const Output& output, std::string_view noun,
                 std::size_t total) {
  std::string text = "Issued " + counted(report.count, noun) + " under " + job.ca.identity.certificate.subject();
  if (report.resumed > 0)
    text += "; with those of the run that was cut there are " + std::to_string(report.resumed + report.count) + " of " +
            std::to_string(total);
  text += ".\n";
  if (job.bundle && !report.shown.empty())
    text += report.failed
                ? "  unfinished: they stand in " + job.out.string() + ".part, until the same command ends well\n"
                : "  key and certificate of each: " + job.out.string() + ", mode 0600\n";
  constexpr std::size_t most = 10;
  for (std::size_t i = 0; i < std::min(most, report.shown.size()); ++i) {
    const auto& row = report.shown[i];
    text += "  " + row.name + ", serial " + row.serial + ", until " + rfc3339(row.not_after).substr(0, 10);
    if (!job.bundle) text += ": " + output.certificate_of(row.name).string() + ", its key beside it";
    text += "\n";
  }
  if (report.count > most) text += "  and " + std::to_string(report.count - most) + " more\n";
  if (job.ca.identity.certificate.not_after() <= (report.shown.empty() ? Instant{} : report.shown.front().not_after))
    text += "They end with the CA that issued them. ec200u-pki renew --check tells when that comes near.\n";
  return text;
}

// Recorded, then written; nothing else leaves the process, for the key never was here.
Result<Outcome> issue_for_request(const Options& options, ca::Purpose purpose, Context& context) {
  auto project = config::load(fs::path("."));
  if (!project) return std::move(project).error();
  auto job = prepare(*std::move(project), options, purpose, context);
  if (!job) return std::move(job).error();
  const bool client = purpose == ca::Purpose::client;
  const std::chrono::days lifetime(
      options.days.value_or(client ? job->project.ca.device_days : job->project.ca.server_days));
  const auto granted = sign_request(
      {*options.csr, options.names.empty() ? std::string() : options.names.front(), options.also, lifetime}, purpose,
      job->project, job->ca, {context.clock, context.random});
  if (!granted) return granted.error();
  if (auto stem = check_file_stem(granted->name); !stem) return std::move(stem).error();
  const auto stem = file_stem(granted->name);
  const auto file = job->bundle ? job->out : job->out / stem / (stem + ".pem");
  if (std::error_code ignored; fs::exists(fs::symlink_status(file, ignored)))
    return disk_error("creating", file, EEXIST);
  const auto row = ca::ledger_row(granted->certificate, client ? "device" : "server", granted->name);
  if (auto recorded = job->ledger.record_issued({row}); !recorded) return std::move(recorded).error();
  if (auto made = make_folder(file.parent_path()); !made) return std::move(made).error();
  std::string text = row.pem;
  if (!client)
    for (const auto& one : job->ca.chain) text += one.pem();
  if (auto written = write_new_file(file, text, 0644); !written) return std::move(written).error();
  for (const auto& one : granted->passed_over)
    context.reporter.warning("the request asks for " + one + "; the certificate does not have it");
  Outcome outcome;
  outcome.document
      .set("issued", Json::array().push(Json::object({{"name", row.name},
                                                      {"serial", row.serial},
                                                      {"sha256", row.sha256},
                                                      {"not_after", rfc3339(row.not_after)},
                                                      {"certificate", file.string()},
                                                      {"key", Json()}})))
      .set("count", 1)
      .set("passed_over", Json::array_of(granted->passed_over));
  outcome.text = "Issued a certificate for the key of " + *options.csr + " under " +
                 job->ca.identity.certificate.subject() + ".\n  " + row.name + ", serial " + row.serial + ", until " +
                 rfc3339(row.not_after).substr(0, 10) + ": " + file.string() + "\n";
  return outcome;
}

Result<Outcome> issue(const Options& options, ca::Purpose purpose, Context& context) {
  if (options.csr) {
    if (auto checked = check_source(options); !checked) return std::move(checked).error();
    return issue_for_request(options, purpose, context);
  }
  if (auto checked = check_source(options); !checked) return std::move(checked).error();
  const bool client = purpose == ca::Purpose::client;
  auto project = config::load(fs::path("."));
  if (!project) return std::move(project).error();
  const std::chrono::days lifetime(options.days.value_or(client ? project->ca.device_days : project->ca.server_days));
  const auto stock = client ? keys_for_batch(options, *project) : nullptr;
  auto list = options.csv ? NameList::of_csv(*options.csv, lifetime, check_of(purpose), context.cancel)
                          : NameList::of_names(options.names, lifetime, check_of(purpose));
  if (!list) return std::move(list).error();
  if (stock) stock->limit(list->size());
  if (!options.also.empty() && list->size() != 1)
    return Error{Errc::usage, "--also adds names to one certificate", "issue one name at a time with it"};

  auto job = prepare(*std::move(project), options, purpose, context);
  if (!job) return std::move(job).error();
  const auto maker = client ? device_maker(*job, stock, context) : server_maker(*job, options.also, context);
  if (!maker) return maker.error();
  Issuing issuing{.kind = client ? "device" : "server",
                  .noun = client ? "devices" : "servers",
                  .out = job->out,
                  .bundle = job->bundle,
                  .group = ossl::is_rsa(job->key) ? rsa_group : ec_group,
                  .part = ossl::is_rsa(job->key) ? rsa_group : ec_part,
                  .maker = **maker};
  // A server shows its issuing CAs to the client; a device's are known to the broker.
  if (!client)
    for (const auto& one : job->ca.chain) issuing.chain_pem += one.pem();
  const auto output =
      job->bundle ? bundle_output(job->out, client ? 1 : 1 + job->ca.chain.size()) : folder_output(job->out);
  auto report = run_issuing(issuing, *list, *output, job->ledger, job->project, context.globals.json, context);
  if (!report) return std::move(report).error();

  Outcome outcome;
  Json issued = Json::array();
  if (context.globals.json)
    for (const auto& row : report->shown) issued.push(facts(row, *output));
  outcome.document.set("issued", std::move(issued)).set("count", report->count);
  if (report->resumed > 0) outcome.document.set("resumed", report->resumed);
  const std::string noun = client ? "client certificate" : "server certificate";
  if (report->count > 0 || !report->failed) outcome.text = told(*job, *report, *output, noun, list->size());
  if (report->failed) {
    outcome.exit = exit_code::of(report->failed->code);
    outcome.error = std::move(report->failed);
  }
  return outcome;
}

Command add(CommandLine& line, std::string_view name, std::string_view summary, Options& options,
            std::string_view names_help) {
  auto command = line.add(name, summary);
  command.option("NAME", options.names, names_help)
      .option("--csv", options.csv, "A CSV file with the column name and, if you like, the column days")
      .option("--csr", options.csr,
              "A certificate request (PKCS#10): its key is certified, of its wishes only the name counts")
      .choice("--key", options.key, "Key type (default: ca.key of the project file)",
              {"rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"})
      .option("--days", options.days, "Lifetime, at most as long as the CA's (default: from the project file)", 1,
              36500)
      .option("--out", options.out,
              "A folder, in which each name gets one of its own (default: certs), or one bundle when it ends in .pem");
  add_passphrase_options(command, options.passphrase);
  return command;
}

}  // namespace cmd_issue

void add_issue(CommandLine& line) {
  using namespace cmd_issue;
  line.group("issue", "Issue certificates with new keys, one or a hundred thousand");
  auto client = std::make_shared<Options>();
  add(line, "issue client", "Client certificates for devices, under the devices' own root", *client,
      "The devices; the name is the user name at the broker")
      .examples(
          "  ec200u-pki issue client 861234567890123\n"
          "  ec200u-pki issue client --csv devices.csv --key ec-p256 --out devices.pem\n"
          "  ec200u-pki issue client --csr device.csr\n"
          "A run that was cut goes on where it stopped when the same command is run again; once it is finished, "
          "that is said, and nothing is done (exit 5).")
      .run([client](Context& context) { return issue(*client, ca::Purpose::client, context); });
  auto server = std::make_shared<Options>();
  auto command = add(line, "issue server", "Server certificates for further brokers", *server,
                     "Host names or addresses, a certificate for each");
  command.option("--also", server->also, "Further names and addresses in the one certificate")
      .examples(
          "  ec200u-pki issue server standby.example.com --also 192.0.2.11\n"
          "The broker of this project is served by renew, which writes broker/certs.")
      .run([server](Context& context) { return issue(*server, ca::Purpose::server, context); });
}

}  // namespace epki::cli

#include <algorithm>
#include <memory>

#include "broker-configs/check/finding.hpp"
#include "cli/commands.hpp"
#include "config/project.hpp"
#include "core/exit_code.hpp"
#include "core/text.hpp"

namespace epki::cli {

namespace cmd_broker_check {

namespace fs = std::filesystem;

struct Options {
  std::optional<std::string> file{}, host{}, user{}, version{}, at{};
  std::int64_t within = 30;
};

// Without a file, the project's own, for the name its modems dial.
Result<fs::path> file_of(const Options& options, broker::CheckQuestion& question) {
  if (options.file) return fs::path(*options.file);
  std::error_code failed;
  auto project = config::load(fs::current_path(failed));
  if (!project) {
    auto error = std::move(project).error();
    error.hint = "name the file to check, or run this in a project folder";
    return error;
  }
  if (!question.host) question.host = project->broker.hosts.front();
  return project->broker_folder() / "mosquitto.conf";
}

Result<broker::CheckQuestion> question_of(const Options& options, const Context& context) {
  broker::CheckQuestion question{
      .now = context.clock.now(), .soon = std::chrono::days(options.within), .host = options.host};
  if (options.at) {
    const auto at = parse_rfc3339(*options.at);
    if (!at)
      return Error{Errc::usage, "--at " + *options.at + " is no RFC 3339 moment", "write it as 2027-03-01T12:00:00Z"};
    question.now = *at;
  }
  if (options.version) {
    const auto version = broker::parse_version(*options.version);
    if (!version)
      return Error{Errc::usage, "--for-version " + *options.version + " is no version this program knows",
                   "use 2.0.11, 2.0.22 or 2.1; mosquitto -h says which one you have"};
    question.version = *version;
  }
  if (options.user) {
    question.account = broker::account_named(*options.user);
    if (!question.account)
      return Error{Errc::usage, "there is no account " + *options.user + " on this machine",
                   "name the account that runs the broker, or leave --user away"};
  }
  return question;
}

std::size_t number_of(const broker::CheckReport& report, broker::Severity severity) {
  return static_cast<std::size_t>(std::count_if(report.findings.begin(), report.findings.end(),
                                                [&](const auto& one) { return one.severity == severity; }));
}

std::string text_of(const broker::CheckReport& report) {
  std::string text;
  for (const auto& finding : report.findings) {
    text += finding.place.file + (finding.place.line == 0 ? "" : ":" + std::to_string(finding.place.line)) + ": " +
            std::string(broker::word(finding.severity)) + ": " + visible(finding.what) + " [" +
            std::string(finding.rule) + "]\n";
    text += "    why     " + std::string(finding.why) + "\n    remedy  " + finding.remedy + "\n";
  }
  return text + counted(report.files.size(), "file") + ", " + counted(report.listeners, "listener") + ": " +
         counted(number_of(report, broker::Severity::error), "error") + ", " +
         counted(number_of(report, broker::Severity::warning), "warning") + ", " +
         counted(number_of(report, broker::Severity::notice), "notice") + "\n";
}

Json json_of(const broker::Finding& finding) {
  return Json::object({{"severity", broker::word(finding.severity)},
                       {"file", finding.place.file},
                       {"line", finding.place.line == 0 ? Json() : Json(finding.place.line)},
                       {"rule", finding.rule},
                       {"what", finding.what},
                       {"why", finding.why},
                       {"remedy", finding.remedy}});
}

Result<Outcome> check(const Options& options, Context& context) {
  auto question = question_of(options, context);
  if (!question) return std::move(question).error();
  auto file = file_of(options, *question);
  if (!file) return std::move(file).error();
  auto report = broker::check_configuration(*file, *question);
  if (!report) return std::move(report).error();
  const auto errors = number_of(*report, broker::Severity::error);
  Outcome outcome;
  outcome.exit = errors == 0 ? exit_code::done : exit_code::no;
  outcome.text = text_of(*report);
  Json findings = Json::array();
  for (const auto& finding : report->findings) findings.push(json_of(finding));
  outcome.document.set("action", "check")
      .set("version", broker::word(question->version))
      .set("host", question->host)
      .set("at", rfc3339(question->now))
      .set("findings", std::move(findings))
      .set("files", Json::array_of(report->files))
      .set("listeners", report->listeners)
      .set("errors", errors)
      .set("warnings", number_of(*report, broker::Severity::warning))
      .set("notices", number_of(*report, broker::Severity::notice));
  return outcome;
}

}  // namespace cmd_broker_check

void add_broker_check(CommandLine& line) {
  using namespace cmd_broker_check;
  auto options = std::make_shared<Options>();
  line.add("broker check", "Look for traps in a mosquitto.conf, anybody's, with all that it includes and names")
      .option("FILE", options->file, "The configuration (default: broker/mosquitto.conf of the project)")
      .option("--host", options->host, "Name or address that clients dial: the certificate must carry it")
      .option("--user", options->user,
              "Account that runs the broker (default: the file's own `user`, else mosquitto where it exists)")
      .option("--for-version", options->version,
              "Mosquitto that is to read it: 2.0.11, 2.0.22 or 2.1 (default: 2.0.11)")
      .option("--within", options->within, "Days in which a certificate's end is worth a warning", 0, 36500)
      .option("--at", options->at, "Moment of use, RFC 3339 (default: now)")
      .examples(
          "  ec200u-pki broker check /etc/mosquitto/mosquitto.conf --host broker.example.com\n"
          "  ec200u-pki broker check\n"
          "  ec200u-pki broker check old.conf --for-version 2.1 --json")
      .run([options](Context& context) { return check(*options, context); });
}

}  // namespace epki::cli

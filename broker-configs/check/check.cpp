#include <sys/stat.h>

#include <algorithm>

#include "broker-configs/check/rules.hpp"
#include "broker-configs/check/subject.hpp"
#include "core/file.hpp"

namespace epki::broker {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_configuration = 4U << 20U;

// As Mosquitto does it: names that end in .conf, in the order of their bytes, hidden ones too.
Result<std::vector<NamedText>> included_files(const std::string& folder, const fs::path& main) {
  const fs::path path = fs::path(folder).is_relative() ? main.parent_path() / folder : fs::path(folder);
  std::error_code failed;
  std::vector<fs::path> names;
  for (fs::directory_iterator at(path, failed), end; !failed && at != end; at.increment(failed))
    if (at->path().filename().string().ends_with(".conf")) names.push_back(at->path());
  if (failed) return Error{Errc::input, path.string() + ": " + failed.message()};
  std::sort(names.begin(), names.end());
  std::vector<NamedText> files;
  for (const auto& name : names) {
    auto text = read_file(name, largest_configuration);
    if (!text) return std::move(text).error();
    files.push_back({name.string(), *std::move(text)});
  }
  return files;
}

// Who the broker is when it reads its files.
Account runner(const Model& model, const CheckQuestion& question) {
  if (question.account) return *question.account;
  if (const auto* user = model.broker.find("user"))
    if (const auto account = account_named(user->value)) return *account;
  if (const auto account = mosquitto_account()) return *account;
  return own_account();
}

}  // namespace

void Subject::add(std::string_view rule, const Place& place, std::string what, std::string remedy) const {
  const auto& known = rule_named(rule);
  findings.push_back({.severity = known.severity(),
                      .place = place,
                      .rule = known.name,
                      .what = std::move(what),
                      .why = known.why,
                      .remedy = remedy.empty() ? std::string(known.remedy) : std::move(remedy)});
}

NamedFile Subject::named(const Setting& setting) {
  NamedFile file;
  file.path = setting.value;
  if (file.path.is_relative()) file.path = fs::path(setting.place.file).parent_path() / file.path;
  struct stat facts {};
  if (::lstat(file.path.c_str(), &facts) != 0) return file;
  file.link = S_ISLNK(facts.st_mode);
  if (::stat(file.path.c_str(), &facts) != 0) return file;
  file.exists = true;
  file.mode = facts.st_mode & 07777U;
  file.uid = facts.st_uid;
  return file;
}

std::string day(Instant at) {
  return rfc3339(at).substr(0, 10);
}

void check_text(const Subject& subject) {
  for (const auto& problem : subject.model.problems)
    subject.add(problem.rule, problem.place, problem.what, problem.remedy);
}

Result<CheckReport> check_configuration(const fs::path& file, const CheckQuestion& question) {
  auto text = read_file(file, largest_configuration);
  if (!text) return std::move(text).error();
  const auto model = read_model(
      {file.string(), *std::move(text)}, [&](const std::string& folder) { return included_files(folder, file); },
      question.version);
  CheckReport report;
  report.files = model.files;
  report.listeners = model.listeners.size();
  const auto account = runner(model, question);
  const Subject subject{model, question, account, report.findings};
  for (const auto check : {check_text, check_listeners, check_files, check_server_certificate, check_tls,
                           check_client_certificates, check_revocation, check_access})
    check(subject);
  const auto position = [&](const Finding& one) {
    const auto at = std::find(report.files.begin(), report.files.end(), one.place.file);
    return std::pair(at - report.files.begin(), one.place.line);
  };
  std::stable_sort(report.findings.begin(), report.findings.end(),
                   [&](const Finding& a, const Finding& b) { return position(a) < position(b); });
  return report;
}

}  // namespace epki::broker

#include "cli/ceremony/ceremony_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "cli/ledger_place.hpp"
#include "cli/version.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/audit.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/request.hpp"
#include "pki/ossl/signature.hpp"

namespace epki::cli {

namespace ceremony_log {

namespace fs = std::filesystem;

struct End {
  std::size_t lines = 0;
  std::string hash = std::string(64, '0');  ///< of the last line
  std::string line{};                       ///< the last line
};

Error altered(const fs::path& file, std::size_t line) {
  return {
      Errc::input, file.string() + ": line " + std::to_string(line) + " does not follow from the line before it",
      "somebody altered, took out or cut a line: find out who before anything more is signed; another folder begins "
      "another log"};
}

Result<End> read_to_end(const fs::path& file) {
  std::error_code ignored;
  End end;
  if (!fs::exists(file, ignored)) return end;
  const auto text = read_file(file);
  if (!text) return text.error();
  if (!text->empty() && text->back() != '\n')
    return altered(file, static_cast<std::size_t>(std::count(text->begin(), text->end(), '\n')) + 1);
  for (const auto line : split(*text, '\n')) {
    if (line.empty()) continue;
    const auto step = Json::parse(line);
    if (!step || (*step)["previous"].text() != end.hash ||
        (*step)["number"].integer() != static_cast<std::int64_t>(end.lines + 1))
      return altered(file, end.lines + 1);
    end.hash = ossl::sha256_hex(as_bytes(line));
    end.line = line;
    ++end.lines;
  }
  return end;
}

Status append(const fs::path& file, std::string_view line) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return disk_error("opening", file, errno);
  const auto written = ::write(fd, line.data(), line.size());
  const int why = written < 0 ? errno : ENOSPC;
  const bool whole = written == static_cast<ssize_t>(line.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!whole) return disk_error("writing", file, why);
  return sync_folder_of(file);
}

constexpr std::string_view signature_key = ",\"signature\":\"";

// The line without its signature, which is the last thing in it.
std::pair<std::string, std::string> parted(const std::string& line) {
  const auto at = line.rfind(signature_key);
  if (at == std::string::npos) return {line, {}};
  const auto begin = at + signature_key.size();
  const auto end = line.find('"', begin);
  if (end == std::string::npos || line.substr(end) != "\"}") return {line, {}};
  const auto bytes = from_hex(line.substr(begin, end - begin));
  if (!bytes) return {line, {}};
  return {line.substr(0, at) + "}", std::string(as_text(*bytes))};
}

Result<std::string> next_line(const fs::path& folder, Json step, const ossl::PrivateKey* signer) {
  const auto end = read_to_end(folder / ceremony_log_name);
  if (!end) return end.error();
  step.set("number", static_cast<std::int64_t>(end->lines + 1)).set("previous", end->hash);
  auto line = step.dump(-1);
  if (signer == nullptr) return line;
  const auto signature = ossl::sign_detached(*signer, line);
  if (!signature) return signature.error();
  line.pop_back();
  return line + std::string(signature_key) + to_hex(as_bytes(*signature)) + "\"}";
}

bool signed_by_a_root(const std::string& text, const std::string& signature, const config::Project& project) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(project.folder / "ca", ignored)) {
    if (entry.path().extension() != ".pem") continue;
    const auto pem = read_file(entry.path(), 1U << 20U);
    if (pem && ossl::verify_detached(*pem, text, signature)) return true;
  }
  return false;
}

bool signed_by_its_request(const std::string& text, const std::string& signature, const Json& step,
                           const fs::path& folder) {
  const auto pem = read_file(folder / (step["facts"]["ca"].text_or("") + ".csr"), 1U << 20U);
  if (!pem || ossl::sha256_hex(as_bytes(*pem)) != step["facts"]["request_sha256"].text_or("")) return false;
  const auto request = ossl::read_request(*pem);
  return request && ossl::verify_detached(request->key, text, signature).ok();
}

Result<bool> written_here(const std::string& hash, ledger::Ledger& ledger) {
  bool found = false;
  for (const char* kind : {"ceremony-request", "ceremony-sign", "ceremony-import"}) {
    auto looked = ledger::Audit(ledger).for_each(1, kind, [&](const ledger::Event& event) -> Result<bool> {
      for (const auto& line : event.detail["log_lines"].items()) found = found || line.text() == hash;
      return !found;
    });
    if (!looked) return std::move(looked).error();
  }
  return found;
}

// What the chain cannot show: that the last line is as it was written.
Status vouch_for_the_last(const End& end, const fs::path& folder, const config::Project& project,
                          ledger::Ledger& ledger, Context& context) {
  if (end.lines == 0) return success();
  const auto here = written_here(end.hash, ledger);
  if (!here) return here.error();
  if (*here) return success();
  const auto step = Json::parse(end.line);
  const auto [text, signature] = parted(end.line);
  const auto kind = step ? (*step)["step"].text_or("") : std::string();
  const bool good = !signature.empty() && (kind == "sign"      ? signed_by_a_root(text, signature, project)
                                           : kind == "request" ? signed_by_its_request(text, signature, *step, folder)
                                                               : false);
  if (good) return success();
  const auto file = folder / ceremony_log_name;
  if (kind == "import") {
    context.reporter.warning(file.string() +
                             ": its last line was written on another machine and nothing here vouches "
                             "for it: an import opens no key that could sign it");
    return success();
  }
  return Error{
      Errc::input,
      file.string() + ": line " + std::to_string(end.lines) + ", the last, is not as it was written: " +
          (signature.empty() ? "nobody signed it" : "its signature does not verify"),
      "somebody altered it, or took away the request it is about: find out who before anything more is signed; "
      "another folder begins another log"};
}

}  // namespace ceremony_log

void add_people_options(Command& command, CeremonyPeople& people) {
  command.option("--operator", people.operator_name, "Who does this, for the ceremony log (default: the account)")
      .option("--witness", people.witnesses, "Who watches, for the ceremony log");
}

Result<std::size_t> check_ceremony_log(const std::filesystem::path& folder, const config::Project& project,
                                       ledger::Ledger& ledger, Context& context) {
  const auto end = ceremony_log::read_to_end(folder / ceremony_log_name);
  if (!end) return end.error();
  if (auto vouched = ceremony_log::vouch_for_the_last(*end, folder, project, ledger, context); !vouched)
    return std::move(vouched).error();
  return end->lines;
}

Status log_ceremony(std::string_view step, const Json& facts, const CeremonyPeople& people,
                    const std::filesystem::path& medium, const std::filesystem::path& ca,
                    const ossl::PrivateKey* signer, ledger::Ledger& ledger, Context& context) {
  std::vector<std::string> all;
  if (people.operator_name) all.push_back(*people.operator_name);
  all.insert(all.end(), people.witnesses.begin(), people.witnesses.end());
  const Json entry = Json::object({{"at", rfc3339(context.clock.now())},
                                   {"step", step},
                                   {"station", name_of_this_station()},
                                   {"tool", std::string("ec200u-pki ") + version},
                                   {"operator", people.operator_name ? Json(*people.operator_name) : Json()},
                                   {"witnesses", Json::array_of(people.witnesses)},
                                   {"facts", facts}});
  std::vector<std::filesystem::path> folders{ca};
  std::error_code failed;
  if (!std::filesystem::equivalent(ca, medium, failed)) folders.push_back(medium);
  std::vector<std::string> lines, hashes;
  for (const auto& folder : folders) {
    auto line = ceremony_log::next_line(folder, entry, signer);
    if (!line) return std::move(line).error();
    hashes.push_back(ossl::sha256_hex(as_bytes(*line)));
    lines.push_back(*std::move(line));
  }
  Json kept = facts;
  kept.set("log_lines", Json::array_of(hashes));
  if (auto recorded = ledger::Audit(ledger).record("ceremony-" + std::string(step), kept, all); !recorded)
    return recorded;
  for (std::size_t i = 0; i < folders.size(); ++i)
    if (auto logged = ceremony_log::append(folders[i] / ceremony_log_name, lines[i] + "\n"); !logged) return logged;
  return success();
}

}  // namespace epki::cli

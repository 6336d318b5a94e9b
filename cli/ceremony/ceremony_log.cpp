#include "cli/ceremony/ceremony_log.hpp"

#include <algorithm>
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

/// The log's text; none when there is no log.
Result<std::optional<std::string>> text_of(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::optional<std::string>();
  auto text = read_file(file);
  if (!text) return std::move(text).error();
  return std::optional(*std::move(text));
}

Result<End> end_of(const std::string& text, const fs::path& file) {
  End end;
  if (!text.empty() && text.back() != '\n')
    return altered(file, static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
  for (const auto line : split(text, '\n')) {
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

Result<End> read_to_end(const fs::path& file) {
  const auto text = text_of(file);
  if (!text) return text.error();
  return end_of(text->value_or(""), file);
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

/// A log with one line more.
struct Added {
  fs::path file;
  std::optional<std::string> before;  ///< what it held; none when there was no log
  std::string hash;                   ///< of the new line
};

// The whole log is written again and renamed: a medium that is full or pulled out keeps the log it had, not one that
// ends in half a line and looks altered for good.
Result<Added> add_line(const fs::path& folder, Json step, const ossl::PrivateKey* signer) {
  const auto file = folder / ceremony_log_name;
  auto text = text_of(file);
  if (!text) return std::move(text).error();
  const auto end = end_of(text->value_or(""), file);
  if (!end) return end.error();
  step.set("number", static_cast<std::int64_t>(end->lines + 1)).set("previous", end->hash);
  auto line = step.dump(-1);
  if (signer != nullptr) {
    const auto signature = ossl::sign_detached(*signer, line);
    if (!signature) return signature.error();
    line.pop_back();
    line += std::string(signature_key) + to_hex(as_bytes(*signature)) + "\"}";
  }
  if (auto written = replace_file(file, text->value_or("") + line + "\n", 0644); !written)
    return std::move(written).error();
  return Added{file, *std::move(text), ossl::sha256_hex(as_bytes(line))};
}

Status put_back(const Added& added) {
  if (added.before) return replace_file(added.file, *added.before, 0644);
  std::error_code failed;
  if (fs::remove(added.file, failed); failed) return disk_error("removing", added.file, failed.value());
  return sync_folder_of(added.file);
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

Status try_room_on_medium(const std::filesystem::path& file) {
  // More than a request, a certificate or a line ever takes.
  constexpr std::size_t enough = std::size_t{8} << 10U;
  std::error_code none;
  const auto log = std::filesystem::file_size(file.parent_path() / ceremony_log_name, none);
  return try_room_for(file, enough + (none ? 0 : static_cast<std::size_t>(log)));
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
  // The medium first: it is what may be full or write-protected, and a step that is not in its log is in none.
  std::vector<std::filesystem::path> folders{ca};
  std::error_code failed;
  if (!std::filesystem::equivalent(ca, medium, failed)) folders.insert(folders.begin(), medium);
  std::vector<ceremony_log::Added> added;
  Status done = success();
  for (const auto& folder : folders) {
    auto one = ceremony_log::add_line(folder, entry, signer);
    if (one) {
      added.push_back(*std::move(one));
    } else if (step == "import" && folder != ca && one.error().code == Errc::disk) {
      // Its way ends here: what was taken in from a write-protected medium is in the log and the ledger of this
      // machine.
      context.reporter.warning(one.error().what + ": the medium's log does not tell of this import");
    } else {
      done = std::move(one).error();
      break;
    }
  }
  if (done) {
    Json kept = facts;
    Json hashes = Json::array();
    for (const auto& one : added) hashes.push(one.hash);
    kept.set("log_lines", std::move(hashes));
    done = ledger::Audit(ledger).record("ceremony-" + std::string(step), kept, all);
  }
  if (!done)
    for (const auto& one : added)
      if (auto back = ceremony_log::put_back(one); !back)
        context.reporter.warning(back.error().what + ": its last line tells of a step that was not completed");
  return done;
}

}  // namespace epki::cli

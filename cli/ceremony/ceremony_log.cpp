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

namespace epki::cli {

namespace ceremony_log {

namespace fs = std::filesystem;

struct End {
  std::size_t lines = 0;
  std::string hash = std::string(64, '0');  ///< of the last line
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

Status log_into(const fs::path& folder, Json step) {
  const auto file = folder / ceremony_log_name;
  const auto end = read_to_end(file);
  if (!end) return end.error();
  step.set("number", static_cast<std::int64_t>(end->lines + 1)).set("previous", end->hash);
  return append(file, step.dump(-1) + "\n");
}

}  // namespace ceremony_log

void add_people_options(Command& command, CeremonyPeople& people) {
  command.option("--operator", people.operator_name, "Who does this, for the ceremony log (default: the account)")
      .option("--witness", people.witnesses, "Who watches, for the ceremony log");
}

Result<std::size_t> check_ceremony_log(const std::filesystem::path& folder) {
  const auto end = ceremony_log::read_to_end(folder / ceremony_log_name);
  if (!end) return end.error();
  return end->lines;
}

Status log_ceremony(std::string_view step, const Json& facts, const CeremonyPeople& people,
                    const std::filesystem::path& medium, const std::filesystem::path& ca, ledger::Ledger& ledger,
                    Context& context) {
  std::vector<std::string> all;
  if (people.operator_name) all.push_back(*people.operator_name);
  all.insert(all.end(), people.witnesses.begin(), people.witnesses.end());
  if (auto recorded = ledger::Audit(ledger).record("ceremony-" + std::string(step), facts, all); !recorded)
    return recorded;
  Json line = Json::object({{"at", rfc3339(context.clock.now())},
                            {"step", step},
                            {"station", name_of_this_station()},
                            {"tool", std::string("ec200u-pki ") + version},
                            {"operator", people.operator_name ? Json(*people.operator_name) : Json()},
                            {"witnesses", Json::array_of(people.witnesses)},
                            {"facts", facts}});
  if (auto logged = ceremony_log::log_into(ca, line); !logged) return logged;
  std::error_code failed;
  if (std::filesystem::equivalent(ca, medium, failed)) return success();
  return ceremony_log::log_into(medium, std::move(line));
}

}  // namespace epki::cli

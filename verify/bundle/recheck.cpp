#include "verify/bundle/recheck.hpp"

#include <algorithm>
#include <set>

#include "core/text.hpp"
#include "verify/bundle/evidence_file.hpp"
#include "verify/bundle/reading_again.hpp"
#include "verify/trial/judgement.hpp"

namespace epki::bundle {

namespace {

constexpr std::string_view absent = "not stated";

std::string shown(const Json& value) {
  if (value.is_null()) return std::string(absent);
  return value.text().value_or(value.dump(-1));
}

void compare(std::vector<Change>& into, const std::string& what, const Json& recorded, const Json& now) {
  if (recorded.is_object() || now.is_object()) {
    std::set<std::string> keys;
    for (const auto* json : {&recorded, &now})
      for (const auto& [key, value] : json->members()) keys.insert(key);
    for (const auto& key : keys) compare(into, std::string(what).append(1, '.').append(key), recorded[key], now[key]);
    return;
  }
  if (shown(recorded) != shown(now)) into.push_back({what, shown(recorded), shown(now)});
}

/// Sentences may be put otherwise by another release; everything else is a claim.
bool is_wording(std::string_view member) {
  return member == "because" || member == "next_step" || member == "odds";
}

PathRecheck compare_verdicts(const std::string& path, Json recorded, Json now) {
  PathRecheck result{path};
  std::set<std::string> members;
  for (const auto* json : {&recorded, &now})
    for (const auto& [key, value] : json->members()) members.insert(key);
  // The class first: it is what everybody looks for.
  for (const std::string first : {"class", "built_in_influence"}) {
    members.erase(first);
    compare(result.changes, first, recorded[first], now[first]);
  }
  for (const auto& member : members)
    compare(is_wording(member) ? result.words : result.changes, member, recorded[member], now[member]);
  result.recorded = std::move(recorded);
  result.now = std::move(now);
  return result;
}

Json changes_json(const std::vector<Change>& changes) {
  Json all = Json::array();
  for (const auto& change : changes)
    all.push(Json::object({{"what", change.what}, {"recorded", change.recorded}, {"now", change.now}}));
  return all;
}

std::string lines_of(std::string_view title, const std::vector<std::string>& sentences) {
  constexpr std::size_t most = 20;
  std::string text = sentences.empty() ? "" : std::string(title) + "\n";
  for (std::size_t i = 0; i < sentences.size() && i < most; ++i) text += "  " + sentences[i] + "\n";
  if (sentences.size() > most) text += "  and " + std::to_string(sentences.size() - most) + " more; --json has all\n";
  return text;
}

}  // namespace

bool Recheck::stands() const {
  return disagreements.empty() && !paths.empty() &&
         std::all_of(paths.begin(), paths.end(), [](const PathRecheck& path) { return path.changes.empty(); }) &&
         std::all_of(sections.begin(), sections.end(), [](const Section& section) { return section.changes.empty(); });
}

Json Recheck::json() const {
  Json by_path = Json::object();
  for (const auto& path : paths) {
    by_path.set(path.path, Json::object({{"recorded", path.recorded["class"]},
                                         {"now", path.now["class"]},
                                         {"stands", path.changes.empty()},
                                         {"changes", changes_json(path.changes)},
                                         {"wording", changes_json(path.words)}}));
  }
  Json beside = Json::object();
  for (const auto& section : sections) beside.set(section.name, section.json());
  return Json::object(
      {{"stands", stands()},
       {"rechecked", std::move(by_path)},
       {"sections", std::move(beside)},
       {"disagreements", Json::array_of(disagreements)},
       {"oracle_changes", Json::array_of(oracle_changes)},
       {"evidence",
        Json::object(
            {{"attempts", attempts}, {"from_wire", from_wire}, {"nothing_arrived", no_wire}, {"from_record", unread}})},
       {"recorded_oracle", Json::object({{"name", recorded_oracle.name}, {"version", recorded_oracle.version}})},
       {"oracle", Json::object({{"name", oracle.name}, {"version", oracle.version}})},
       {"device", device}});
}

std::string Recheck::text() const {
  std::string text = device["model"].text_or("?") + " " + device["firmware"].text_or("?") + "; " +
                     counted(attempts, "attempt") + ": " + std::to_string(from_wire) + " read again from the wire, " +
                     std::to_string(no_wire) + " of which nothing arrived, " + std::to_string(unread) +
                     " from the record alone\n";
  for (const auto& path : paths) {
    text += path.path + ": recorded " + shown(path.recorded["class"]) + ", concluded again " +
            shown(path.now["class"]) + (path.changes.empty() ? "; it stands\n" : "; it does not stand\n");
    for (const auto& change : path.changes)
      text += "  " + change.what + ": recorded " + change.recorded + ", now " + change.now + "\n";
    for (const auto& change : path.words) text += "  the sentence \"" + change.what + "\" is put otherwise\n";
  }
  for (const auto& section : sections) {
    text += section.name + ": " + std::to_string(section.again) + " concluded again";
    if (section.taken_over > 0)
      text += ", " + std::to_string(section.taken_over) + " NOT concluded again: " + section.why;
    text += section.changes.empty() ? "\n" : "; it does not stand\n";
    for (const auto& change : section.changes)
      text += "  " + change.what + ": recorded " + change.recorded + ", now " + change.now + "\n";
  }
  text += lines_of("The evidence does not fit itself:", disagreements);
  text += lines_of("The oracle of today says something else:", oracle_changes);
  text += "Judged beside " + oracle.name + " " + oracle.version;
  if (recorded_oracle.version != oracle.version)
    text += "; the run had " + recorded_oracle.name + " " + recorded_oracle.version;
  return text + "\n";
}

Result<Recheck> recheck(const Opened& bundle, const oracle::Worker& worker, Reporter& reporter, const Cancel& cancel) {
  auto file = read_evidence(bundle.members);
  if (!file) return std::move(file).error();
  Recheck result;
  result.recorded_oracle = file->oracle;
  result.oracle = oracle::version();
  result.device = file->report["device"];
  ReadingAgain again(*file, worker);
  for (std::size_t i = 0; i < file->exhibits.size(); ++i) {
    if (cancel.requested()) return interrupted();
    reporter.progress("reading again", i, file->exhibits.size());
    if (auto done = again.take(i); !done) return std::move(done).error();
  }
  reporter.progress("reading again", 0, 0);
  for (auto& path : file->paths) {
    if (auto done = again.fill(path); !done) return std::move(done).error();
    const auto judgement = trial::judge(path.facts);
    const std::string name(trial::word(path.facts.path));
    result.paths.push_back(compare_verdicts(name, file->report["verdict"][name], judgement.verdict.json()));
  }
  result.sections = sections_again(file->report, again);
  again.check_complete();
  for (const auto& [name, verdict] : file->report["verdict"].members()) {
    const auto known = [&path_name = name](const PathRecheck& path) { return path.path == path_name; };
    if (std::none_of(result.paths.begin(), result.paths.end(), known))
      again.disagree("report.json has a verdict for " + name + ", and there is no evidence for it");
  }
  result.disagreements = again.disagreements();
  result.oracle_changes = again.oracle_changes();
  result.attempts = again.attempts();
  result.from_wire = again.from_wire();
  result.no_wire = again.no_wire();
  result.unread = again.unread();
  return result;
}

}  // namespace epki::bundle

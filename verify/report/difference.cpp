#include "verify/report/difference.hpp"

#include <map>
#include <set>

#include "core/text.hpp"
#include "verify/report/matrix.hpp"

namespace epki::report {

namespace {

constexpr std::string_view absent = "not measured";

std::string text_of(const Json& value) {
  if (value.is_null()) return std::string(absent);
  return value.text_or(value.dump(-1));
}

std::string name_of(const Json& document) {
  return document["device"]["model"].text_or("?") + " " + document["device"]["firmware"].text_or("?");
}

void compare(std::vector<Change>& into, const std::string& path, const std::string& what, const std::string& before,
             const std::string& after) {
  if (before != after) into.push_back({path, what, before, after});
}

std::set<std::string> keys_of(const Json& a, const Json& b) {
  std::set<std::string> keys;
  for (const auto* json : {&a, &b})
    for (const auto& [key, value] : json->members()) keys.insert(key);
  return keys;
}

void compare_policies(std::vector<Change>& into, const std::string& path, const Json& before, const Json& after) {
  for (const auto& row : keys_of(before, after)) {
    if (before[row].is_object() || after[row].is_object()) {
      for (const auto& knob : keys_of(before[row], after[row]))
        compare(into, path, "policy." + row + "." + knob, text_of(before[row][knob]), text_of(after[row][knob]));
    } else {
      compare(into, path, "policy." + row, text_of(before[row]), text_of(after[row]));
    }
  }
}

// sha256 -> subject
std::map<std::string, std::string> anchors_of(const Json& verdict) {
  std::map<std::string, std::string> anchors;
  for (const auto& anchor : verdict["anchors_found"].items())
    anchors.emplace(anchor["sha256"].text_or(""), anchor["subject"].text_or(""));
  return anchors;
}

void compare_anchors(std::vector<Change>& into, const std::string& path, const Json& before, const Json& after) {
  const auto then = anchors_of(before), now = anchors_of(after);
  for (const auto& [sha256, subject] : then)
    if (!now.contains(sha256)) into.push_back({path, "anchor " + subject, "found", "not found"});
  for (const auto& [sha256, subject] : now)
    if (!then.contains(sha256)) into.push_back({path, "anchor " + subject, "not found", "found"});
}

// How the modem stood to the oracle, probe by probe; how often it was asked does not matter.
std::map<std::string, std::string> answers_of(const Json& document, const std::string& path) {
  std::map<std::string, std::string> answers;
  const auto matrix = matrix_of(document["probes"], path);
  for (const auto& row : matrix.rows)
    for (std::size_t column = 0; column < row.cells.size(); ++column)
      if (row.cells[column].tried)
        answers["probe " + row.id + ", bound " + matrix.columns[column]] =
            std::string(word(row.cells[column].agreement));
  return answers;
}

void compare_probes(std::vector<Change>& into, const std::string& path, const Json& before, const Json& after) {
  const auto then = answers_of(before, path), now = answers_of(after, path);
  for (const auto& [probe, answer] : then)
    if (const auto found = now.find(probe); found != now.end()) compare(into, path, probe, answer, found->second);
}

}  // namespace

Result<Difference> difference(const Json& before, const Json& after) {
  for (const auto* document : {&before, &after})
    if (!(*document)["schema"].text_or("").starts_with("ec200u-pki/verify/") || !(*document)["verdict"].is_object())
      return Error{Errc::input, "this is no report of verify", "give what ec200u-pki verify --json printed"};
  Difference found{name_of(before), name_of(after), {}};
  for (const auto& path : keys_of(before["verdict"], after["verdict"])) {
    const auto& then = before["verdict"][path];
    const auto& now = after["verdict"][path];
    if (then.is_null() || now.is_null()) {
      found.changes.push_back({path, "verdict", then.is_null() ? std::string(absent) : text_of(then["class"]),
                               now.is_null() ? std::string(absent) : text_of(now["class"])});
      continue;
    }
    for (const char* key : {"class", "built_in_influence"})
      compare(found.changes, path, key, text_of(then[key]), text_of(now[key]));
    compare_policies(found.changes, path, then["policy"], now["policy"]);
    compare_anchors(found.changes, path, then, now);
    compare_probes(found.changes, path, before, after);
  }
  return found;
}

Json Difference::json() const {
  Json list = Json::array();
  for (const auto& change : changes)
    list.push(Json::object(
        {{"path", change.path}, {"what", change.what}, {"before", change.before}, {"after", change.after}}));
  return Json::object({{"before", before}, {"after", after}, {"changes", list}});
}

std::string Difference::text() const {
  std::string out = "before: " + before + "\nafter:  " + after + "\n";
  if (changes.empty()) return out + "No difference.\n";
  for (const auto& change : changes)
    out += "  " + change.path + "  " + change.what + ": " + change.before + " -> " + change.after + "\n";
  return out + counted(changes.size(), "difference") + ".\n";
}

}  // namespace epki::report

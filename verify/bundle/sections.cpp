#include "verify/bundle/sections.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "core/text.hpp"
#include "verify/trial/acceptance.hpp"
#include "verify/trial/mitigation.hpp"
#include "verify/trial/timing.hpp"

namespace epki::bundle {

namespace {

/// The attempts that an entry names; nothing where it names none, or one that has no exhibit.
std::optional<std::vector<std::size_t>> attempts_of(const Json& entry, const ReadingAgain& again) {
  std::vector<std::size_t> all;
  for (const auto& one : entry["probes"].items()) {
    const auto number = one.integer();
    if (!number || *number < 0 || again.of_record(static_cast<std::size_t>(*number)) == nullptr) return std::nullopt;
    all.push_back(static_cast<std::size_t>(*number));
  }
  if (all.empty()) return std::nullopt;
  return all;
}

void compare(Section& section, const std::string& what, const std::string& recorded, std::string_view now) {
  if (recorded != now) section.changes.push_back({what, recorded, std::string(now)});
}

Section acceptance_again(const std::string& path, const Json& table, const Json& report, const ReadingAgain& again) {
  Section section{"acceptance." + path};
  for (const auto& row : table["rows"].items()) {
    const auto attempts = attempts_of(row, again);
    if (!attempts) {
      ++section.taken_over;
      continue;
    }
    std::vector<infer::Outcome> seen;
    bool plain_accepted = false;
    std::optional<oracle::Verdict> oracle;
    for (const auto number : *attempts) {
      const auto& read = *again.of_record(number);
      const bool control = report["probes"][number]["id"].text() == std::string(trial::acceptance_control);
      if (control) plain_accepted = plain_accepted || read.outcome == infer::Outcome::accepted;
      if (!control) seen.push_back(read.outcome);
      if (!control) oracle = read.uploaded;
    }
    ++section.again;
    const auto what = row["group"].text_or("") + ", " + row["what"].text_or("");
    compare(section, what, row["answer"].text_or(""), trial::word(trial::answer_of(seen, plain_accepted)));
    if (oracle)
      compare(section, what + ", oracle", row["oracle"].text_or(""),
              *oracle == oracle::Verdict::accept ? "accept" : "reject");
  }
  if (section.taken_over > 0) section.why = "they name no attempt that is in the bundle";
  return section;
}

Section mitigation_again(const std::string& path, const Json& sweep, const Json& report, const ReadingAgain& again) {
  using Effect = trial::Swept::Effect;
  Section section{"mitigation." + path};
  const int repeat = static_cast<int>(std::clamp<std::int64_t>(sweep["repeat"].integer().value_or(1), 1, 100));
  for (const auto& entry : sweep["swept"].items()) {
    const auto attempts = attempts_of(entry, again);
    if (!attempts) {
      ++section.taken_over;
      continue;
    }
    std::vector<infer::Attempt> unwanted, wanted, afterwards;
    for (const auto number : *attempts) {
      const auto& record = report["probes"][number];
      const auto& read = *again.of_record(number);
      infer::Attempt answer;
      answer.shown = record["keyless"].boolean().value_or(false) ? infer::Shown::replay : infer::Shown::own_chain;
      answer.outcome = read.outcome;
      answer.alert = read.alert;
      const bool own = record["id"].text_or("").starts_with("C1");
      auto& group = own ? wanted : record["settings"].text_or("").empty() ? afterwards : unwanted;
      group.push_back(answer);
    }
    const auto what = entry["key"].text_or("") + "=" + entry["value"].text_or("");
    const auto recorded = entry["effect"].text_or("");
    const auto bad = trial::passing_of(unwanted, repeat);
    const bool settled = bad == trial::Passing::passes || bad == trial::Passing::not_shown;
    const auto effect =
        settled ? trial::effect_of(bad, bad, bad)
                : trial::effect_of(bad, trial::passing_of(wanted, repeat), trial::passing_of(afterwards, repeat));
    ++section.again;
    compare(section, what, recorded, trial::word(unwanted.empty() ? Effect::unclear : effect));
  }
  if (section.taken_over > 0)
    section.why = "nothing was opened for them: the modem did not take the value, or had it already";
  return section;
}

/// The delays of a comparison, from the bytes; nothing where one of its attempts has no exhibit, or where they do not
/// stand in the order in which they were made.
std::optional<std::vector<trial::LadderAnswer>> ladder_answers(const Json& comparison, const Json& report,
                                                               const ReadingAgain& again) {
  std::vector<trial::LadderAnswer> all;
  for (const auto& one : comparison["answers"].items()) {
    const auto number = one["probe"].integer();
    if (!number || *number < 0) return std::nullopt;
    const auto place = static_cast<std::size_t>(*number);
    const auto* read = again.of_record(place);
    if (read == nullptr || (!all.empty() && place <= all.back().probe)) return std::nullopt;
    // Which ladder it was shows from its name.
    const auto id = report["probes"][place]["id"].text_or("");
    all.push_back({place, id.starts_with(trial::control_ladder), !id.ends_with(trial::likeness_ending), read->alert,
                   read->delay});
  }
  return all;
}

std::string whole(double value) {
  return std::to_string(std::llround(value));
}

Section timing_again(const std::string& path, const Json& timing, const Json& report, const ReadingAgain& again) {
  Section section{"timing." + path};
  std::set<std::string> usable_keys;
  std::set<std::size_t> named;
  const auto name = [&](const std::vector<trial::LadderAnswer>& answers) {
    for (const auto& one : answers) named.insert(one.probe);
  };
  const auto shift = [&](const std::string& what, const Json& recorded, const infer::Shift& now) {
    const auto value = recorded["shift_us"].integer();
    compare(section, what + ", shift_us", value ? std::to_string(*value) : "none",
            now.samples > 0 ? whole(now.estimate) : "none");
  };
  for (const auto& one : timing["controls"].items()) {
    const auto answers = ladder_answers(one, report, again);
    const auto key = one["key"].text_or("");
    if (!answers) {
      ++section.taken_over;
      continue;
    }
    ++section.again;
    name(*answers);
    const auto now = trial::calibration_of(*answers);
    const bool usable = now.state == infer::Calibration::State::separates;
    compare(section, "the control " + key, one["usable"].boolean().value_or(false) ? "separates" : "does not",
            usable ? "separates" : "does not");
    shift("the control " + key, one, now.shift);
    if (usable) usable_keys.insert(key);
  }
  for (const auto& root : timing["roots"].items()) {
    const auto subject = root["subject"].text_or(""), recorded = root["reading"].text_or("");
    auto answers = ladder_answers(root["compared"], report, again);
    const auto beside = ladder_answers(root["control"], report, again);
    if (!answers || !beside) {
      ++section.taken_over;
      continue;
    }
    ++section.again;
    answers->insert(answers->end(), beside->begin(), beside->end());
    name(*answers);
    const bool usable = usable_keys.contains(root["key"].text_or("")) && !root["compared"].is_null();
    const auto now = trial::reading_of(*answers);
    compare(section, subject, recorded, usable ? trial::word(now.state) : "unusable");
    if (!usable) continue;
    shift(subject, root["compared"], now.shift);
    shift(subject + ", the control in turn", root["control"], now.control);
  }
  // The first answers to a ladder count nowhere; those are the likeness's.
  const auto& probes = report["probes"].items();
  for (std::size_t i = 0; i < probes.size(); ++i) {
    const bool counts = is_ladder(probes[i]) && !probes[i]["id"].text_or("").ends_with(trial::likeness_ending);
    if (counts && probes[i]["path"].text() == path && !named.contains(i))
      section.changes.push_back({"probes[" + std::to_string(i) + "]", "in no comparison", "a ladder's answer"});
  }
  if (section.taken_over > 0) section.why = "they name no attempts that are in the bundle, or not in their order";
  return section;
}

/// What the modem said of a live server. Where our relay was not on the way there are no bytes; the AT log has its
/// word.
Section live_again(const std::string& path, const Json& report, const ReadingAgain& again) {
  Section section{"live." + path};
  const auto& probes = report["probes"].items();
  for (std::size_t i = 0; i < probes.size(); ++i) {
    if (!is_live(probes[i]) || probes[i]["path"].text() != path) continue;
    const auto said = probes[i]["at"]["result"].text_or("");
    const auto line = said.substr(0, said.find(';'));
    if (!again.log_has("> ", probes[i]["at"]["command"].text_or("")) || !again.log_has("< ", line)) {
      section.changes.push_back({"probes[" + std::to_string(i) + "]", said, "not in the AT log"});
    }
    ++section.taken_over;
  }
  if (section.taken_over > 0)
    section.why =
        "a live server is not ours, so its bytes are not in the bundle; that the modem said what is recorded "
        "was looked up in the AT log";
  return section;
}

}  // namespace

Json Section::json() const {
  Json all = Json::array();
  for (const auto& change : changes)
    all.push(Json::object({{"what", change.what}, {"recorded", change.recorded}, {"now", change.now}}));
  return Json::object({{"concluded_again", again},
                       {"taken_over", taken_over},
                       {"why", why.empty() ? Json() : Json(why)},
                       {"changes", std::move(all)}});
}

std::vector<Section> sections_again(const Json& report, const ReadingAgain& again) {
  std::vector<Section> all;
  for (const auto& [path, table] : report["acceptance"].members())
    all.push_back(acceptance_again(path, table, report, again));
  for (const auto& [path, sweep] : report["mitigation"].members())
    all.push_back(mitigation_again(path, sweep, report, again));
  for (const auto& [path, timing] : report["timing"].members())
    all.push_back(timing_again(path, timing, report, again));
  for (const auto& [path, verdict] : report["verdict"].members()) {
    auto live = live_again(path, report, again);
    if (live.taken_over > 0) all.push_back(std::move(live));
  }
  return all;
}

}  // namespace epki::bundle

// What a timing says, in words and as JSON.
#include <cmath>

#include "core/text.hpp"
#include "verify/trial/timing.hpp"

namespace epki::trial {

namespace {

using infer::Shift;
using State = infer::TimedReading::State;

/// "22.9 ms"
std::string milliseconds(double microseconds) {
  const auto hundredths = std::llround(std::abs(microseconds) / 10);
  const auto rest = std::to_string(hundredths % 100);
  return (microseconds < 0 && hundredths > 0 ? "-" : "") + std::to_string(hundredths / 100) + "." +
         (rest.size() < 2 ? "0" : "") + rest + " ms";
}

std::string measured(const Shift& shift) {
  return "medians " + milliseconds(shift.known) + " and " + milliseconds(shift.unknown) + ", " +
         std::to_string(shift.samples) + " of each, the named one later in " +
         std::to_string(std::llround(100 * shift.auc)) + " % of the pairs";
}

Json microseconds(double value) {
  return std::isfinite(value) ? Json(static_cast<std::int64_t>(std::llround(value))) : Json();
}

Json json_of(const Comparison& comparison, const Shift& shift, bool control) {
  Json answers = Json::array();
  for (const auto& one : comparison.answers) {
    if (one.control != control) continue;
    answers.push(Json::object({{"probe", one.probe},
                               {"ladder", one.known ? "known" : "unknown"},
                               {"alert", Json(one.alert)},
                               {"us", one.delay ? Json(one.delay->count()) : Json()}}));
  }
  return Json::object({{"key", ossl::word(comparison.set.key)},
                       {"rungs", comparison.set.rungs},
                       {"of_each", shift.samples},
                       {"median_known_us", shift.samples > 0 ? microseconds(shift.known) : Json()},
                       {"median_unknown_us", shift.samples > 0 ? microseconds(shift.unknown) : Json()},
                       {"shift_us", shift.samples > 0 ? microseconds(shift.estimate) : Json()},
                       {"shift_at_least_us", microseconds(shift.low)},
                       {"shift_at_most_us", microseconds(shift.high)},
                       {"later_share", shift.samples > 0 ? Json(std::round(1000 * shift.auc) / 1000) : Json()},
                       {"ended", comparison.ended.empty() ? Json() : Json(comparison.ended)},
                       {"answers", std::move(answers)}});
}

}  // namespace

std::string_view word(State state) {
  switch (state) {
    case State::known: return "known";
    case State::unknown: return "unknown";
    default: return "unclear";
  }
}

std::string_view TimedRoot::word() const {
  return usable() ? trial::word(reading.state) : "unusable";
}

std::string_view TimedRoot::agrees() const {
  const bool known = word() == "known", unknown = word() == "unknown";
  if ((!known && !unknown) || verdict_says == "undecided") return "nothing-to-compare";
  return known == (verdict_says == "trusted") ? "agrees" : "contradicts";
}

std::string TimedKey::because() const {
  const auto& shift = calibration.shift;
  const std::string of = "a throw-away root with a key " + std::string(ossl::word(control.set.key)) + " bound, ";
  if (usable()) {
    return "With " + of + "the ladder that names it is answered " + milliseconds(shift.estimate) +
           " later than one that nobody knows (" + measured(shift) + ").";
  }
  std::string text = "Timing unusable: with " + of;
  if (shift.samples > 0) {
    text += "the ladder that names it is not answered later beyond chance, or by less than " +
            milliseconds(infer::timing_floor) + " (" + measured(shift) + ")";
    return text + (control.ended.empty() ? "" : "; " + control.ended) + ".";
  }
  return text + (control.ended.empty() ? "too few answers came" : control.ended) + ".";
}

std::string Timing::sentence(const TimedRoot& root) const {
  std::string text = root.subject + ": ";
  if (!root.usable()) return text + "timing unusable, because " + root.unasked + ".";
  const auto& shift = root.reading.shift;
  const std::string numbers = shift.samples > 0 ? " (later by " + milliseconds(shift.estimate) + "; " +
                                                      measured(shift) + "; the control in turn with it by " +
                                                      milliseconds(root.reading.control.estimate) + ")"
                                                : "";
  switch (root.reading.state) {
    case State::known: text += "reads as known" + numbers + "."; break;
    case State::unknown: text += "reads as unknown" + numbers + "."; break;
    default:
      text += "does not separate" + numbers + (root.question.ended.empty() ? "" : "; " + root.question.ended) + ".";
  }
  if (root.agrees() == "agrees") return text + " The verdict says the same.";
  if (root.agrees() == "contradicts") {
    return text + " This CONTRADICTS the verdict, by which the root is " +
           (root.verdict_says == "trusted" ? "trusted" : "not trusted") +
           ". The verdict rests on answers and stands; repeat the run before relying on it.";
  }
  return text;
}

std::string Timing::summary() const {
  std::string text;
  const auto add = [&](const std::string& sentence) { text += (text.empty() ? "" : "\n") + sentence; };
  for (const auto& key : keys) add(key.because());
  for (const auto& root : roots) add(sentence(root));
  if (roots.empty()) add("Timing unusable: no genuine root was given whose ladder could be shown.");
  return text;
}

Json Timing::json() const {
  Json controls = Json::array(), rows = Json::array();
  for (const auto& key : keys) {
    controls.push(
        json_of(key.control, key.calibration.shift, true).set("usable", key.usable()).set("because", key.because()));
  }
  for (const auto& root : roots) {
    rows.push(Json::object({{"subject", root.subject},
                            {"sha256", root.sha256},
                            {"key", root.key},
                            {"reading", root.word()},
                            {"because", sentence(root)},
                            {"verdict_says", root.verdict_says},
                            {"agrees", root.agrees()},
                            {"compared", root.usable() ? json_of(root.question, root.reading.shift, false) : Json()},
                            {"control", root.usable() ? json_of(root.question, root.reading.control, true) : Json()}}));
  }
  return Json::object({{"controls", std::move(controls)}, {"roots", std::move(rows)}, {"summary", summary()}});
}

}  // namespace epki::trial

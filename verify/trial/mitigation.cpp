#include "verify/trial/mitigation.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "verify/infer/reading.hpp"

namespace epki::trial {

namespace {

using infer::Outcome;
using infer::Shown;
using Effect = Swept::Effect;

/// Few enough to try each.
constexpr std::int64_t short_range = 6;
constexpr int most_restarts = 4;

bool is_mask(std::int64_t low, std::int64_t high) {
  return low == 0 && high >= 255 && ((high + 1) & high) == 0;
}

class Sweep {
 public:
  Sweep(SweptBench& bench, Path path, Shot unwanted, bool keyless, int repeat)
      : bench_(bench), path_(path), unwanted_(std::move(unwanted)), keyless_(keyless), repeat_(repeat) {}

  enum class Answer { passes, refused, unclear };
  Result<Answer> unwanted() { return ask(unwanted_, keyless_); }
  Result<Answer> wanted() { return ask(Shot{{Shown::own_chain, {}}, path_}, false); }

  /// The same answer so often as is asked for; one that passes is believed at once.
  Result<Answer> ask(Shot shot, bool keyless) {
    int refused = 0;
    for (int i = 0; i < repeat_ + 2 && refused < repeat_; ++i) {
      shot.turn = i;
      auto seen = bench_.attempt(shot);
      if (!seen) return std::move(seen).error();
      const bool decrypt = seen->outcome == Outcome::refused && seen->alert == infer::alert_decrypt_error;
      if (keyless ? decrypt : seen->outcome == Outcome::accepted) return Answer::passes;
      const bool no = seen->outcome == Outcome::refused || seen->outcome == Outcome::not_sent;
      refused += no ? 1 : 0;
    }
    return refused >= repeat_ ? Answer::refused : Answer::unclear;
  }

  Result<Effect> effect_of(const std::string& key, const std::string& value) {
    auto held = bench_.hold(key, value);
    if (!held) return std::move(held).error();
    if (*held == SweptBench::Held::same_as_before) return Effect::none;
    if (*held == SweptBench::Held::not_taken) return Effect::not_taken;
    auto bad = unwanted();
    if (!bad) return std::move(bad).error();
    if (*bad == Answer::passes) return Effect::none;
    auto good = wanted();
    if (!good) return std::move(good).error();
    if (auto done = bench_.let_go(); !done) return std::move(done).error();
    // Only what comes back with the setting was the setting's doing.
    auto again = unwanted();
    if (!again) return std::move(again).error();
    if (*bad == Answer::unclear || *good == Answer::unclear || *again != Answer::passes) return Effect::unclear;
    return *good == Answer::passes ? Effect::closes : Effect::closes_all;
  }

  /// What is unclear may be a modem that is worn: it is restarted and asked once more.
  Result<Effect> settled(const std::string& key, const std::string& value) {
    for (int i = 0;; ++i) {
      auto effect = effect_of(key, value);
      if (!effect) return effect;
      if (auto done = bench_.let_go(); !done) return std::move(done).error();
      if (*effect != Effect::unclear || i > 0 || restarts_ >= most_restarts || !bench_.can_reboot()) return effect;
      ++restarts_;
      if (auto done = bench_.reboot("which no longer answers clearly"); !done) return std::move(done).error();
    }
  }

 private:
  SweptBench& bench_;
  Path path_;
  Shot unwanted_;
  bool keyless_;
  int repeat_;
  int restarts_ = 0;
};

}  // namespace

std::string_view word(Effect effect) {
  switch (effect) {
    case Effect::none: return "no-effect";
    case Effect::closes: return "closes";
    case Effect::closes_all: return "closes-everything";
    case Effect::unclear: return "unclear";
    case Effect::not_taken: return "not-taken";
  }
  return "unclear";
}

std::vector<std::string> values_of(const ec200u::SslKey& key) {
  std::vector<std::int64_t> values;
  for (const auto& [low, high] : key.ranges) {
    if (high - low < short_range) {
      for (auto value = low; value <= high; ++value) values.push_back(value);
    } else if (is_mask(low, high)) {
      for (std::int64_t bit = 1; bit <= high; bit *= 2) values.push_back(bit);
      values.push_back(high);
    } else {
      values.insert(values.end(), {low, high});
    }
  }
  std::vector<std::string> texts;
  for (const auto value : values)
    if (value != 0 || !equal_ignoring_case(key.name, "seclevel")) texts.push_back(std::to_string(value));
  return texts;
}

std::string Mitigation::summary() const {
  if (unwanted.empty()) return "Nothing to switch off: no chain passed on this path that should not have.";
  std::string closing, text;
  std::size_t tried = 0;
  for (const auto& one : swept) {
    tried += one.effect == Effect::not_taken ? 0 : 1;
    if (one.effect == Effect::closes) closing += (closing.empty() ? "" : ", ") + one.key + "=" + one.value;
  }
  if (closing.empty()) {
    text = "None of " + counted(tried, "setting") + " that were tried refuses " + unwanted +
           " while the uploaded CA's own servers are accepted.";
  } else {
    text = "With " + closing + " the modem refuses " + unwanted + " and still accepts servers under the uploaded CA.";
  }
  if (pinned_name == "refused")
    text +=
        " A public chain is refused where the modem dials a name that it does not carry: give the broker a name that "
        "no "
        "public CA certifies (the profile name-pinned).";
  if (pinned_name == "accepted") text += " Names do not help: a public chain for another name passes as well.";
  return text;
}

Json Mitigation::json() const {
  Json all = Json::array();
  for (const auto& one : swept)
    all.push(Json::object({{"key", one.key}, {"value", one.value}, {"effect", word(one.effect)}}));
  return Json::object({{"unwanted", unwanted.empty() ? Json() : Json(unwanted)},
                       {"swept", std::move(all)},
                       {"not_tried", Json::array_of(not_tried)},
                       {"pinned_name", pinned_name},
                       {"summary", summary()}});
}

Result<Mitigation> sweep(SweptBench& bench, Path path, const infer::Conclusion& verdict,
                         const std::vector<infer::Anchor>& anchors, const std::vector<ec200u::SslKey>& keys, int repeat,
                         Reporter& reporter) {
  Mitigation result{path};
  const bool blind = verdict.verdict == infer::Class::unverified;
  const bool detected = verdict.influence == infer::Influence::detected && !verdict.found.empty();
  if (!blind && !detected) return result;
  const int anchor = detected ? verdict.found.front() : -1;
  const bool by_replay = detected && !blind;
  const Shot unwanted = by_replay ? Shot{{Shown::replay, {}, anchor}, path} : Shot{{Shown::unknown, {}}, path};
  Sweep one(bench, path, unwanted, by_replay, std::max(1, std::min(repeat, 2)));
  auto passes = one.unwanted();
  if (!passes) return std::move(passes).error();
  if (*passes != Sweep::Answer::passes) return result;  // only with nothing bound: binding the CA is what refuses it
  result.unwanted = by_replay ? "the public chain under " + anchors[static_cast<std::size_t>(anchor)].subject
                              : std::string("a chain of an unknown CA");
  if (by_replay) {
    auto named = one.ask(Shot{{Shown::replay_wrong_name, {}, anchor}, path}, true);
    if (!named) return std::move(named).error();
    result.pinned_name = *named == Sweep::Answer::passes    ? "accepted"
                         : *named == Sweep::Answer::refused ? "refused"
                                                            : "untested";
  }
  for (const auto& key : keys) {
    if (key.ranges.empty()) {
      result.not_tried.push_back(key.name);
      continue;
    }
    reporter.step(std::string(word(path)) + ": does " + key.name + " switch it off?");
    for (const auto& value : values_of(key)) {
      auto effect = one.settled(key.name, value);
      if (!effect) return std::move(effect).error();
      result.swept.push_back({key.name, value, *effect});
    }
  }
  return result;
}

}  // namespace epki::trial

#include "verify/trial/mitigation.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

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

// AT reference, 2, "Cipher numbers"; 0XFFFF, all of them, is what the run has.
constexpr std::array<std::string_view, 27> cipher_numbers{
    "0X0035", "0X002F", "0X0005", "0X000A", "0X003D", "0XC003", "0XC004", "0XC005", "0XC008",
    "0XC009", "0XC00A", "0XC00D", "0XC00E", "0XC00F", "0XC012", "0XC013", "0XC014", "0XC023",
    "0XC024", "0XC025", "0XC026", "0XC027", "0XC028", "0XC029", "0XC02A", "0XC02F", "0XC030"};

bool is_mask(std::int64_t low, std::int64_t high) {
  return low == 0 && high >= 255 && ((high + 1) & high) == 0;
}

class Sweep {
 public:
  Sweep(SweptBench& bench, Path path, Shot unwanted, int repeat)
      : bench_(bench), path_(path), unwanted_(unwanted), repeat_(repeat) {}

  Result<Passing> unwanted(const infer::Settings& settings = {}) {
    Shot shot = unwanted_;
    shot.settings = settings;
    return ask(shot);
  }
  Result<Passing> wanted(const infer::Settings& settings = {}) {
    return ask(Shot{{Shown::own_chain, {}, -1, settings}, path_});
  }

  Result<Passing> ask(Shot shot) {
    std::vector<infer::Attempt> answers;
    auto passing = Passing::unclear;
    for (int i = 0; i < repeat_ + 2 && passing == Passing::unclear; ++i) {
      shot.turn = i;
      probes_.push_back(bench_.recorded());
      auto seen = bench_.attempt(shot);
      if (!seen) return std::move(seen).error();
      answers.push_back(*seen);
      passing = passing_of(answers, repeat_);
    }
    return passing;
  }
  /// The attempts since the last setting was begun.
  std::vector<std::size_t> take_probes() { return std::exchange(probes_, {}); }

  Result<Effect> effect_of(const std::string& key, const std::string& value) {
    probes_.clear();
    auto held = bench_.hold(key, value);  // what was held before is not: settled() lets go each time
    if (!held) return std::move(held).error();
    if (*held == SweptBench::Held::same_as_before) return Effect::none;
    if (*held == SweptBench::Held::not_taken) return Effect::not_taken;
    return compared({});
  }

  /// The chains under what is held, or under the settings.
  Result<Effect> compared(const infer::Settings& settings) {
    auto bad = unwanted(settings);
    if (!bad) return std::move(bad).error();
    if (*bad == Passing::passes || *bad == Passing::not_shown) return trial::effect_of(*bad, *bad, *bad);
    auto good = wanted(settings);
    if (!good) return std::move(good).error();
    if (auto done = let_go(); !done) return std::move(done).error();
    auto again = unwanted();
    if (!again) return std::move(again).error();
    return trial::effect_of(*bad, *good, *again);
  }

  /// A value that the modem does not take back is gone after a restart, as all settings are (AT reference, 2).
  Status let_go() {
    auto done = bench_.let_go();
    if (done || done.error().code != Errc::modem_refused || !bench_.can_reboot()) return done;
    return bench_.reboot("which does not take a setting back");
  }

  /// What is unclear may be a modem that is worn: it is restarted and asked once more.
  Result<Effect> settled(const std::string& key, const std::string& value) {
    for (int i = 0;; ++i) {
      auto effect = effect_of(key, value);
      if (!effect) return effect;
      if (auto done = let_go(); !done) return std::move(done).error();
      if (*effect != Effect::unclear || i > 0 || restarts_ >= most_restarts || !bench_.can_reboot()) return effect;
      ++restarts_;
      if (auto done = bench_.reboot("which no longer answers clearly"); !done) return std::move(done).error();
    }
  }

 private:
  SweptBench& bench_;
  Path path_;
  Shot unwanted_;
  int repeat_;
  std::vector<std::size_t> probes_{};
  int restarts_ = 0;
};

}  // namespace

std::string_view word(Effect effect) {
  switch (effect) {
    case Effect::none: return "no-effect";
    case Effect::closes: return "closes";
    case Effect::not_shown: return "cannot-be-shown";
    case Effect::closes_all: return "closes-everything";
    case Effect::unclear: return "unclear";
    case Effect::not_taken: return "not-taken";
  }
  return "unclear";
}

Passing passing_of(const std::vector<infer::Attempt>& answers, int repeat) {
  int refused = 0;
  for (const auto& seen : answers) {
    if (seen.outcome == Outcome::not_presented) return Passing::not_shown;
    const bool decrypt = seen.outcome == Outcome::refused && seen.alert == infer::alert_decrypt_error;
    if (infer::is_keyless(seen.shown) ? decrypt : seen.outcome == Outcome::accepted) return Passing::passes;
    refused += seen.outcome == Outcome::refused || seen.outcome == Outcome::not_sent ? 1 : 0;
  }
  return refused >= repeat ? Passing::refused : Passing::unclear;
}

Effect effect_of(Passing unwanted, Passing wanted, Passing afterwards) {
  if (unwanted == Passing::passes) return Effect::none;
  if (unwanted == Passing::not_shown || wanted == Passing::not_shown) return Effect::not_shown;
  if (unwanted == Passing::unclear || wanted == Passing::unclear || afterwards != Passing::passes)
    return Effect::unclear;
  return wanted == Passing::passes ? Effect::closes : Effect::closes_all;
}

std::vector<std::string> values_of(const ec200u::SslKey& key) {
  if (equal_ignoring_case(key.name, "ciphersuite")) return {cipher_numbers.begin(), cipher_numbers.end()};
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
  if (by_binding)
    return "The firmware's own trust anchors count only while no CA is bound: binding the uploaded CA switches them "
           "off.";
  if (unwanted.empty()) return "Nothing to switch off: no chain passed on this path that should not have.";
  std::string closing, text;
  std::size_t tried = 0, not_shown = 0;
  for (const auto& one : swept) {
    not_shown += one.effect == Effect::not_shown ? 1 : 0;
    tried += one.effect == Effect::not_taken || one.effect == Effect::not_shown ? 0 : 1;
    if (one.effect == Effect::closes) closing += (closing.empty() ? "" : ", ") + one.key + "=" + one.value;
  }
  if (closing.empty()) {
    text = "None of " + counted(tried, "setting") + " that were tried refuses " + unwanted +
           " while the uploaded CA's own servers are accepted.";
  } else {
    text = "With " + closing + " the modem refuses " + unwanted + " and still accepts servers under the uploaded CA.";
  }
  if (not_shown > 0)
    text += " With " + counted(not_shown, "other") + " the modem offers nothing with which the chain could be shown.";
  const std::string other = path == Path::mqtt ? "client of the SSL socket commands" : "client of the MQTT commands";
  if (other_path == "refused") text += " The modem's other " + other + " refuses it.";
  if (other_path == "accepted") text += " The modem's other " + other + " accepts it as well.";
  if (pinned_name == "refused")
    text +=
        " A public chain is refused where the modem dials a name that it does not carry: give the broker a name that "
        "no public CA certifies (the profile name-pinned).";
  if (pinned_name == "accepted") text += " Names do not help: a public chain for another name passes as well.";
  if (!not_tried.empty()) {
    text += " Not tried: ";
    for (const auto& key : not_tried) text += (&key == &not_tried.front() ? "" : ", ") + key;
    text += ".";
  }
  return text;
}

Json Mitigation::json() const {
  Json all = Json::array();
  for (const auto& one : swept)
    all.push(Json::object({{"key", one.key},
                           {"value", one.value},
                           {"effect", word(one.effect)},
                           {"probes", Json::array_of(one.probes)}}));
  return Json::object({{"unwanted", unwanted.empty() ? Json() : Json(unwanted)},
                       {"by_binding", by_binding},
                       {"repeat", repeat},
                       {"swept", std::move(all)},
                       {"not_tried", Json::array_of(not_tried)},
                       {"other_path", other_path},
                       {"pinned_name", pinned_name},
                       {"summary", summary()}});
}

namespace {

struct Target {
  Shot unwanted{};
  bool by_replay = false;
  int anchor = -1;
};

/// What passes on the path though it should not; nothing: all is as it should be.
std::optional<Target> target_of(Path path, const infer::Conclusion& verdict) {
  const bool blind = verdict.verdict == infer::Class::unverified;
  const bool detected = verdict.influence == infer::Influence::detected && !verdict.found.empty();
  if (!blind && !detected) return std::nullopt;
  if (blind) return Target{Shot{{Shown::unknown, {}}, path}};
  const int anchor = verdict.found.front();
  return Target{Shot{{Shown::replay, {}, anchor}, path}, true, anchor};
}

/// Beside the numbers: U in the second CA slot, and a client certificate, which only a pair of keys brings about.
std::vector<std::string> worth_trying(const ec200u::SslKey& key, SweptBench& bench, Status& failed) {
  if (!equal_ignoring_case(key.name, "cacertex")) return values_of(key);
  auto file = bench.user_file();
  if (!file) {
    failed = std::move(file).error();
    return {};
  }
  return {*file};
}

}  // namespace

Result<Mitigation> sweep(SweptBench& bench, Path path, const infer::Conclusion& verdict,
                         const std::vector<infer::Anchor>& anchors, const std::vector<ec200u::SslKey>& keys,
                         const SweepLimits& limits, Reporter& reporter) {
  Mitigation result{path};
  const auto target = target_of(path, verdict);
  if (!target) return result;
  result.repeat = std::max(1, std::min(limits.repeat, 2));
  Sweep one(bench, path, target->unwanted, result.repeat);
  auto passes = one.unwanted();
  if (!passes) return std::move(passes).error();
  if (*passes != Passing::passes) {
    result.by_binding = verdict.verdict == infer::Class::built_in_when_nothing_uploaded;
    return result;
  }
  result.unwanted = target->by_replay
                        ? "the public chain under " + anchors[static_cast<std::size_t>(target->anchor)].subject
                        : std::string("a chain of an unknown CA");
  if (target->by_replay) {
    auto named = one.ask(Shot{{Shown::replay_wrong_name, {}, target->anchor}, path});
    if (!named) return std::move(named).error();
    result.pinned_name = *named == Passing::passes ? "accepted" : *named == Passing::refused ? "refused" : "untested";
  }
  const auto spent = [&] { return limits.budget > 0 && bench.handshakes() >= limits.budget; };
  const auto names = [&](std::string_view name) {
    return std::any_of(keys.begin(), keys.end(), [&](const auto& key) { return equal_ignoring_case(key.name, name); });
  };
  const bool pair = names("clientcert") && names("clientkey");
  if (pair && !spent()) {
    reporter.step(std::string(word(path)) + ": does a client certificate switch it off?");
    one.take_probes();
    auto effect = one.compared({.own_certificate = true});
    if (!effect) return std::move(effect).error();
    result.swept.push_back(
        {"clientcert, clientkey and seclevel", "a throw-away pair and 2", *effect, one.take_probes()});
  }
  for (const auto& key : keys) {
    if (pair && (equal_ignoring_case(key.name, "clientcert") || equal_ignoring_case(key.name, "clientkey"))) continue;
    // The CA that is bound is what the whole run varies.
    if (equal_ignoring_case(key.name, "cacert")) continue;
    Status failed = success();
    const auto values = spent() ? std::vector<std::string>{} : worth_trying(key, bench, failed);
    if (!failed) return std::move(failed).error();
    if (values.empty()) {
      result.not_tried.push_back(key.name);
      continue;
    }
    reporter.step(std::string(word(path)) + ": does " + key.name + " switch it off?");
    for (const auto& value : values) {
      if (spent()) {
        result.not_tried.push_back(key.name + "=" + value);
        continue;
      }
      auto effect = one.settled(key.name, value);
      if (!effect) return std::move(effect).error();
      result.swept.push_back({key.name, value, *effect, one.take_probes()});
    }
  }
  return result;
}

std::string_view on_other_path(const infer::Conclusion& verdict, const infer::Conclusion& other) {
  if (other.verdict == infer::Class::unverified) return "accepted";
  if (other.verdict == infer::Class::inconclusive) return "untested";
  if (verdict.verdict == infer::Class::unverified) return "refused";
  if (verdict.found.empty()) return "untested";
  const int anchor = verdict.found.front();
  const auto holds = [&](const std::vector<int>& some) {
    return std::find(some.begin(), some.end(), anchor) != some.end();
  };
  if (holds(other.found)) return other.verdict == infer::Class::built_in_when_nothing_uploaded ? "refused" : "accepted";
  return holds(other.counted) ? "refused" : "untested";
}

}  // namespace epki::trial

#include "verify/infer/reading.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "verify/infer/noise.hpp"

namespace epki::infer {

namespace {

constexpr std::array<std::pair<int, std::string_view>, 10> alert_names{{
    {40, "handshake failure"},
    {42, "bad certificate"},
    {43, "unsupported certificate"},
    {44, "certificate revoked"},
    {45, "certificate expired"},
    {46, "certificate unknown"},
    {48, "unknown CA"},
    {49, "access denied"},
    {51, "decrypt error"},
    {80, "internal error"},
}};

std::string outcome_words(const Attempt& attempt) {
  switch (attempt.outcome) {
    case Outcome::accepted: return "was accepted";
    case Outcome::completed: return "completed the handshake and sent no data";
    case Outcome::refused: return "was refused with alert " + alert_words(attempt.alert.value_or(0));
    case Outcome::closed: return "was closed without an alert";
    case Outcome::not_sent: return "was refused before any packet left the modem";
    case Outcome::unreachable: return "did not arrive at the responder";
    case Outcome::silent: return "went silent until the deadline";
    case Outcome::not_presented: return "could not be presented by the server";
  }
  return "";
}

bool same_answer(const Attempt& a, const Attempt& b) {
  return a.outcome == b.outcome && a.alert == b.alert;
}

/// Silence that a client may choose as well as a line: refused locally, or closed without a word.
bool is_silent_answer(Outcome outcome) {
  return outcome == Outcome::not_sent || outcome == Outcome::closed;
}

/// The answer that counts: a telling one before silence, accepted before completed, the more frequent silence.
const Attempt* leading(const std::vector<const Attempt*>& all) {
  const auto first = [&](auto fits) -> const Attempt* {
    const auto found = std::find_if(all.begin(), all.end(), fits);
    return found == all.end() ? nullptr : *found;
  };
  const auto count = [&](Outcome outcome) {
    return std::count_if(all.begin(), all.end(), [&](const Attempt* a) { return a->outcome == outcome; });
  };
  if (const auto* accepted = first([](const Attempt* a) { return a->outcome == Outcome::accepted; })) return accepted;
  if (const auto* telling = first([](const Attempt* a) { return is_telling(a->outcome); })) return telling;
  const auto silent = count(Outcome::not_sent) >= count(Outcome::closed) ? Outcome::not_sent : Outcome::closed;
  if (count(silent) > 0) return first([&](const Attempt* a) { return a->outcome == silent; });
  return all.front();
}

bool contradicts(const Attempt& lead, const Attempt& other) {
  if (same_answer(lead, other) || !is_telling(other.outcome)) return false;
  return is_telling(lead.outcome) && !(lead.outcome == Outcome::accepted && other.outcome == Outcome::completed);
}

/// What is refused before any packet was refused before the server showed anything, and a name leads somewhere whatever
/// is shown there. So where another chain arrived from under the same CA and settings, or by the same name, it is the
/// line that swallowed this one.
bool is_the_lines(const Evidence& evidence, const Attempt& lead) {
  const auto arrived = [](const Attempt& other) {
    return is_telling(other.outcome) || other.outcome == Outcome::closed;
  };
  const auto other_chain_arrived = [&](auto alike) {
    return std::any_of(evidence.attempts.begin(), evidence.attempts.end(),
                       [&](const Attempt& other) { return alike(other) && arrived(other); });
  };
  if (lead.outcome == Outcome::not_sent) {
    return other_chain_arrived(
        [&](const Attempt& other) { return other.bound == lead.bound && other.settings == lead.settings; });
  }
  if (lead.outcome != Outcome::unreachable || lead.shown == Shown::replay_wrong_name) return false;
  return other_chain_arrived(
      [&](const Attempt& other) { return other.anchor == lead.anchor && other.shown != Shown::replay_wrong_name; });
}

Reading::State weighed(const Evidence& evidence, const Attempt& lead, const Reading& reading, int least) {
  if (reading.equal < least || is_the_lines(evidence, lead)) return Reading::State::too_few;
  const bool telling = is_telling(lead.outcome);
  // Where nothing came at all there is nothing to weigh; the sentence says what explains it.
  if (!telling && !is_silent_answer(lead.outcome)) return Reading::State::settled;
  const auto noise = noise_of(evidence);
  const bool clean = noise.quiet() && reading.equal == reading.count;
  // No packet at all is what a bad line does most, so that it is never believed lightly there.
  const double needed = odds_needed(lead.outcome == Outcome::not_sent ? std::max(least, 3) : least);
  return clean || odds_of(noise, reading.equal, telling) >= needed ? Reading::State::settled : Reading::State::too_few;
}

}  // namespace

std::string alert_words(int number) {
  for (const auto& [known, name] : alert_names) {
    if (known == number) return std::to_string(number) + ", " + std::string(name);
  }
  return std::to_string(number);
}

namespace {

struct Answers {
  std::vector<const Attempt*> all{};
  const Attempt* lead = nullptr;
  const Attempt* against = nullptr;  ///< the first that contradicts
};

Answers answers_of(const Evidence& evidence, const Probe& probe) {
  Answers found;
  for (const auto& attempt : evidence.attempts) {
    if (static_cast<const Probe&>(attempt) == probe) found.all.push_back(&attempt);
  }
  if (found.all.empty()) return found;
  found.lead = leading(found.all);
  const auto other = std::find_if(found.all.begin(), found.all.end(),
                                  [&](const Attempt* attempt) { return contradicts(*found.lead, *attempt); });
  if (other != found.all.end()) found.against = *other;
  return found;
}

Reading weigh(const Evidence& evidence, const Answers& answers, int least) {
  Reading reading;
  if (answers.lead == nullptr) return reading;
  bool as_expected = true;
  for (const auto* attempt : answers.all) {
    as_expected = as_expected && attempt->oracle_as_expected;
    if (same_answer(*answers.lead, *attempt)) ++reading.equal;
  }
  reading.count = static_cast<int>(answers.all.size());
  reading.outcome = answers.lead->outcome;
  reading.alert = answers.lead->alert;
  if (answers.against != nullptr) {
    reading.state = Reading::State::mixed;
  } else {
    reading.state = as_expected ? weighed(evidence, *answers.lead, reading, least) : Reading::State::no_case;
  }
  return reading;
}

}  // namespace

Reading answer_to(const Evidence& evidence, const Probe& probe, int least) {
  return weigh(evidence, answers_of(evidence, probe), least);
}

Reading read(const Evidence& evidence, const Probe& probe, int least) {
  const auto answers = answers_of(evidence, probe);
  auto reading = weigh(evidence, answers, least);
  reading.name = probe_name(probe);
  if (answers.lead == nullptr) {
    reading.words = "was not tried (" + reading.name + ")";
    return reading;
  }
  reading.words = outcome_words(*answers.lead) + " (" + reading.name + ", " + std::to_string(reading.equal) + " of " +
                  std::to_string(reading.count) + ")";
  if (answers.against != nullptr) reading.words += " and " + outcome_words(*answers.against);
  return reading;
}

}  // namespace epki::infer

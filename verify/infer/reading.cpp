#include "verify/infer/reading.hpp"

#include <array>
#include <utility>

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

bool fits(const Attempt& attempt, const Query& query) {
  return attempt.shown == query.shown && attempt.bound == query.bound && attempt.anchor == query.anchor &&
         attempt.knob == query.knob;
}

bool same_answer(const Attempt& a, const Attempt& b) {
  return a.outcome == b.outcome && a.alert == b.alert;
}

}  // namespace

std::string alert_words(int number) {
  for (const auto& [known, name] : alert_names) {
    if (known == number) return std::to_string(number) + ", " + std::string(name);
  }
  return std::to_string(number);
}

Reading read(const Evidence& evidence, const Query& query) {
  Reading reading;
  reading.name = probe_name(query.shown, query.bound, query.anchor, query.knob);
  const Attempt* first = nullptr;
  int equal = 0;
  bool as_expected = true;
  std::string other;
  for (const auto& attempt : evidence.attempts) {
    if (!fits(attempt, query)) continue;
    if (first == nullptr) first = &attempt;
    ++reading.count;
    as_expected = as_expected && attempt.oracle_as_expected;
    if (same_answer(*first, attempt)) ++equal;
    if (!same_answer(*first, attempt) && other.empty()) other = outcome_words(attempt);
  }
  if (first == nullptr) {
    reading.words = "was not tried (" + reading.name + ")";
    return reading;
  }
  reading.outcome = first->outcome;
  reading.alert = first->alert;
  reading.words = outcome_words(*first) + " (" + reading.name + ", " + std::to_string(equal) + " of " +
                  std::to_string(reading.count) + ")";
  if (!other.empty()) reading.words += " and " + other;
  if (equal != reading.count) {
    reading.state = Reading::State::mixed;
  } else if (!as_expected) {
    reading.state = Reading::State::no_case;
  } else {
    reading.state = reading.count < query.least ? Reading::State::too_few : Reading::State::settled;
  }
  return reading;
}

}  // namespace epki::infer

#include "verify/infer/noise.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace epki::infer {

namespace {

constexpr std::size_t kinds_of_bound = 8;
constexpr std::size_t kinds_shown = 24;

/// Tried again and again in every run, and expected to arrive.
bool is_control(const Attempt& attempt) {
  if (attempt.settings != Settings{} || attempt.bound.what == Bound::What::nothing) return false;
  switch (attempt.shown) {
    case Shown::own_chain:
    case Shown::own_direct:
    case Shown::unknown:
    case Shown::badsig:
    case Shown::unknown_like:
    case Shown::keyless: return true;
    default: return false;
  }
}

/// A broken line has so many ways to be wrong: accepted, completed, and the alerts that occur.
constexpr double ways_to_be_wrong = 5;

}  // namespace

Noise noise_of(const Evidence& evidence) {
  struct Count {
    int tried = 0, lost = 0;
  };
  std::array<std::array<Count, kinds_of_bound>, kinds_shown> counts{};
  for (const auto& attempt : evidence.attempts) {
    if (!is_control(attempt)) continue;
    auto& count = counts.at(static_cast<std::size_t>(attempt.shown)).at(static_cast<std::size_t>(attempt.bound.what));
    ++count.tried;
    if (!is_telling(attempt.outcome)) ++count.lost;
  }
  Noise noise;
  for (const auto& of_one : counts) {
    for (const auto& count : of_one) {
      if (count.lost == count.tried) continue;  // it never answers: that is the peer
      noise.tried += count.tried;
      noise.lost += count.lost;
    }
  }
  return noise;
}

double odds_of(const Noise& noise, int equal, bool telling) {
  const double lost = std::min(noise.rate(), 0.95);
  const double each = telling ? std::log10((1 - lost) * ways_to_be_wrong / lost) : -std::log10(lost);
  return equal * std::max(each, 0.0);
}

double odds_needed(int least) {
  return least >= 3 ? 4.0 : 1.3 * least;
}

}  // namespace epki::infer

#include "verify/infer/timing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace epki::infer {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// The distribution of the number of pairs in which the first kind is the greater one, where both are drawn alike: the
/// greatest of all values is of the first kind with m of m+n chances, and is then greater than all n of the second
/// (Mann and Whitney, 1947).
std::vector<double> wins_by_chance(std::size_t size) {
  std::vector<std::vector<double>> row(size + 1);  // by how many of the second kind
  for (std::size_t m = 0; m <= size; ++m) {
    std::vector<std::vector<double>> next(size + 1);
    for (std::size_t n = 0; n <= size; ++n) {
      std::vector<double> chance(m * n + 1, 0.0);
      if (m == 0 || n == 0) {
        chance[0] = 1;
      } else {
        const double all = static_cast<double>(m + n);
        for (std::size_t u = 0; u < row[n].size(); ++u) chance[u + n] += row[n][u] * static_cast<double>(m) / all;
        for (std::size_t u = 0; u < next[n - 1].size(); ++u) chance[u] += next[n - 1][u] * static_cast<double>(n) / all;
      }
      next[n] = std::move(chance);
    }
    row = std::move(next);
  }
  return row[size];
}

/// The fewest wins that chance reaches no more often than a look may err; more than there are pairs where none are few
/// enough.
std::size_t count_wins_needed(std::size_t samples) {
  const auto chance = wins_by_chance(samples);
  const double most = timing_error / static_cast<double>(timing_looks.size());
  double tail = 0;
  for (std::size_t wins = chance.size(); wins-- > 0;) {
    tail += chance[wins];
    if (tail > most) return wins + 1;
  }
  return 0;
}

std::size_t wins_needed(std::size_t samples) {
  static const auto known = [] {
    std::array<std::size_t, timing_looks.size()> needed{};
    std::transform(timing_looks.begin(), timing_looks.end(), needed.begin(), count_wins_needed);
    return needed;
  }();
  const auto* const look = std::find(timing_looks.begin(), timing_looks.end(), samples);
  return look == timing_looks.end() ? count_wins_needed(samples)
                                    : known[static_cast<std::size_t>(look - timing_looks.begin())];
}

/// The value that would stand there if they were sorted.
double at_rank(std::vector<double>& values, std::size_t rank) {
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

double median_of(std::vector<double>& values) {
  return (at_rank(values, (values.size() - 1) / 2) + at_rank(values, values.size() / 2)) / 2;
}

std::vector<double> first(const std::vector<double>& values, std::size_t count) {
  return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::size_t complete(const Delays& delays) {
  return std::min(delays.known.size(), delays.unknown.size());
}

/// More of the pairs than this, and a ladder is not called equal to its likeness, whatever the control says.
constexpr double mostly_later = 0.75;

bool is_sharp(const Shift& shift) {
  return shift.low > timing_floor && shift.low >= shift.estimate / 2;
}

bool is_known(const Shift& shift, const Shift& control) {
  return control.estimate > timing_floor && shift.low > timing_floor && shift.estimate >= control.estimate / 2;
}

bool is_unknown(const Shift& shift, const Shift& control) {
  return control.low > timing_floor && shift.high < control.low && shift.auc < mostly_later &&
         std::abs(shift.estimate) < control.estimate / 2;
}

}  // namespace

Shift shift_of(const Delays& delays, std::size_t samples) {
  samples = std::min(samples, complete(delays));
  Shift shift{samples, 0, -infinite, infinite};
  if (samples == 0) return shift;
  auto known = first(delays.known, samples), unknown = first(delays.unknown, samples);
  std::vector<double> differences;
  for (const double one : known)
    for (const double other : unknown) differences.push_back(one - other);
  shift.estimate = median_of(differences);
  shift.known = median_of(known);
  shift.unknown = median_of(unknown);
  const auto later = std::count_if(differences.begin(), differences.end(), [](double d) { return d > 0; });
  shift.auc = static_cast<double>(later) / static_cast<double>(differences.size());
  const auto needed = wins_needed(samples);
  if (needed > differences.size()) return shift;
  // So many differences are above any shift that the ranks still refute.
  shift.low = at_rank(differences, differences.size() - needed);
  shift.high = at_rank(differences, needed - 1);
  return shift;
}

// Both go through the looks that the samples reach as they were gone through when they came in.

Calibration calibrate(const Delays& delays, bool ended) {
  using State = Calibration::State;
  Shift shift;
  for (const auto samples : timing_looks) {
    if (samples > complete(delays)) break;
    shift = shift_of(delays, samples);
    if (is_sharp(shift)) return {State::separates, shift};
  }
  if (!ended && shift.samples < timing_looks.back()) return {State::open, shift};
  return {shift.samples > 0 && shift.low > timing_floor ? State::separates : State::does_not, shift};
}

TimedReading read_delays(const Delays& delays, const Delays& control, bool ended) {
  using State = TimedReading::State;
  Shift shift, beside;
  for (const auto samples : timing_looks) {
    if (samples > std::min(complete(delays), complete(control))) break;
    shift = shift_of(delays, samples);
    beside = shift_of(control, samples);
    if (is_known(shift, beside)) return {State::known, shift, beside};
    if (is_unknown(shift, beside)) return {State::unknown, shift, beside};
  }
  return {!ended && shift.samples < timing_looks.back() ? State::open : State::unclear, shift, beside};
}

}  // namespace epki::infer

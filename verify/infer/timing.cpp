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

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 != 0 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::vector<double> first(const std::vector<double>& values, std::size_t count) {
  return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::size_t complete(const Delays& delays) {
  return std::min(delays.known.size(), delays.unknown.size());
}

/// Goes through the looks that the samples reach, as they were gone through when they came in, until `settled` says so
/// of one.
template <typename Settled>
Shift look_through(const Delays& delays, Settled settled) {
  Shift shift;
  for (const auto samples : timing_looks) {
    if (samples > complete(delays)) break;
    shift = shift_of(delays, samples);
    if (settled(shift)) break;
  }
  return shift;
}

bool is_last(const Shift& shift, bool ended) {
  return ended || shift.samples == timing_looks.back();
}

bool is_known(const Shift& shift, const Shift& calibrated) {
  return shift.low > timing_floor && shift.estimate >= calibrated.estimate / 2;
}

bool is_unknown(const Shift& shift, const Shift& calibrated) {
  return shift.high < calibrated.low && std::abs(shift.estimate) < calibrated.estimate / 2;
}

}  // namespace

Shift shift_of(const Delays& delays, std::size_t samples) {
  samples = std::min(samples, complete(delays));
  Shift shift{samples, 0, -infinite, infinite};
  if (samples == 0) return shift;
  const auto known = first(delays.known, samples), unknown = first(delays.unknown, samples);
  std::vector<double> differences;
  for (const double one : known)
    for (const double other : unknown) differences.push_back(one - other);
  std::sort(differences.begin(), differences.end());
  shift.estimate = median_of(differences);
  shift.known = median_of(known);
  shift.unknown = median_of(unknown);
  const auto later = std::count_if(differences.begin(), differences.end(), [](double d) { return d > 0; });
  shift.auc = static_cast<double>(later) / static_cast<double>(differences.size());
  const auto needed = wins_needed(samples);
  if (needed > differences.size()) return shift;
  // So many differences are above any shift that the ranks still refute.
  shift.low = differences[differences.size() - needed];
  shift.high = differences[needed - 1];
  return shift;
}

Calibration calibrate(const Delays& delays, bool ended) {
  const auto is_sharp = [](const Shift& shift) { return shift.low > timing_floor && shift.low >= shift.estimate / 2; };
  const auto shift = look_through(delays, is_sharp);
  if (is_sharp(shift)) return {Calibration::State::separates, shift};
  if (!is_last(shift, ended)) return {Calibration::State::open, shift};
  const bool separates = shift.samples > 0 && shift.low > timing_floor;
  return {separates ? Calibration::State::separates : Calibration::State::does_not, shift};
}

TimedReading read_delays(const Delays& delays, const Shift& calibrated, bool ended) {
  using State = TimedReading::State;
  const auto shift =
      look_through(delays, [&](const Shift& one) { return is_known(one, calibrated) || is_unknown(one, calibrated); });
  if (shift.samples > 0 && is_known(shift, calibrated)) return {State::known, shift};
  if (shift.samples > 0 && is_unknown(shift, calibrated)) return {State::unknown, shift};
  return {is_last(shift, ended) ? State::unclear : State::open, shift};
}

}  // namespace epki::infer

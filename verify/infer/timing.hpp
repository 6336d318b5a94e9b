#pragma once
// Reading the delays of two ladders, one whose issuer the client may know and one that nobody knows: by ranks alone, so
// that the shape of the line's jitter does not matter. Pure (trust probing, 4 and 7, T1).

#include <array>
#include <cstddef>
#include <vector>

namespace epki::infer {

/// Microseconds from the server's flight to the alert, each kind in the order in which it was taken.
struct Delays {
  std::vector<double> known{};    ///< of the ladder whose issuer is in question
  std::vector<double> unknown{};  ///< of its likeness
};

/// The looks at the samples, so many of each kind; after the last one no more are taken.
inline constexpr std::array<std::size_t, 5> timing_looks{6, 9, 13, 18, 24};
/// How often chance alone makes two equal ladders separate, at most, over all looks together. Each look has its share.
inline constexpr double timing_error = 0.01;
/// Microseconds. Ladders that should take equally long differed by up to 27 (trust probing, 4): less than this counts
/// as nothing, however certain.
inline constexpr double timing_floor = 50;

/// How much later the known ladder was answered, in microseconds.
struct Shift {
  std::size_t samples = 0;        ///< of each kind; 0: too few for any look
  double estimate = 0;            ///< the median of all differences between one of each kind (Hodges and Lehmann)
  double low = 0, high = 0;       ///< one-sided bounds from the rank sum's exact distribution, each with a look's error
  double auc = 0.5;               ///< the share of pairs in which the known ladder was the later one
  double known = 0, unknown = 0;  ///< medians
};
/// Of the first `samples` of each kind; at least six of them, or the bounds say nothing (they are infinite).
Shift shift_of(const Delays& delays, std::size_t samples);

struct Calibration {
  enum class State {
    open,  ///< more samples are wanted
    separates,
    does_not,
  } state = State::open;
  Shift shift{};
};
/// The positive control. It separates when the lower bound of the shift is above the floor; more samples are wanted as
/// long as that bound is below half of the estimate. `ended`: no more will come.
Calibration calibrate(const Delays& delays, bool ended);

struct TimedReading {
  enum class State {
    open,     ///< more samples are wanted
    known,    ///< later than the likeness beyond chance, and by half the control's shift at least
    unknown,  ///< less than the control's lower bound beyond chance, less than half its shift, and mostly not later
    unclear,  ///< neither, and no more samples come
  } state = State::open;
  Shift shift{};
  Shift control{};
};
/// `control`: delays of the positive control that were taken in turn with these, because a machine's load and a line's
/// mood change: a control of some minutes ago is another's.
TimedReading read_delays(const Delays& delays, const Delays& control, bool ended);

}  // namespace epki::infer

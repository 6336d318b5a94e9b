#include "sim/front/mischief.hpp"

#include <iterator>

namespace epki::sim {
namespace {

constexpr Mishap all[] = {Mishap::unheard, Mishap::muted,     Mishap::late,    Mishap::overtaken,
                          Mishap::refused, Mishap::unapplied, Mishap::restart, Mishap::power_cut,
                          Mishap::drop,    Mishap::flip,      Mishap::twice,   Mishap::stray_line};

}  // namespace

/// splitmix64 (S. Vigna, public domain algorithm): any seed will do, 0 too.
std::uint64_t Chance::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

Mishap Mischief::listed() const {
  const auto& f = *faults_;
  if (lines_ == f.reboot_at_command) return Mishap::restart;
  if (lines_ == f.power_cut_at_command) return Mishap::power_cut;
  if (lines_ == f.late_at_command) return f.late_is_overtaken ? Mishap::overtaken : Mishap::late;
  if (lines_ == f.mute_at_command) return Mishap::muted;
  if (lines_ == f.refuse_at_command) return Mishap::refused;
  return Mishap::none;
}

Mishap Mischief::drawn() {
  const auto& f = *faults_;
  if (f.random_per_thousand == 0 || drawn_ >= f.random_most) return Mishap::none;
  if (chance_.below(1000) >= f.random_per_thousand) return Mishap::none;
  ++drawn_;
  if (f.random.empty()) return all[chance_.below(std::ssize(all))];
  return f.random[static_cast<std::size_t>(chance_.below(std::ssize(f.random)))];
}

Mishap Mischief::next_line() {
  ++lines_;
  const auto fate = listed();
  return fate != Mishap::none ? fate : drawn();
}

}  // namespace epki::sim

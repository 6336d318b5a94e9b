#include "sim/front/noise.hpp"

#include <algorithm>

namespace epki::sim {

Mishap Noise::fate_of(std::int64_t position) const {
  const auto holds = [&](const std::vector<std::int64_t>& list) {
    return std::find(list.begin(), list.end(), position) != list.end();
  };
  if (position == struck_at_) return strike_;
  if (holds(faults_->drop)) return Mishap::drop;
  if (holds(faults_->flip)) return Mishap::flip;
  if (holds(faults_->twice)) return Mishap::twice;
  return Mishap::none;
}

std::string Noise::pass(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + 1);
  for (const char c : bytes) {
    const auto fate = fate_of(++passed_);
    if (fate == Mishap::drop) continue;
    out += fate == Mishap::flip ? static_cast<char>(static_cast<unsigned char>(c) ^ 0x04U) : c;
    if (fate == Mishap::twice) out += c;
  }
  return out;
}

void Noise::strike(Mishap what, std::int64_t ahead) {
  strike_ = what;
  struck_at_ = passed_ + ahead;
}

}  // namespace epki::sim

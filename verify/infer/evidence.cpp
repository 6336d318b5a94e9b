#include "verify/infer/evidence.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "verify/infer/forgeries.hpp"

namespace epki::infer {

namespace {

std::string_view stem(Shown shown) {
  switch (shown) {
    case Shown::own_chain: return "C1";
    case Shown::own_direct: return "C1-direct";
    case Shown::own_deep: return "V4";
    case Shown::unknown: return "C2";
    case Shown::badsig: return "C3";
    case Shown::wrong_host: return "V2";
    case Shown::expired: return "V1-expired";
    case Shown::not_yet: return "V1-notyet";
    case Shown::eku_client: return "V3";
    case Shown::usage_certsign: return "V5";
    case Shown::no_ca_attributes: return "V6";
    case Shown::everything_wrong: return "K";
    case Shown::own_certificate: return "D1";
    case Shown::keyless: return "P2-keyless";
    case Shown::with_key: return "G";
    case Shown::twin_with_key: return "G-twin";
    case Shown::keyless_other: return "P2-keyless-other";
    case Shown::replay_wrong_name: return "V2-replay";
    case Shown::forged_genuine: return "C3-genuine";
    case Shown::forgery: return "C4";
    case Shown::several: return "V";
    case Shown::replay:
    case Shown::unknown_like:
    case Shown::flipped_twin: return "P";
  }
  return "";
}

std::string_view replay_stem(const Probe& probe) {
  if (probe.settings.clock != Settings::Clock::right) return "V1-replay";
  switch (probe.bound.what) {
    case Bound::What::genuine: return probe.bound.anchor == probe.anchor ? "P1" : "X";
    case Bound::What::genuine_issuer: return "P1-issuer";
    case Bound::What::nothing: return "P3";
    default: return "P2";
  }
}

std::string_view bound_suffix(const Bound& bound) {
  switch (bound.what) {
    case Bound::What::user_intermediate: return "-issuer";
    case Bound::What::other_key: return "-key";
    case Bound::What::genuine: return "-genuine";
    case Bound::What::nothing: return "-nothing";
    case Bound::What::no_attributes:
    case Bound::What::no_attributes_issuer: return "-root";
    default: return "";
  }
}

/// "-name+expired": which defects a chain of several has.
std::string defects_suffix(int flags) {
  constexpr std::array<std::pair<int, std::string_view>, 6> names{
      {{0x4, "name"}, {0x1000, "eku"}, {0x800, "usage"}, {0x1, "expired"}, {0x8, "unknown"}, {0x200, "notyet"}}};
  std::string suffix;
  for (const auto& [flag, name] : names) {
    if ((flags & flag) != 0) suffix += (suffix.empty() ? "-" : "+") + std::string(name);
  }
  return suffix;
}

std::string forgery_suffix(int number) {
  const auto place = static_cast<std::size_t>(number);
  return place < forgeries.size() ? "-" + std::string(forgeries[place].name) : std::string();
}

std::string settings_suffix(const Settings& settings) {
  std::string suffix;
  if (settings.sni_off) suffix += "-sni0";
  if (settings.ignore_time) suffix += "-time1";
  if (settings.ignore_items != 0) suffix += "-item" + mask_text(settings.ignore_items);
  if (settings.ignore_signature) suffix += "-sign1";
  if (settings.ignore_chain) suffix += "-chain1";
  return suffix;
}

}  // namespace

std::string mask_text(std::uint32_t mask) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), mask, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

bool is_keyless(Shown shown) {
  switch (shown) {
    case Shown::keyless:
    case Shown::keyless_other:
    case Shown::replay:
    case Shown::unknown_like:
    case Shown::flipped_twin:
    case Shown::replay_wrong_name: return true;
    default: return false;
  }
}

std::string words(const Settings& settings) {
  std::string text;
  const auto add = [&](bool set, const std::string& what) {
    if (set) text += (text.empty() ? "" : ", ") + what;
  };
  add(settings.sni_off, "sni=0");
  add(settings.ignore_time, "ignorelocaltime=1");
  add(settings.ignore_items != 0, "ignorecertitem=" + mask_text(settings.ignore_items));
  add(settings.ignore_signature, "ignoreinvalidcertsign=1");
  add(settings.ignore_chain, "ignoremulticertchainverify=1");
  add(settings.clock != Settings::Clock::right, "clock past the chain's end");
  add(settings.own_certificate, "seclevel=2 with a client certificate");
  return text;
}

std::string_view word(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted: return "accepted";
    case Outcome::completed: return "completed";
    case Outcome::refused: return "refused";
    case Outcome::closed: return "closed";
    case Outcome::not_sent: return "refused-before-any-packet";
    case Outcome::unreachable: return "unreachable";
    case Outcome::silent: return "silent";
    case Outcome::not_presented: return "not-presented";
  }
  return "";
}

bool is_telling(Outcome outcome) {
  return outcome == Outcome::accepted || outcome == Outcome::completed || outcome == Outcome::refused;
}

std::string probe_name(const Probe& probe) {
  std::string name(stem(probe.shown));
  if (name == "P") {
    name = replay_stem(probe);
    if (probe.shown == Shown::unknown_like) name += "-like";
    if (probe.shown == Shown::flipped_twin) name += "-twin";
  } else {
    name += bound_suffix(probe.bound);
    if (probe.shown == Shown::own_deep) name += "-" + std::to_string(probe.depth);
    if (probe.shown == Shown::forgery) name += forgery_suffix(probe.depth);
    if (probe.shown == Shown::several) name += defects_suffix(probe.depth);
  }
  return name + settings_suffix(probe.settings);
}

std::size_t conclusive_handshakes(const Evidence& evidence) {
  std::vector<Probe> asked;
  for (const auto& attempt : evidence.attempts) {
    switch (attempt.shown) {
      case Shown::unknown_like:
      case Shown::flipped_twin:
      case Shown::keyless:
      case Shown::forgery:
      case Shown::own_certificate: continue;
      default: break;
    }
    if (attempt.outcome == Outcome::not_presented) continue;
    if (attempt.shown == Shown::own_chain && attempt.bound.what == Bound::What::genuine) continue;  // P1's control
    const Probe& probe = attempt;
    if (std::find(asked.begin(), asked.end(), probe) == asked.end()) asked.push_back(probe);
  }
  return asked.size();
}

}  // namespace epki::infer

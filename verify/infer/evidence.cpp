#include "verify/infer/evidence.hpp"

namespace epki::infer {

namespace {

std::string_view stem(Shown shown) {
  switch (shown) {
    case Shown::own_chain: return "C1";
    case Shown::own_direct: return "C1-direct";
    case Shown::unknown: return "C2";
    case Shown::badsig: return "C3";
    case Shown::wrong_host: return "V2";
    case Shown::expired: return "V1-expired";
    case Shown::not_yet: return "V1-notyet";
    case Shown::eku_client: return "V3";
    case Shown::keyless: return "P2-keyless";
    case Shown::replay_wrong_name: return "V2-replay";
    case Shown::replay:
    case Shown::unknown_like:
    case Shown::flipped_twin: return "P";
  }
  return "";
}

std::string_view replay_stem(const Bound& bound, int anchor) {
  switch (bound.what) {
    case Bound::What::genuine: return bound.anchor == anchor ? "P1" : "X";
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
    default: return "";
  }
}

}  // namespace

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

std::string probe_name(Shown shown, const Bound& bound, int anchor, Knob knob) {
  std::string name(stem(shown));
  if (name == "P") {
    name = replay_stem(bound, anchor);
    if (shown == Shown::unknown_like) name += "-like";
    if (shown == Shown::flipped_twin) name += "-twin";
    return name;
  }
  name += bound_suffix(bound);
  if (knob != Knob::none) name += "-knob";
  return name;
}

}  // namespace epki::infer

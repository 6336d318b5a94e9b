#include "verify/infer/base.hpp"

namespace epki::infer {

namespace {

using What = Bound::What;

}  // namespace

Base base_of(const Evidence& evidence) {
  for (const auto what : {What::user, What::user_intermediate, What::other_key}) {
    const Bound bound{what, -1};
    const auto chain = answer_to(evidence, {Shown::own_chain, bound});
    if (chain.is(Outcome::accepted)) return {true, bound};
    const bool judged = chain.rejected() || chain.is(Outcome::completed);
    if (answer_to(evidence, {Shown::own_direct, bound}).is(Outcome::accepted)) return {true, bound, true, judged};
  }
  return {};
}

Probe on(const Base& base, Shown shown, const Settings& settings, int depth) {
  if (shown == Shown::no_ca_attributes && base.direct) {
    const auto what = base.bound.what == What::user_intermediate ? What::no_attributes_issuer : What::no_attributes;
    return {Shown::own_direct, {what, -1}, -1, settings};
  }
  return {shown, base.bound, -1, settings, depth};
}

Reading read_forged(const Evidence& evidence) {
  const auto base = base_of(evidence);
  if (base.found) {
    auto under_base = read(evidence, on(base, Shown::badsig), evidence.repeat);
    if (under_base.state != Reading::State::absent) return under_base;
  }
  // The base may have changed since: what was accepted then is still an upload that counts.
  for (const auto what : {What::user_intermediate, What::other_key}) {
    const Bound bound{what, -1};
    if (!answer_to(evidence, {Shown::own_direct, bound}).is(Outcome::accepted)) continue;
    auto forged = read(evidence, {Shown::badsig, bound}, evidence.repeat);
    if (forged.state != Reading::State::absent) return forged;
  }
  return read(evidence, {Shown::badsig, {What::user, -1}}, evidence.repeat);
}

}  // namespace epki::infer

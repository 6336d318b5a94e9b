#include "verify/trial/bench.hpp"

namespace epki::trial {

using infer::Attempt;
using infer::Outcome;

std::string_view word(Path path) {
  return path == Path::mqtt ? "mqtt" : "ssl";
}

bool arrived(const Attempt& attempt) {
  return attempt.outcome != Outcome::not_sent && attempt.outcome != Outcome::unreachable;
}

bool is_hiccup(const Attempt& attempt) {
  return attempt.outcome == Outcome::unreachable || attempt.outcome == Outcome::silent;
}

Result<Attempt> attempt_past_a_hiccup(Bench& bench, const Shot& shot) {
  auto seen = bench.attempt(shot);
  if (!seen || !is_hiccup(*seen)) return seen;
  return bench.attempt(shot);
}

}  // namespace epki::trial

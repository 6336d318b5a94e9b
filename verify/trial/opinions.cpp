#include "verify/trial/opinions.hpp"

#include <optional>
#include <utility>

namespace epki::trial {

namespace {

using infer::Shown;
using oracle::Verdict;
using What = infer::Bound::What;

using Pair = std::pair<Verdict, Verdict>;

/// What the oracle must say for the case to count as evidence. Nothing: Botan and mbedTLS are known to differ on it
/// (an intermediate as anchor), so its opinion is only shown.
std::optional<Pair> expected(const Shot& shot) {
  constexpr Pair good{Verdict::accept, Verdict::accept};
  constexpr Pair bad{Verdict::reject, Verdict::reject};
  switch (shot.bound.what) {
    case What::user_intermediate:
    case What::genuine_issuer:
    case What::no_attributes_issuer: return std::nullopt;
    case What::no_attributes: return bad;
    default: break;
  }
  switch (shot.shown) {
    case Shown::own_chain:
    case Shown::own_direct:
    case Shown::own_deep: return good;
    case Shown::keyless: return shot.bound.what == What::other_key ? bad : good;
    case Shown::keyless_other: return shot.bound.what == What::other_key ? good : bad;
    case Shown::with_key:
    case Shown::replay:
      if (shot.settings.clock != infer::Settings::Clock::right) return bad;
      if (shot.bound == infer::Bound{What::genuine, shot.anchor}) return good;
      return Pair{Verdict::reject, Verdict::accept};
    default: return bad;
  }
}

std::string pem_of(const ossl::Chain& chain) {
  std::string text;
  for (const auto& certificate : chain) text += certificate.pem();
  return text;
}

}  // namespace

Result<std::string> Opinions::ask_about(Deck& deck, const Shot& shot) {
  auto card = deck.card(shot);
  if (!card) return std::move(card).error();
  auto bound = deck.pem(shot.bound);
  if (!bound) return std::move(bound).error();
  const std::string chain = pem_of((*card)->chain);
  const auto& host = deck.host(shot);
  const Instant at = deck.clock_for(shot).value_or(at_);
  std::string key = chain + *bound + host + rfc3339(at);
  if (known_.contains(key)) return key;

  std::vector<std::string> trusted, with_roots;
  if (!bound->empty()) trusted.push_back(*bound);
  with_roots = trusted;
  for (const auto& genuine : deck.genuine()) with_roots.push_back(genuine.root.pem());
  const auto think = [worker = worker_, uploaded = oracle::Question{std::move(trusted), chain, host, at},
                      all = oracle::Question{std::move(with_roots), chain, host, at},
                      want = expected(shot)]() -> Result<Joined> {
    auto first = oracle::judge(uploaded, worker);
    if (!first) return std::move(first).error();
    auto second = oracle::judge(all, worker);
    if (!second) return std::move(second).error();
    Joined joined{std::move(*first), std::move(*second)};
    if (want)
      joined.as_expected = joined.uploaded.verdict == want->first && joined.with_built_in.verdict == want->second;
    return joined;
  };
  known_.emplace(key, std::async(std::launch::async, think).share());
  return key;
}

Result<Joined> Opinions::answer(const std::string& asked) {
  return known_.at(asked).get();
}

Result<oracle::Opinion> Opinions::of(const std::string& trusted_pem, const ossl::Chain& chain,
                                     const std::string& host) {
  return oracle::judge({{trusted_pem}, pem_of(chain), host, at_}, worker_);
}

Result<Joined> Opinions::about(Deck& deck, const Shot& shot) {
  auto asked = ask_about(deck, shot);
  if (!asked) return std::move(asked).error();
  return answer(*asked);
}

}  // namespace epki::trial

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
  if (shot.bound.what == What::user_intermediate || shot.bound.what == What::genuine_issuer) return std::nullopt;
  switch (shot.shown) {
    case Shown::own_chain:
    case Shown::own_direct:
    case Shown::keyless: return good;
    case Shown::replay:
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

Result<oracle::Opinion> Opinions::ask(std::vector<std::string> trusted, const std::string& chain,
                                      const std::string& host) {
  return oracle::judge({std::move(trusted), chain, host, at_}, worker_);
}

Result<Joined> Opinions::about(Deck& deck, const Shot& shot) {
  auto card = deck.card(shot);
  if (!card) return std::move(card).error();
  auto bound = deck.pem(shot.bound);
  if (!bound) return std::move(bound).error();
  const std::string chain = pem_of((*card)->chain);
  const auto& host = deck.host(shot);
  const std::string key = chain + *bound + host;
  if (const auto known = known_.find(key); known != known_.end()) return known->second;

  std::vector<std::string> trusted;
  if (!bound->empty()) trusted.push_back(*bound);
  auto uploaded = ask(trusted, chain, host);
  if (!uploaded) return std::move(uploaded).error();
  for (const auto& genuine : deck.genuine()) trusted.push_back(genuine.root.pem());
  auto with_built_in = ask(std::move(trusted), chain, host);
  if (!with_built_in) return std::move(with_built_in).error();
  Joined joined{std::move(*uploaded), std::move(*with_built_in)};
  if (const auto want = expected(shot)) {
    joined.as_expected = joined.uploaded.verdict == want->first && joined.with_built_in.verdict == want->second;
  }
  known_.emplace(key, joined);
  return joined;
}

}  // namespace epki::trial

#include "verify/trial/opinions.hpp"

#include <utility>

#include "verify/trial/judgement.hpp"

namespace epki::trial {

namespace {

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
  const Instant at = time_for(deck, shot);
  std::string key = chain + *bound + host + rfc3339(at);
  if (known_.contains(key)) return key;

  std::vector<std::string> trusted, with_roots;
  if (!bound->empty()) trusted.push_back(*bound);
  with_roots = trusted;
  for (const auto& genuine : deck.genuine()) with_roots.push_back(genuine.root.pem());
  const auto think = [worker = worker_, uploaded = oracle::Question{std::move(trusted), chain, host, at},
                      all = oracle::Question{std::move(with_roots), chain, host, at},
                      want = expected_of(shot)]() -> Result<Joined> {
    auto first = oracle::judge(uploaded, worker);
    if (!first) return std::move(first).error();
    auto second = oracle::judge(all, worker);
    if (!second) return std::move(second).error();
    Joined joined{std::move(*first), std::move(*second)};
    if (want)
      joined.as_expected =
          joined.uploaded.verdict == want->uploaded && joined.with_built_in.verdict == want->with_built_in;
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

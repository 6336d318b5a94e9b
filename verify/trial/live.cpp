#include "verify/trial/live.hpp"

#include "core/text.hpp"

namespace epki::trial {

namespace {

using infer::Bound;
using infer::Outcome;
using What = Bound::What;

struct Count {
  int accepted = 0, refused = 0, all = 0;
  void add(Outcome outcome) {
    ++all;
    accepted += outcome == Outcome::accepted ? 1 : 0;
    refused += outcome == Outcome::refused ? 1 : 0;
  }
  std::string words() const {
    const std::string of = " of " + std::to_string(all);
    if (accepted == all) return "was accepted (" + std::to_string(accepted) + of + ")";
    if (refused == all) return "was refused (" + std::to_string(refused) + of + ")";
    return "gave no clear answer (" + std::to_string(accepted) + of + " accepted)";
  }
};

Result<ProbeRecord> judged(std::string id, const std::string& host, const probe::Genuine& chain,
                           const std::vector<std::string>& uploaded, const LiveContext& context, const Setup& setup) {
  oracle::Question question{uploaded, {}, host, context.now};
  for (const auto& certificate : chain.presented) question.chain_pem += certificate.pem();
  auto alone = oracle::judge(question, setup.worker);
  if (!alone) return std::move(alone).error();
  question.trusted_pem.insert(question.trusted_pem.end(), context.system_roots.begin(), context.system_roots.end());
  auto with_roots = oracle::judge(question, setup.worker);
  if (!with_roots) return std::move(with_roots).error();
  ProbeRecord record;
  record.id = std::move(id);
  record.oracle_uploaded = oracle::word(alone->verdict);
  record.oracle_with_built_in = oracle::word(with_roots->verdict);
  return record;
}

}  // namespace

Result<std::vector<std::string>> ask_live(ModemBench& bench, const LiveServer& server, const probe::Genuine& chain,
                                          const LiveContext& context, const Setup& setup, Reporter& reporter) {
  reporter.step("the live server " + text_of(server.place) + (context.relay ? ", through our relay" : ""));
  const Bound user{What::user, -1}, own{What::genuine, server.anchor};
  auto under_user = judged("L", server.place.host, chain, {context.user_pem}, context, setup);
  if (!under_user) return std::move(under_user).error();
  auto under_own = judged("L-genuine", server.place.host, chain, {chain.root.pem()}, context, setup);
  if (!under_own) return std::move(under_own).error();
  std::vector<std::string> sentences;
  for (const auto path : setup.paths) {
    Count first, second;
    for (int i = 0; i < setup.repeat; ++i) {
      auto seen = bench.open_live({path, server.place, user, context.relay}, *under_user);
      if (!seen) return std::move(seen).error();
      first.add(*seen);
    }
    auto seen = bench.open_live({path, server.place, own, context.relay}, *under_own);
    if (!seen) return std::move(seen).error();
    second.add(*seen);
    sentences.push_back("the live server " + text_of(server.place) + " under " + chain.root.subject() + " " +
                        first.words() + " while only the throw-away CA was bound, and " + second.words() +
                        " with its own root bound; the oracle says " + under_user->oracle_uploaded +
                        " under the uploaded CA alone and " + under_user->oracle_with_built_in +
                        " with the public roots beside it");
  }
  if (auto done = bench.forget(own); !done) return std::move(done).error();
  return sentences;
}

}  // namespace epki::trial

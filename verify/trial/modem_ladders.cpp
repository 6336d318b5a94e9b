#include "verify/trial/modem_ladders.hpp"

#include "verify/probe/throw_away.hpp"

namespace epki::trial {

Result<ossl::Certificate> ModemLadders::root_of(const LadderSet& set) {
  if (set.anchor >= 0) return deck_.genuine()[static_cast<std::size_t>(set.anchor)].root;
  if (const auto known = roots_.find(set.key); known != roots_.end()) return known->second;
  auto made = probe::mint_throw_away_root("ladder", set.key, now_, random_);
  if (!made) return std::move(made).error();
  roots_.emplace(set.key, made->certificate);
  return made->certificate;
}

Status ModemLadders::present(const LadderSet& set) {
  auto root = root_of(set);
  if (!root) return std::move(root).error();
  auto ladder = probe::mint_ladder({*root, set.key, set.rungs, deck_.host(Shot{}), now_}, random_);
  if (!ladder) return std::move(ladder).error();
  ladder_ = std::move(*ladder);
  if (set.anchor < 0) {
    bound_ = root->pem();
    ladder_->known.bind = ladder_->unknown.bind = *root;
    return success();
  }
  auto user = deck_.pem({});
  if (!user) return std::move(user).error();
  bound_ = *std::move(user);
  return success();
}

Result<infer::Attempt> ModemLadders::attempt(const Shot& shot) {
  if (!ladder_) return Error{Errc::internal, "no ladder was minted", {}};
  const bool genuine = shot.anchor >= 0;
  const bool known = shot.shown == infer::Shown::badsig || shot.shown == infer::Shown::forged_genuine;
  ModemBench::CaseCall call{shot.path, std::string(ladder_probe) + (genuine ? "2" : "1") + (known ? "" : "-like"),
                            known ? &ladder_->known : &ladder_->unknown, bound_};
  call.ask_oracle = false;
  auto seen = bench_.show(call);
  if (!seen) return std::move(seen).error();
  return infer::Attempt{shot, seen->outcome, seen->alert, true};
}

}  // namespace epki::trial

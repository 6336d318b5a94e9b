#include "verify/trial/modem_ladders.hpp"

#include "verify/probe/throw_away.hpp"

namespace epki::trial {

Result<probe::Ladder> ModemLadders::mint(const ossl::Certificate& root, const LadderSet& set) {
  return probe::mint_ladder({root, set.key, set.rungs, deck_.host(Shot{}), now_}, random_);
}

Status ModemLadders::present_control(const LadderSet& set) {
  const std::pair wanted(set.key, set.rungs);
  auto known = controls_.find(wanted);
  if (known == controls_.end()) {
    auto root = probe::mint_throw_away_root("ladder", set.key, now_, random_);
    if (!root) return std::move(root).error();
    auto ladder = mint(root->certificate, set);
    if (!ladder) return std::move(ladder).error();
    ladder->known.bind = ladder->unknown.bind = root->certificate;
    known = controls_.emplace(wanted, Shown{std::move(*ladder), root->certificate.pem()}).first;
  }
  control_ = &known->second;
  return success();
}

Status ModemLadders::present(const LadderSet& set) {
  if (auto done = present_control(set); !done || set.anchor < 0) return done;
  auto ladder = mint(deck_.genuine()[static_cast<std::size_t>(set.anchor)].root, set);
  if (!ladder) return std::move(ladder).error();
  auto user = deck_.pem({});
  if (!user) return std::move(user).error();
  genuine_ = Shown{std::move(*ladder), *std::move(user)};
  return success();
}

Result<infer::Attempt> ModemLadders::attempt(const Shot& shot) {
  const bool genuine = shot.anchor >= 0;
  const Shown* const shown = !genuine ? control_ : genuine_ ? &*genuine_ : nullptr;
  if (shown == nullptr) return Error{Errc::internal, "no ladder was minted", {}};
  const bool known = names_known_issuer(shot);
  std::string name(genuine ? genuine_ladder : control_ladder);
  if (!known) name += likeness_ending;
  ModemBench::CaseCall call{shot.path, std::move(name), known ? &shown->ladder.known : &shown->ladder.unknown,
                            shown->bound};
  call.ask_oracle = false;
  auto seen = all_.show(call);
  if (!seen) return std::move(seen).error();
  return infer::Attempt{shot, seen->outcome, seen->alert, true};
}

}  // namespace epki::trial

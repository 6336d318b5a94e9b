#pragma once
// Ladders on a real line: minted when they are first shown, and timed at the responder.

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/random.hpp"
#include "verify/probe/ladder.hpp"
#include "verify/trial/deck.hpp"
#include "verify/trial/modem_bench.hpp"
#include "verify/trial/passing_bench.hpp"
#include "verify/trial/timing.hpp"

namespace epki::trial {

class ModemLadders final : public PassingBench<TimedBench, ModemBench> {
 public:
  ModemLadders(ModemBench& bench, Deck& deck, Instant now, RandomSource& random)
      : PassingBench(bench), deck_(deck), now_(now), random_(random) {}

  Status present(const LadderSet& set) override;
  std::optional<std::chrono::microseconds> delay() const override { return all_.answer_delay(); }
  std::size_t recorded() const override { return all_.recorded(); }
  Result<infer::Attempt> attempt(const Shot& shot) override;

 private:
  struct Shown {
    probe::Ladder ladder;
    std::string bound;  ///< PEM
  };
  Result<probe::Ladder> mint(const ossl::Certificate& root, const LadderSet& set);
  Status present_control(const LadderSet& set);

  Deck& deck_;
  Instant now_;
  RandomSource& random_;
  std::map<std::pair<ossl::KeyType, int>, Shown>
      controls_{};  ///< by key and rungs; their roots' private halves are gone
  const Shown* control_ = nullptr;
  std::optional<Shown> genuine_{};
};

}  // namespace epki::trial

#pragma once
// A bench that a model client answers, with trouble on purpose.

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "verify/infer/factors.hpp"
#include "verify/infer/tests/model_client.hpp"
#include "verify/trial/bench.hpp"

namespace epki::trial::testing {

/// A bad line: shares of attempts that go wrong, and how.
struct Weather {
  double opens_fail = 0;  ///< no packet leaves, though name and TCP are fine
  double names_fail = 0;  ///< the name does not resolve
  double resets = 0;      ///< cut before the client has said what it thinks
  double lines_lost = 0;  ///< the modem's result line never comes, so nobody says CONNECT
};

class FakeBench final : public Bench {
 public:
  using Client = infer::testing::ModelClient;
  explicit FakeBench(Client client) : mqtt_(client), ssl_(std::move(client)) {}
  FakeBench(Client mqtt, Client ssl, Weather weather, std::uint32_t seed)
      : mqtt_(std::move(mqtt)), ssl_(std::move(ssl)), weather_(weather), random_(seed) {}

  Result<infer::Attempt> attempt(const Shot& shot) override {
    using infer::Outcome;
    shots.push_back(shot);
    const bool genuine =
        shot.bound.what == infer::Bound::What::genuine || shot.bound.what == infer::Bound::What::genuine_issuer;
    if (genuine) uploaded.push_back(shot.bound.anchor);
    ++since_reboot_;
    auto seen = (shot.path == Path::ssl ? ssl_ : mqtt_).answer(shot);
    if (auto lost = trouble(seen)) seen = absent(seen, *lost);
    if ((infer::looseners_in(shot.settings) & not_taken) != 0) seen = absent(seen, Outcome::not_presented);
    if (wears_after > 0 && since_reboot_ > wears_after) seen = absent(seen, Outcome::not_sent);
    const int number = static_cast<int>(shots.size());
    if (hiccup_at == number) seen = absent(seen, Outcome::unreachable);
    if (shot.shown == infer::Shown::own_chain && own_chains_lost-- > 0) seen = absent(seen, Outcome::unreachable);
    if (own_name_fails && shot.anchor < 0) seen = absent(seen, Outcome::unreachable);
    if (replays_elsewhere && shot.anchor >= 0) seen = absent(seen, Outcome::unreachable);
    if (gone_at == number) return Error{Errc::modem_gone, "the modem is gone"};
    return seen;
  }
  Result<bool> unbind() override { return lets_go; }
  Status forget(const infer::Bound& bound) override {
    forgotten.push_back(bound);
    return success();
  }
  bool can_reboot() const override { return reboots_allowed; }
  Status reboot(std::string_view) override {
    reboot_before.push_back(shots.size());
    since_reboot_ = 0;
    return success();
  }
  int handshakes() const override { return static_cast<int>(shots.size()); }
  std::string absence() const override { return "the modem cannot resolve broker.example"; }

  std::vector<Shot> shots;
  std::vector<int> uploaded;
  std::vector<infer::Bound> forgotten;
  std::vector<std::size_t> reboot_before;
  int own_chains_lost = 0;  ///< so many of C1 do not arrive
  unsigned not_taken = 0;   ///< looseners that this firmware does not take
  int wears_after = 0, hiccup_at = 0, gone_at = 0;
  bool own_name_fails = false, replays_elsewhere = false, lets_go = true, reboots_allowed = true;

 private:
  static infer::Attempt absent(infer::Attempt seen, infer::Outcome outcome) {
    seen.outcome = outcome;
    seen.alert.reset();
    return seen;
  }
  bool happens(double share) { return share > 0 && std::uniform_real_distribution<double>(0, 1)(random_) < share; }
  std::optional<infer::Outcome> trouble(const infer::Attempt& seen) {
    using infer::Outcome;
    if (happens(weather_.names_fail)) return Outcome::unreachable;
    if (happens(weather_.opens_fail)) return Outcome::not_sent;
    if (seen.outcome == Outcome::not_sent) return std::nullopt;
    if (happens(weather_.resets)) return Outcome::closed;
    const bool waits_for_us = seen.outcome == Outcome::accepted || seen.outcome == Outcome::completed;
    if (waits_for_us && happens(weather_.lines_lost)) return Outcome::silent;
    return std::nullopt;
  }

  Client mqtt_, ssl_;
  Weather weather_{};
  std::mt19937 random_{1};
  int since_reboot_ = 0;
};

}  // namespace epki::trial::testing

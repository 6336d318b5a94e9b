#pragma once
// A bench on which every attempt is made as a device with a certificate of its own makes it: seclevel 2, with a
// throw-away client certificate bound. What is asked, and what the evidence says was asked, stays the same.

#include <string_view>

#include "verify/trial/bench.hpp"

namespace epki::trial {

class MutualBench final : public Bench {
 public:
  explicit MutualBench(Bench& all) : all_(all) {}

  Result<infer::Attempt> attempt(const Shot& shot) override {
    Shot mutual = shot;
    mutual.settings.own_certificate = true;
    auto seen = all_.attempt(mutual);
    if (!seen) return seen;
    static_cast<infer::Probe&>(*seen) = shot;
    return seen;
  }
  Result<bool> unbind() override { return all_.unbind(); }
  Status forget(const infer::Bound& bound) override { return all_.forget(bound); }
  bool can_reboot() const override { return all_.can_reboot(); }
  Status reboot(std::string_view why) override { return all_.reboot(why); }
  int handshakes() const override { return all_.handshakes(); }
  std::string absence() const override { return all_.absence(); }

 private:
  Bench& all_;
};

}  // namespace epki::trial

#pragma once
// A bench that passes everything on to another: the base of those that change one thing on the way.

#include <string>
#include <string_view>

#include "verify/trial/bench.hpp"

namespace epki::trial {

/// `Interface`: what it is a bench for; `Whole`: the bench it passes to, which must outlive it.
template <class Interface, class Whole = Interface>
class PassingBench : public Interface {
 public:
  explicit PassingBench(Whole& whole) : all_(whole) {}

  Result<infer::Attempt> attempt(const Shot& shot) override { return all_.attempt(shot); }
  Result<bool> unbind() override { return all_.unbind(); }
  Status forget(const infer::Bound& bound) override { return all_.forget(bound); }
  bool can_reboot() const override { return all_.can_reboot(); }
  Status reboot(std::string_view why) override { return all_.reboot(why); }
  int handshakes() const override { return all_.handshakes(); }
  std::string absence() const override { return all_.absence(); }

 protected:
  Whole& all_;
};

}  // namespace epki::trial

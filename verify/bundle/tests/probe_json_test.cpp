// Every probe that there can be, said and understood again.
#include "verify/bundle/probe_json.hpp"

#include <gtest/gtest.h>

namespace epki::bundle {
namespace {

TEST(ProbeJson, EveryKindComesBackAsItself) {
  for (int shown = 0; shown <= static_cast<int>(infer::Shown::keyless_other); ++shown)
    for (int what = 0; what <= static_cast<int>(infer::Bound::What::no_attributes_issuer); ++what) {
      infer::Probe probe{static_cast<infer::Shown>(shown), {static_cast<infer::Bound::What>(what), 2}, 1, {}, 3};
      probe.settings.sni_off = shown % 2 == 0;
      probe.settings.ignore_time = what % 2 == 0;
      probe.settings.ignore_items = static_cast<std::uint32_t>(shown * what);
      probe.settings.ignore_signature = shown % 3 == 0;
      probe.settings.ignore_chain = what % 3 == 0;
      if (shown % 5 == 0) probe.settings.clock = infer::Settings::Clock::past_the_end;
      probe.settings.own_certificate = what % 5 == 0;
      const auto again = probe_in(json_of(probe));
      ASSERT_TRUE(again) << json_of(probe).dump();
      EXPECT_TRUE(*again == probe) << json_of(probe).dump() << json_of(*again).dump();
    }
}

TEST(ProbeJson, WhatIsNoneIsRefused) {
  const auto good = json_of(infer::Probe{});
  for (const auto& [key, bad] :
       {std::pair{"shown", Json("nothing")}, std::pair{"anchor", Json(-2)}, std::pair{"depth", Json(-1)},
        std::pair{"settings", Json()}, std::pair{"bound", Json("user")}}) {
    auto json = good;
    json.set(key, bad);
    EXPECT_FALSE(probe_in(json)) << json.dump();
  }
}

TEST(ProbeJson, EvidenceAndAnchorsComeBack) {
  infer::Evidence evidence;
  evidence.anchors = {{"CN=Root", "ab12", "www.example", 2, "root.pem", true, "too old"}};
  evidence.repeat = 5;
  evidence.absence = "a";
  evidence.ended_early = "b";
  evidence.cannot_unbind = "c";
  evidence.rebooted = false;
  const auto again = evidence_in(json_of(evidence));
  ASSERT_TRUE(again);
  EXPECT_EQ(json_of(*again).dump(), json_of(evidence).dump());
}

}  // namespace
}  // namespace epki::bundle

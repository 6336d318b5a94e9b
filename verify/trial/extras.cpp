#include "verify/trial/extras.hpp"

#include "verify/infer/conclude.hpp"
#include "verify/trial/acceptance.hpp"
#include "verify/trial/mitigation.hpp"
#include "verify/trial/modem_ladders.hpp"
#include "verify/trial/timing.hpp"

namespace epki::trial {

namespace {

std::vector<TimedAnchor> timed(const std::vector<infer::Anchor>& anchors, const ExtraParts& parts) {
  std::vector<TimedAnchor> all;
  for (std::size_t i = 0; i < anchors.size(); ++i) {
    const int number = parts.chosen.empty() ? static_cast<int>(i) : parts.chosen[i];
    const auto& root = parts.deck.genuine()[static_cast<std::size_t>(number)].root;
    all.push_back({anchors[i], number, root.key(), ossl::parse_key_type(root.key())});
  }
  return all;
}

Status ask_timings(const ExtraParts& parts, const Setup& setup, const std::vector<infer::Evidence>& evidence,
                   Report& report) {
  ModemLadders bench(parts.bench, parts.deck, parts.now, parts.random);
  report.timing = Json::object();
  for (std::size_t i = 0; i < setup.paths.size(); ++i) {
    auto timing = ask_timing(bench, setup.paths[i], infer::conclude(evidence[i]), timed(evidence[i].anchors, parts),
                             {setup.budget}, parts.random, parts.reporter);
    if (!timing) return std::move(timing).error();
    for (const auto& root : timing->roots) {
      if (root.agrees() == "contradicts")
        parts.reporter.warning("timing on " + std::string(word(setup.paths[i])) + ": " + timing->sentence(root));
    }
    report.timing.set(word(setup.paths[i]), timing->json());
  }
  return success();
}

}  // namespace

Status ask_extras(const ExtraParts& parts, const Setup& setup, const std::vector<infer::Evidence>& evidence,
                  Report& report) {
  parts.bench.beside_trust();
  if (setup.timing) {
    if (auto done = ask_timings(parts, setup, evidence, report); !done) return done;
  }
  if (setup.mitigate) {
    report.mitigation = Json::object();
    for (std::size_t i = 0; i < setup.paths.size(); ++i) {
      const auto path = setup.paths[i];
      const auto concluded = infer::conclude(evidence[i]);
      auto swept = sweep(parts.bench, path, concluded, evidence[i].anchors, parts.keys, {setup.repeat, setup.budget},
                         parts.reporter);
      if (!swept) return std::move(swept).error();
      for (std::size_t other = 0; other < evidence.size() && !swept->unwanted.empty(); ++other)
        if (other != i) swept->other_path = on_other_path(concluded, infer::conclude(evidence[other]));
      report.mitigation.set(word(path), swept->json());
    }
  }
  if (!setup.acceptance) return success();
  report.acceptance = Json::object();
  std::vector<Acceptance> all;
  for (const auto path : setup.paths) {
    auto found = find_acceptance(parts.bench, parts.deck, path, parts.reporter);
    if (!found) return std::move(found).error();
    report.acceptance.set(word(path), found->json());
    all.push_back(*std::move(found));
  }
  report.acceptance_profile = acceptance_profile(all, report.identity.firmware).value_or("");
  return success();
}

}  // namespace epki::trial

#include "verify/trial/extras.hpp"

#include "verify/infer/conclude.hpp"
#include "verify/trial/acceptance.hpp"
#include "verify/trial/mitigation.hpp"

namespace epki::trial {

Status ask_extras(const ExtraParts& parts, const Setup& setup, const std::vector<infer::Evidence>& evidence,
                  Report& report) {
  parts.bench.beside_trust();
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

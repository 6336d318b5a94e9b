#include <algorithm>
#include <array>
#include <cmath>

#include "core/exit_code.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

namespace {

/// More digits would say more than is known.
double rounded(double value, double steps) {
  return std::round(value * steps) / steps;
}

}  // namespace

Json ProbeRecord::json() const {
  Json server = Json::object({{"stage", stage}, {"alert", Json(alert)}, {"sni", sni}});
  server.set("application_data", application_data > 0);
  return Json::object(
      {{"id", id},
       {"path", path},
       {"attempt", attempt},
       {"bound", bound},
       {"presented", presented},
       {"at", Json::object({{"command", at_command}, {"result", at_result}})},
       {"server", std::move(server)},
       {"oracle", Json::object({{"uploaded", oracle_uploaded}, {"with_built_in", oracle_with_built_in}})},
       {"outcome", outcome},
       {"settings", settings},
       {"keyless", keyless},
       {"note", note}});
}

Json MutualVerdict::json() const {
  return Json::object({{"class", std::string(word(verdict_class))},
                       {"built_in_influence", std::string(word(influence))},
                       {"because", because},
                       {"names_checked", names_checked}});
}

Json PathVerdict::json() const {
  Json found = Json::array();
  for (const auto& anchor : anchors_found) {
    found.push(Json::object({{"subject", anchor.subject}, {"sha256", anchor.sha256}}));
  }
  Json odds_by_class = Json::array();
  for (const auto& [against, log10] : odds_against)
    odds_by_class.push(Json::object({{"class", std::string(word(against))}, {"log10", rounded(log10, 10)}}));
  Json words = Json::array();
  for (const auto value : possible) words.push(std::string(word(value)));
  return Json::object(
      {{"class", std::string(word(verdict_class))},
       {"built_in_influence", std::string(word(influence))},
       {"because", because},
       {"next_step", next_step},
       {"anchors_found", std::move(found)},
       {"anchors_tried", anchors_tried},
       {"possible", std::move(words)},
       {"outside_the_model", outside_the_model},
       {"odds", odds},
       {"odds_against", std::move(odds_by_class)},
       {"line",
        Json::object({{"controls", noise.tried}, {"lost", noise.lost}, {"flake_rate", rounded(noise.rate(), 1000)}})},
       {"stack", stack.json()},
       {"conclusive_handshakes", conclusive},
       {"mutual", mutual ? mutual->json() : Json()},
       {"policy", policy.json()}});
}

Json Report::json() const {
  Json all_files = Json::array();
  for (const auto& file : files) {
    all_files.push(Json::object(
        {{"name", file.name}, {"size", file.size}, {"sha256", file.sha256.empty() ? Json() : Json(file.sha256)}}));
  }
  Json device = Json::object({{"port", port},
                              {"manufacturer", identity.manufacturer},
                              {"model", identity.model},
                              {"firmware", identity.firmware},
                              {"imei", identity.imei},
                              {"iccid", identity.iccid},
                              {"simulated", simulated},
                              {"clock", clock},
                              {"dns", dns.empty() ? Json() : Json(dns)},
                              {"files", std::move(all_files)}});
  Json all_probes = Json::array();
  for (const auto& probe : probes) all_probes.push(probe.json());
  Json by_path = Json::object();
  for (const auto& verdict : verdicts) by_path.set(verdict.path, verdict.json());
  return Json::object({{"device", std::move(device)},
                       {"oracle", Json::object({{"name", oracle.name}, {"version", oracle.version}})},
                       {"verdict", std::move(by_path)},
                       {"probes", std::move(all_probes)},
                       {"census", census},
                       {"acceptance", acceptance},
                       {"mitigation", mitigation},
                       {"timing", timing},
                       {"handshakes", handshakes},
                       {"reboots", reboots},
                       {"warnings", Json::array_of(warnings)},
                       {"duration_ms", duration.count()},
                       {"own_work_ms", own_work.count()}});
}

namespace {

int exit_code_of(infer::Class verdict, infer::Influence influence) {
  if (verdict == infer::Class::unverified) return exit_code::unverified;
  if (influence == infer::Influence::detected) return exit_code::built_in_influence;
  switch (verdict) {
    case infer::Class::uploaded: return exit_code::done;
    case infer::Class::uploaded_not_honoured: return exit_code::uploaded_not_honoured;
    default: return exit_code::inconclusive;
  }
}

}  // namespace

int Report::exit_code() const {
  constexpr std::array worst_first{exit_code::unverified, exit_code::built_in_influence,
                                   exit_code::uploaded_not_honoured, exit_code::inconclusive};
  std::vector<int> codes;
  for (const auto& one : verdicts) {
    codes.push_back(exit_code_of(one.verdict_class, one.influence));
    if (one.mutual) codes.push_back(exit_code_of(one.mutual->verdict_class, one.mutual->influence));
  }
  for (const int code : worst_first) {
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) return code;
  }
  return verdicts.empty() ? exit_code::inconclusive : exit_code::done;
}

}  // namespace epki::trial

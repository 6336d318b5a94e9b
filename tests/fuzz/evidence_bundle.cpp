#include "tests/fuzz/targets.hpp"
#include "verify/bundle/container.hpp"
#include "verify/bundle/evidence_file.hpp"
#include "verify/bundle/pcapng.hpp"
#include "verify/bundle/wire_reading.hpp"
#include "verify/trial/judgement.hpp"

namespace epki::fuzz {

namespace {

/// Some answer to each attempt, so that there is something to conclude from.
void answer(infer::Evidence& evidence, const std::vector<bundle::AttemptOf>& attempts) {
  for (const auto& attempt : attempts) {
    const auto turn = evidence.attempts.size() % 3;
    const auto outcome = turn == 0 ? infer::Outcome::accepted : infer::Outcome::refused;
    const auto alert = turn == 0 ? std::nullopt : std::optional(turn == 1 ? 48 : 51);
    evidence.attempts.push_back({attempt.probe, outcome, alert, true});
  }
}

}  // namespace

void evidence_bundle(std::string_view bytes) {
  (void)bundle::open(bytes, "");
  // What a capture says can be written again, and says the same.
  if (const auto connections = bundle::read_capture(bytes)) {
    std::vector<ossl::WireTap> taps;
    for (const auto& connection : *connections) taps.push_back(connection.tap);
    (void)bundle::read_wire(taps);
    const auto again = bundle::read_capture(bundle::write_capture(*connections, 8883));
    if (!again || again->size() != connections->size()) __builtin_trap();
  }
  // The documents in it, as somebody may have signed them: whatever is understood can be concluded from.
  bundle::Members members{{"report.json", R"({"verdict":{"mqtt":{}},"probes":[{}]})"},
                          {"evidence.json", std::string(bytes)},
                          {"connections.pcapng", bundle::write_capture({}, 8883)},
                          {"at.log", ""}};
  auto file = bundle::read_evidence(members);
  if (!file) return;
  for (auto& path : file->paths) {
    answer(path.facts.evidence, path.trust);
    if (path.facts.census) answer(path.facts.census->evidence, path.census);
    if (path.facts.with_key) answer(*path.facts.with_key, path.with_key);
    (void)trial::judge(path.facts);
  }
}

}  // namespace epki::fuzz

#include "verify/bundle/assemble.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "pki/ossl/digest.hpp"
#include "provision/at/recording.hpp"
#include "verify/bundle/pcapng.hpp"
#include "verify/bundle/probe_json.hpp"
#include "verify/report/masking.hpp"

namespace epki::bundle {

namespace {

constexpr std::string_view kReadMe =
    "Evidence of one run of ec200u-pki verify on one modem. Check it, with no modem and no network:\n"
    "\n"
    "    ec200u-pki verify recheck THIS-FILE --key FINGERPRINT\n"
    "\n"
    "FINGERPRINT comes from whoever made the bundle, by another way than this file.\n"
    "\n"
    "manifest.json     SHA-256 of every member; manifest.sig is its signature by the key in it\n"
    "report.json       the verdict as it was given, every attempt, the modem's clock, firmware, tool and oracle "
    "versions\n"
    "evidence.json     what each attempt asked, what the oracle said of it, and where its bytes are\n"
    "connections.pcapng what the responder received and sent; the IP and TCP headers are made up (RFC 5737 addresses)\n"
    "at.log            the AT conversation\n"
    "chains/           what the server presented, leaf first\n"
    "uploaded/         what was uploaded and bound\n"
    "roots/            the genuine roots that the oracle judged with beside the uploaded CA\n"
    "\n"
    "IMEI, ICCID and IMSI are masked. There is no private key in here.\n";

/// Certificates by their digest: what was shown a hundred times is kept once.
std::string keep(Members& members, std::string_view folder, const std::string& pem) {
  const auto name = std::string(folder) + "/" + ossl::sha256_hex(as_bytes(pem)).substr(0, 16) + ".pem";
  members.emplace(name, pem);
  return name;
}

/// The bodies of keys are masked before they come here; their first and last lines would only alarm whoever searches
/// for keys.
std::string log_line(const std::string& line) {
  if (line.find("PRIVATE KEY") != std::string::npos) return line.substr(0, 2) + "<secret><LF>";
  return at::without_personal_numbers(line);
}

class Assembly {
 public:
  Assembly(const trial::Report& report, const About& about) : report_(report), about_(about) {}

  Members run() {
    Json exhibits = Json::array(), paths = Json::array(), roots = Json::array();
    for (std::size_t i = 0; i < report_.exhibits.size(); ++i) exhibits.push(exhibit(report_.exhibits[i]));
    for (const auto& facts : report_.facts) paths.push(path(facts));
    for (const auto& pem : report_.genuine_roots) roots.push(keep(members_, "roots", pem));
    const auto evidence =
        Json::object({{"tool", about_.occasion.tool},
                      {"at", about_.occasion.at},
                      {"command", about_.occasion.command},
                      {"oracle", Json::object({{"name", report_.oracle.name}, {"version", report_.oracle.version}})},
                      {"genuine_roots", std::move(roots)},
                      {"paths", std::move(paths)},
                      {"exhibits", std::move(exhibits)}});
    const auto document = report_.json();
    members_["evidence.json"] = report::without_personal_numbers(evidence, document["device"]).dump() + "\n";
    members_["report.json"] = report::for_others(document, report_.exit_code() == 0).dump() + "\n";
    members_["connections.pcapng"] = write_capture(connections_, about_.port);
    auto& log = members_["at.log"];
    for (const auto& line : about_.at_log) log += log_line(line) + "\n";
    members_["README.txt"] = kReadMe;
    return std::move(members_);
  }

 private:
  Json exhibit(const trial::Exhibit& one) {
    const auto& record = report_.probes[one.record];
    Json connections = Json::array();
    for (const auto& tap : one.wire) {
      connections.push(Json::object({{"number", connections_.size()},
                                     {"of_the_attempt", tap.of_the_attempt},
                                     {"afterwards", tap.afterwards},
                                     {"cut", tap.cut}}));
      connections_.push_back({one.at,
                              record.path + " " + record.id + ", attempt " + std::to_string(record.attempt) +
                                  (tap.of_the_attempt ? ""
                                   : tap.afterwards   ? ", a look at plain TCP"
                                                      : ", another connection"),
                              tap});
    }
    return Json::object(
        {{"record", one.record},
         {"path", trial::word(one.path)},
         {"probe", one.probe ? json_of(*one.probe) : Json()},
         {"brought_about", one.brought_about},
         {"at", rfc3339(one.at)},
         {"chain", one.chain.empty() ? Json() : Json(keep(members_, "chains", one.chain))},
         {"bound", one.bound.empty() ? Json() : Json(keep(members_, "uploaded", one.bound))},
         {"host", one.host},
         {"judged_at", rfc3339(one.judged_at)},
         {"oracle", Json::object({{"uploaded", json_of(one.uploaded)}, {"with_built_in", json_of(one.with_built_in)}})},
         {"modem", json_of(one.modem)},
         {"connections", std::move(connections)},
         {"at_log", Json::object({{"from", one.lines_from}, {"to", one.lines_to}})}});
  }

  /// The exhibit of an attempt: the first that asked and was answered alike and is not yet somebody's.
  Json number_of(trial::Path path, const infer::Attempt& attempt, const infer::Probe& among_all,
                 std::vector<bool>& taken) const {
    for (std::size_t i = 0; i < report_.exhibits.size(); ++i) {
      const auto& one = report_.exhibits[i];
      if (taken[i] || one.path != path || !one.probe || !(*one.probe == among_all)) continue;
      const auto& record = report_.probes[one.record];
      if (record.outcome != infer::word(attempt.outcome) || record.alert != attempt.alert) continue;
      taken[i] = true;
      return i;
    }
    return {};
  }

  Json evidence(trial::Path path, const infer::Evidence& evidence, const std::vector<int>& chosen,
                std::vector<bool>& taken, bool as_a_device = false) const {
    const auto number = [&](int anchor) {
      return chosen.empty() || anchor < 0 ? anchor : chosen[static_cast<std::size_t>(anchor)];
    };
    Json attempts = Json::array();
    for (const auto& attempt : evidence.attempts) {
      infer::Probe among_all = attempt;
      among_all.anchor = number(attempt.anchor);
      among_all.bound.anchor = number(attempt.bound.anchor);
      if (as_a_device) among_all.settings.own_certificate = true;
      attempts.push(Json::object({{"exhibit", number_of(path, attempt, among_all, taken)},
                                  {"probe", json_of(static_cast<const infer::Probe&>(attempt))}}));
    }
    return json_of(evidence).set("attempts", std::move(attempts));
  }

  Json path(const trial::PathFacts& facts) const {
    std::vector<bool> taken(report_.exhibits.size());
    Json anchors = Json::array(), census, with_key;
    for (const auto& anchor : facts.anchors) anchors.push(json_of(anchor));
    if (facts.census) {
      census = Json::object({{"like", Json::array_of(facts.census->like)},
                             {"confirmed", Json::array_of(facts.census->confirmed)},
                             {"representative", facts.census->representative},
                             {"evidence", evidence(facts.path, facts.census->evidence, {}, taken)}});
    }
    auto trust = evidence(facts.path, facts.evidence, facts.chosen, taken);
    if (facts.with_key) {
      with_key =
          Json::object({{"anchor", facts.key_anchor}, {"evidence", evidence(facts.path, *facts.with_key, {}, taken)}});
    }
    return Json::object(
        {{"path", trial::word(facts.path)},
         {"anchors", std::move(anchors)},
         {"chosen", Json::array_of(facts.chosen)},
         {"evidence", std::move(trust)},
         {"census", std::move(census)},
         {"with_key", std::move(with_key)},
         {"mutual", facts.mutual ? evidence(facts.path, *facts.mutual, facts.chosen, taken, true) : Json()},
         {"live", Json::array_of(facts.live)}});
  }

  const trial::Report& report_;
  const About& about_;
  Members members_{};
  std::vector<Connection> connections_{};
};

}  // namespace

Members assemble(const trial::Report& report, const About& about) {
  return Assembly(report, about).run();
}

}  // namespace epki::bundle

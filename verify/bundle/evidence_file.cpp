#include "verify/bundle/evidence_file.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "verify/bundle/pcapng.hpp"
#include "verify/bundle/probe_json.hpp"

namespace epki::bundle {

namespace {

Error damaged(std::string_view what) {
  return {Errc::input, "evidence.json: " + std::string(what),
          "the bundle was not written by ec200u-pki, or was altered"};
}

std::optional<trial::Path> path_in(const Json& json) {
  for (const auto path : {trial::Path::mqtt, trial::Path::ssl}) {
    if (json.text_or("") == trial::word(path)) return path;
  }
  return std::nullopt;
}

/// A number below `below`.
std::optional<std::size_t> index_in(const Json& json, std::size_t below) {
  const auto value = json.integer();
  if (!value || *value < 0 || static_cast<std::uint64_t>(*value) >= below) return std::nullopt;
  return static_cast<std::size_t>(*value);
}

bool fits(const infer::Probe& probe, std::size_t anchors) {
  const auto limit = static_cast<int>(anchors);
  const bool genuine =
      probe.bound.what == infer::Bound::What::genuine || probe.bound.what == infer::Bound::What::genuine_issuer;
  return probe.anchor < limit && probe.bound.anchor < limit && (!genuine || probe.bound.anchor >= 0);
}

class Reading {
 public:
  explicit Reading(const Members& members) : members_(members) {}

  Result<EvidenceFile> run() {
    for (const auto part : {&Reading::documents, &Reading::connections, &Reading::log, &Reading::roots,
                            &Reading::exhibits, &Reading::paths}) {
      if (auto done = (this->*part)(); !done) return std::move(done).error();
    }
    return std::move(file_);
  }

 private:
  Result<std::string> member(const std::string& name) const {
    const auto found = members_.find(name);
    if (found == members_.end()) return Error{Errc::input, "the member " + name + " is missing", {}};
    return found->second;
  }

  Result<Json> document(const std::string& name) const {
    auto text = member(name);
    if (!text) return std::move(text).error();
    auto json = Json::parse(*text);
    if (!json) return Error{Errc::input, name + ": " + json.error().what, {}};
    return json;
  }

  Status documents() {
    auto report = document("report.json");
    if (!report) return std::move(report).error();
    auto evidence = document("evidence.json");
    if (!evidence) return std::move(evidence).error();
    if ((*report)["verdict"].size() == 0) return Error{Errc::input, "report.json holds no verdict", {}};
    file_.report = *std::move(report);
    evidence_ = *std::move(evidence);
    file_.oracle = {evidence_["oracle"]["name"].text_or("?"), evidence_["oracle"]["version"].text_or("?")};
    return success();
  }

  Status connections() {
    auto capture = member("connections.pcapng");
    if (!capture) return std::move(capture).error();
    auto read = read_capture(*capture);
    if (!read) return std::move(read).error().during("reading connections.pcapng");
    connections_ = *std::move(read);
    return success();
  }

  Status log() {
    auto text = member("at.log");
    if (!text) return std::move(text).error();
    for (const auto line : split(*text, '\n')) file_.at_log.emplace_back(line);
    return success();
  }

  Status roots() {
    for (const auto& name : evidence_["genuine_roots"].items()) {
      auto pem = member(name.text_or("?"));
      if (!pem) return std::move(pem).error();
      file_.genuine_roots.push_back(*std::move(pem));
    }
    return success();
  }

  Status exhibits() {
    for (const auto& json : evidence_["exhibits"].items()) {
      const auto which = "exhibit " + std::to_string(file_.exhibits.size());
      auto one = exhibit(json);
      if (!one) return std::move(one).error().during("reading " + which);
      file_.exhibits.push_back(*std::move(one));
    }
    return success();
  }

  Result<ExhibitOfFile> exhibit(const Json& json) const {
    ExhibitOfFile one;
    auto& exhibit = one.exhibit;
    const auto path = path_in(json["path"]);
    const auto record = index_in(json["record"], file_.report["probes"].size());
    const auto at = parse_rfc3339(json["at"].text_or("")), judged_at = parse_rfc3339(json["judged_at"].text_or(""));
    const auto brought = json["brought_about"].boolean();
    const auto host = json["host"].text();
    if (!path || !record || !at || !judged_at || !brought || !host) return damaged("an exhibit cannot be read");
    exhibit.path = *path;
    exhibit.record = *record;
    exhibit.at = *at;
    exhibit.judged_at = *judged_at;
    exhibit.brought_about = *brought;
    exhibit.host = *host;
    if (!json["probe"].is_null()) {
      auto probe = probe_in(json["probe"]);
      if (!probe) return std::move(probe).error();
      exhibit.probe = *probe;
    }
    auto modem = modem_in(json["modem"]);
    if (!modem) return std::move(modem).error();
    exhibit.modem = *std::move(modem);
    for (const auto& [name, into] : {std::pair{"chain", &exhibit.chain}, std::pair{"bound", &exhibit.bound}}) {
      if (json[name].is_null()) continue;
      auto pem = member(json[name].text_or("?"));
      if (!pem) return std::move(pem).error();
      *into = *std::move(pem);
    }
    one.uploaded = json["oracle"]["uploaded"]["verdict"].text_or("");
    one.with_built_in = json["oracle"]["with_built_in"]["verdict"].text_or("");
    const auto from = index_in(json["at_log"]["from"], file_.at_log.size() + 1);
    const auto to = index_in(json["at_log"]["to"], file_.at_log.size() + 1);
    if (!from || !to || *from > *to) return damaged("an exhibit names lines that the AT log does not have");
    exhibit.lines_from = *from;
    exhibit.lines_to = *to;
    for (const auto& connection : json["connections"].items()) {
      const auto number = index_in(connection["number"], connections_.size());
      const auto own = connection["of_the_attempt"].boolean(), cut = connection["cut"].boolean(),
                 afterwards = connection["afterwards"].boolean();
      if (!number || !own || !cut || !afterwards) return damaged("an exhibit names a connection that there is not");
      auto tap = connections_[*number].tap;
      tap.of_the_attempt = *own;
      tap.afterwards = *afterwards;
      tap.cut = *cut;
      exhibit.wire.push_back(std::move(tap));
    }
    return one;
  }

  /// The evidence and its attempts, whose probes must fit its own anchors.
  Status take(const Json& json, infer::Evidence& evidence, std::vector<AttemptOf>& attempts) const {
    auto read = evidence_in(json);
    if (!read) return std::move(read).error();
    evidence = *std::move(read);
    for (const auto& one : json["attempts"].items()) {
      auto probe = probe_in(one["probe"]);
      if (!probe) return std::move(probe).error();
      if (!fits(*probe, evidence.anchors.size())) return damaged("an attempt is about an anchor that there is not");
      AttemptOf attempt{{}, *probe};
      if (!one["exhibit"].is_null()) {
        attempt.exhibit = index_in(one["exhibit"], file_.exhibits.size());
        if (!attempt.exhibit) return damaged("an attempt names an exhibit that there is not");
      }
      attempts.push_back(attempt);
    }
    return success();
  }

  /// Numbers below `below`, as many as there must be; 0: any.
  static std::optional<std::vector<int>> numbers_in(const Json& json, std::size_t below) {
    std::vector<int> numbers;
    for (const auto& one : json.items()) {
      const auto number = index_in(one, below);
      if (!number) return std::nullopt;
      numbers.push_back(static_cast<int>(*number));
    }
    return numbers;
  }

  Status census_of(const Json& json, PathOfFile& path) const {
    trial::CensusFacts facts;
    if (auto done = take(json["evidence"], facts.evidence, path.census); !done) return done;
    const auto all = facts.evidence.anchors.size();
    const auto like = numbers_in(json["like"], all), confirmed = numbers_in(json["confirmed"], all);
    const auto representative = json["representative"].integer();
    if (!like || like->size() != all || all != path.facts.anchors.size() || !confirmed || !representative ||
        *representative < -1 || *representative >= static_cast<std::int64_t>(all))
      return damaged("the census cannot be read");
    facts.like = *like;
    facts.confirmed = *confirmed;
    facts.representative = static_cast<int>(*representative);
    path.facts.census = std::move(facts);
    return success();
  }

  Status with_key_of(const Json& json, PathOfFile& path) const {
    infer::Evidence evidence;
    if (auto done = take(json["evidence"], evidence, path.with_key); !done) return done;
    const auto anchor = index_in(json["anchor"], std::min(path.facts.anchors.size(), evidence.anchors.size()));
    if (!anchor) return damaged("the certificate with its key has no anchor");
    path.facts.with_key = std::move(evidence);
    path.facts.key_anchor = static_cast<int>(*anchor);
    return success();
  }

  Status paths() {
    for (const auto& json : evidence_["paths"].items()) {
      PathOfFile path;
      const auto which = path_in(json["path"]);
      if (!which) return damaged("a path is neither mqtt nor ssl");
      const auto same = [&](const PathOfFile& known) { return known.facts.path == *which; };
      if (std::any_of(file_.paths.begin(), file_.paths.end(), same)) return damaged("a path is there twice");
      path.facts.path = *which;
      for (const auto& one : json["anchors"].items()) {
        auto anchor = anchor_in(one);
        if (!anchor) return std::move(anchor).error();
        path.facts.anchors.push_back(*std::move(anchor));
      }
      if (auto done = take(json["evidence"], path.facts.evidence, path.trust); !done) return done;
      const auto chosen = numbers_in(json["chosen"], path.facts.anchors.size());
      if (!chosen || (!chosen->empty() && chosen->size() != path.facts.evidence.anchors.size()) ||
          (chosen->empty() && !path.facts.evidence.anchors.empty() &&
           path.facts.evidence.anchors.size() != path.facts.anchors.size()))
        return damaged("the anchors of a path do not fit each other");
      path.facts.chosen = *chosen;
      if (!json["census"].is_null()) {
        if (auto done = census_of(json["census"], path); !done) return done;
      }
      if (!json["with_key"].is_null()) {
        if (auto done = with_key_of(json["with_key"], path); !done) return done;
      }
      if (!json["mutual"].is_null()) {
        path.facts.mutual.emplace();
        if (auto done = take(json["mutual"], *path.facts.mutual, path.mutual); !done) return done;
        if (path.facts.mutual->anchors.size() != path.facts.evidence.anchors.size())
          return damaged("the anchors under seclevel 2 do not fit the path's");
      }
      for (const auto& said : json["live"].items()) path.facts.live.push_back(said.text_or(""));
      file_.paths.push_back(std::move(path));
    }
    if (file_.paths.empty()) return damaged("there is no evidence of any path");
    return success();
  }

  const Members& members_;
  Json evidence_{};
  std::vector<Connection> connections_{};
  EvidenceFile file_{};
};

}  // namespace

Result<EvidenceFile> read_evidence(const Members& members) {
  return Reading(members).run();
}

}  // namespace epki::bundle

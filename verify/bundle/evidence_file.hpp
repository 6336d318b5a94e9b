#pragma once
// The members of a bundle as values. Outside bytes: every number that points somewhere is checked here.

#include <optional>
#include <string>
#include <vector>

#include "verify/bundle/container.hpp"
#include "verify/oracle/oracle.hpp"
#include "verify/trial/exhibit.hpp"
#include "verify/trial/timing.hpp"

namespace epki::bundle {

/// An attempt of a path's evidence: which exhibit, and what it asked by the numbers of that evidence.
struct AttemptOf {
  std::optional<std::size_t> exhibit{};  ///< nothing: there is none for it
  infer::Probe probe{};
};

struct PathOfFile {
  trial::PathFacts facts{};  ///< its evidences are without their attempts
  std::vector<AttemptOf> trust{}, census{}, with_key{}, mutual{};
};

/// An exhibit as the file has it; the opinions are only their words.
struct ExhibitOfFile {
  trial::Exhibit exhibit{};
  std::string uploaded{}, with_built_in{};  ///< "accept" …, as recorded
};

struct EvidenceFile {
  Json report{};  ///< report.json
  oracle::Version oracle{};
  std::vector<std::string> genuine_roots{};  ///< PEM
  std::vector<ExhibitOfFile> exhibits{};
  std::vector<PathOfFile> paths{};
  std::vector<std::string> at_log{};
};

/// Of an element of report.json's probes: a live server of somebody else's was opened.
inline bool is_live(const Json& record) {
  return record["id"].text_or("").starts_with("L");
}

/// One of the timing ladder's: the oracle has no opinion of it.
inline bool is_ladder(const Json& record) {
  return record["id"].text_or("").starts_with(trial::ladder_probe);
}

/// Errc::input names the member and what is wrong with it.
Result<EvidenceFile> read_evidence(const Members& members);

}  // namespace epki::bundle

#pragma once
// Each exhibit judged once more: its bytes read, the oracle asked, and compared with what the report says of it.

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "verify/bundle/evidence_file.hpp"

namespace epki::bundle {

class ReadingAgain {
 public:
  ReadingAgain(const EvidenceFile& file, const oracle::Worker& worker) : file_(file), worker_(worker) {}

  /// Reads exhibit `number`. Errc::internal when the oracle's process cannot be started.
  Status take(std::size_t number);
  /// Fills in the attempts of a path's evidence from the exhibits. After all were taken.
  Status fill(PathOfFile& path);

  /// Nothing was left out: each record has its exhibit, and what was answered counts somewhere. After all were filled.
  void check_complete();

  void disagree(std::string sentence) { disagreements_.push_back(std::move(sentence)); }
  const std::vector<std::string>& disagreements() const { return disagreements_; }
  const std::vector<std::string>& oracle_changes() const { return oracle_changes_; }
  std::size_t attempts() const { return attempts_; }
  std::size_t from_wire() const { return from_wire_; }
  std::size_t no_wire() const { return no_wire_; }
  std::size_t unread() const { return unread_; }

  struct Read {
    infer::Outcome outcome = infer::Outcome::not_presented;
    std::optional<int> alert{};
    bool as_expected = true;
    std::optional<oracle::Verdict>
        uploaded{};  ///< what the oracle says today under the uploaded CA, where it was asked
    enum class From : std::uint8_t { wire, nothing, record } from = From::nothing;
    std::optional<std::chrono::microseconds> delay{};  ///< of the answer to the server's flight, where it was an alert
  };
  /// Whether a line of the whole AT log begins with the mark and has the text.
  bool log_has(std::string_view mark, std::string_view text) const;
  /// What came of the attempt at this place of Report::probes. Null: no exhibit is this attempt. After all were taken.
  const Read* of_record(std::size_t record) const;

 private:
  /// How an evidence's own probes become an exhibit's: its anchors are the chosen ones, or all; or they are the chosen
  /// ones and it leaves out that the device's certificate was bound.
  enum class Numbered : std::uint8_t { chosen, among_all, mutual };

  std::string name(std::size_t number) const;
  Result<oracle::Verdict> opinion(const trial::Exhibit& exhibit, bool with_roots);
  Status ask_oracle(std::size_t number, Read& read);
  void compare_with_record(std::size_t number, const Read& read, const ossl::TlsRecordOfPeer& peer);
  void check_chain(std::size_t number, const ossl::Chain& presented);
  void check_log(std::size_t number);
  void check_bound(std::size_t number);
  Status fill(infer::Evidence& evidence, const std::vector<AttemptOf>& attempts, const trial::PathFacts& facts,
              Numbered numbered);

  const EvidenceFile& file_;
  const oracle::Worker& worker_;
  std::vector<Read> read_{};
  std::set<std::size_t> used_{};  ///< exhibits that an attempt rests on
  std::map<std::string, oracle::Verdict> known_{};
  std::map<std::string, std::string> user_roots_{};
  std::vector<std::string> disagreements_{}, oracle_changes_{};
  std::size_t attempts_ = 0, from_wire_ = 0, no_wire_ = 0, unread_ = 0;
};

}  // namespace epki::bundle

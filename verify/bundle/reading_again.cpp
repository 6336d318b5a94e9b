#include "verify/bundle/reading_again.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "verify/bundle/wire_reading.hpp"
#include "verify/probe/answer_delay.hpp"
#include "verify/trial/judgement.hpp"

namespace epki::bundle {

namespace {

using infer::Bound;
using infer::Outcome;

constexpr std::array outcomes{Outcome::accepted, Outcome::completed,   Outcome::refused, Outcome::closed,
                              Outcome::not_sent, Outcome::unreachable, Outcome::silent,  Outcome::not_presented};

std::string alert_text(const std::optional<int>& alert) {
  return alert ? std::to_string(*alert) : "none";
}

std::optional<int> alert_in(const Json& json) {
  const auto value = json.integer();
  return value && *value >= 0 && *value <= 255 ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

/// The root's digest, where the PEM is one certificate.
std::string digest_of(const std::string& pem) {
  auto chain = ossl::chain_from_pem(pem);
  return chain && chain->size() == 1 ? chain->front().sha256() : std::string();
}

}  // namespace

bool ReadingAgain::log_has(std::string_view mark, std::string_view text) const {
  return std::any_of(file_.at_log.begin(), file_.at_log.end(), [&](const std::string& line) {
    return line.starts_with(mark) && line.find(text) != std::string::npos;
  });
}

const ReadingAgain::Read* ReadingAgain::of_record(std::size_t record) const {
  for (std::size_t i = 0; i < read_.size(); ++i)
    if (file_.exhibits[i].exhibit.record == record) return &read_[i];
  return nullptr;
}

std::string ReadingAgain::name(std::size_t number) const {
  const auto& record = file_.report["probes"][file_.exhibits[number].exhibit.record];
  return "probes[" + std::to_string(file_.exhibits[number].exhibit.record) + "] (" + record["path"].text_or("?") + " " +
         record["id"].text_or("?") + ")";
}

Status ReadingAgain::take(std::size_t number) {
  const auto& exhibit = file_.exhibits[number].exhibit;
  const auto& record = file_.report["probes"][exhibit.record];
  Read read;
  const auto wire = read_wire(exhibit.wire);
  auto server = wire.record;
  // Which alert it was does not show once the keys have changed; that one was sent does.
  if (!server.peer.alert && wire.sealed_alert && server.peer.stage < ossl::Stage::application_data)
    server.peer.alert = alert_in(record["server"]["alert"]);
  auto seen = trial::beside(trial::classify(server), server, exhibit.modem);
  read.outcome = seen.outcome;
  read.alert = seen.alert;
  read.from = server.connected ? Read::From::wire : Read::From::nothing;
  if (!exhibit.brought_about) {
    read.outcome = Outcome::not_presented;
    read.alert.reset();
  } else if (wire.cut && server.peer.stage < ossl::Stage::application_data) {
    read.from = Read::From::record;
    const auto word = record["outcome"].text_or("");
    const auto known =
        std::find_if(outcomes.begin(), outcomes.end(), [&](Outcome one) { return infer::word(one) == word; });
    read.outcome = known == outcomes.end() ? Outcome::not_presented : *known;
    read.alert = alert_in(record["server"]["alert"]);
  }
  if (read.alert && read.from == Read::From::wire) read.delay = probe::answer_delay(exhibit.wire);
  if (exhibit.brought_about) check_log(number);
  // Through a relay it is the modem's word that counts.
  const bool relayed = is_live(record);
  if (exhibit.brought_about && !relayed) {
    if (read.from != Read::From::record) compare_with_record(number, read, server.peer);
    check_chain(number, wire.presented);
  }
  if (exhibit.probe && exhibit.brought_about) {
    check_bound(number);
    if (auto asked = ask_oracle(number, read); !asked) return asked;
  } else if (exhibit.brought_about && !relayed && !is_ladder(record)) {
    auto uploaded = opinion(exhibit, false);
    if (!uploaded) return std::move(uploaded).error();
    read.uploaded = *uploaded;
  }
  read_.push_back(read);
  return success();
}

void ReadingAgain::compare_with_record(std::size_t number, const Read& read, const ossl::TlsRecordOfPeer& peer) {
  const auto& record = file_.report["probes"][file_.exhibits[number].exhibit.record];
  const auto differs = [&](std::string_view what, const std::string& recorded, const std::string& now) {
    if (recorded != now)
      disagree(name(number) + ": " + std::string(what) + ": the report says " + recorded + ", the wire shows " + now);
  };
  differs("outcome", record["outcome"].text_or("nothing"), std::string(infer::word(read.outcome)));
  differs("alert", alert_text(alert_in(record["server"]["alert"])), alert_text(read.alert));
  differs("stage", record["server"]["stage"].text_or("nothing"), std::string(ossl::word(peer.stage)));
  differs("server name", "\"" + record["server"]["sni"].text_or("") + "\"", "\"" + peer.sni + "\"");
}

void ReadingAgain::check_chain(std::size_t number, const ossl::Chain& presented) {
  if (presented.empty()) return;
  const auto chain = ossl::chain_from_pem(file_.exhibits[number].exhibit.chain);
  const bool same = chain && chain->size() == presented.size() &&
                    std::equal(chain->begin(), chain->end(), presented.begin(),
                               [](const auto& a, const auto& b) { return a.sha256() == b.sha256(); });
  if (!same) disagree(name(number) + ": the chain on the wire is not the one that is said to have been presented");
}

/// What the probe says was bound, and what the exhibit holds.
void ReadingAgain::check_bound(std::size_t number) {
  const auto& exhibit = file_.exhibits[number].exhibit;
  const auto& bound = exhibit.probe->bound;
  if (bound.what == Bound::What::nothing && !exhibit.bound.empty())
    disagree(name(number) + ": nothing was bound, and there is a bound certificate");
  if (bound.what == Bound::What::user) {
    const auto [known, fresh] = user_roots_.emplace("U", exhibit.bound);
    if (known->second != exhibit.bound) disagree(name(number) + ": the throw-away CA is another one than before");
  }
  if (bound.what != Bound::What::genuine) return;
  const auto path = std::find_if(file_.paths.begin(), file_.paths.end(),
                                 [&](const PathOfFile& one) { return one.facts.path == exhibit.path; });
  const auto anchor = static_cast<std::size_t>(bound.anchor);
  if (path == file_.paths.end() || bound.anchor < 0 || anchor >= path->facts.anchors.size() ||
      path->facts.anchors[anchor].sha256 != digest_of(exhibit.bound))
    disagree(name(number) + ": the bound root is not the anchor that it is said to be");
}

/// The command that opened, and each result line, stand in the part of the AT log that is the attempt's.
void ReadingAgain::check_log(std::size_t number) {
  const auto& exhibit = file_.exhibits[number].exhibit;
  const auto& at = file_.report["probes"][exhibit.record]["at"];
  const auto stands = [&](std::string_view mark, const std::string& text) {
    for (auto i = exhibit.lines_from; i < exhibit.lines_to; ++i) {
      const auto& line = file_.at_log[i];
      if (line.starts_with(mark) && line.find(text) != std::string::npos) return true;
    }
    return false;
  };
  const auto command = at["command"].text_or("");
  if (!command.empty() && !stands("> ", command))
    disagree(name(number) + ": \"" + command + "\" is not in its part of the AT log");
  for (const auto said : split(at["result"].text_or(""), ';')) {
    const auto line = trimmed(said);
    // A result line is quoted only where it begins as one; the rest are our words.
    if (line.starts_with("+Q") && !stands("< ", std::string(line)))
      disagree(name(number) + ": \"" + std::string(line) + "\" is not in its part of the AT log");
  }
}

Result<oracle::Verdict> ReadingAgain::opinion(const trial::Exhibit& exhibit, bool with_roots) {
  const auto key = std::to_string(static_cast<int>(with_roots)) + exhibit.chain + exhibit.bound + exhibit.host +
                   rfc3339(exhibit.judged_at);
  const auto found = known_.find(key);
  if (found != known_.end()) return found->second;
  std::vector<std::string> trusted;
  if (!exhibit.bound.empty()) trusted.push_back(exhibit.bound);
  if (with_roots) trusted.insert(trusted.end(), file_.genuine_roots.begin(), file_.genuine_roots.end());
  auto opinion = oracle::judge({std::move(trusted), exhibit.chain, exhibit.host, exhibit.judged_at}, worker_);
  if (!opinion) return std::move(opinion).error();
  return known_.emplace(key, opinion->verdict).first->second;
}

Status ReadingAgain::ask_oracle(std::size_t number, Read& read) {
  const auto& one = file_.exhibits[number];
  const auto& exhibit = one.exhibit;
  auto uploaded = opinion(exhibit, false);
  if (!uploaded) return std::move(uploaded).error();
  auto with_built_in = opinion(exhibit, true);
  if (!with_built_in) return std::move(with_built_in).error();
  read.uploaded = *uploaded;
  if (const auto want = trial::expected_of(*exhibit.probe))
    read.as_expected = *uploaded == want->uploaded && *with_built_in == want->with_built_in;
  const auto differs = [&](std::string_view under, const std::string& recorded, oracle::Verdict now) {
    if (recorded != oracle::word(now))
      oracle_changes_.push_back(name(number) + ": " + std::string(under) + ": recorded " + recorded + ", now " +
                                std::string(oracle::word(now)));
  };
  differs("under the uploaded CA", one.uploaded, *uploaded);
  differs("with the genuine roots", one.with_built_in, *with_built_in);
  return success();
}

Status ReadingAgain::fill(infer::Evidence& evidence, const std::vector<AttemptOf>& attempts,
                          const trial::PathFacts& facts, Numbered numbered) {
  for (const auto& attempt : attempts) {
    ++attempts_;
    infer::Probe among_all = attempt.probe;
    if (numbered == Numbered::mutual) among_all.settings.own_certificate = true;
    if (numbered != Numbered::among_all) {
      among_all.anchor = facts.number_of(attempt.probe.anchor);
      among_all.bound.anchor = facts.number_of(attempt.probe.bound.anchor);
    }
    const auto named = std::string(trial::word(facts.path)) + " " + infer::probe_name(attempt.probe);
    if (!attempt.exhibit) {
      disagree(named + ": an attempt rests on no exhibit");
      continue;
    }
    const auto& exhibit = file_.exhibits[*attempt.exhibit].exhibit;
    if (exhibit.path != facts.path || !exhibit.probe || !(*exhibit.probe == among_all)) {
      disagree(named + ": an attempt rests on an exhibit that asked something else");
      continue;
    }
    if (!used_.insert(*attempt.exhibit).second) {
      disagree(named + ": two attempts rest on one exhibit");
      continue;
    }
    const auto& read = read_[*attempt.exhibit];
    from_wire_ += read.from == Read::From::wire ? 1 : 0;
    no_wire_ += read.from == Read::From::nothing ? 1 : 0;
    unread_ += read.from == Read::From::record ? 1 : 0;
    evidence.attempts.push_back({attempt.probe, read.outcome, read.alert, read.as_expected});
  }
  return success();
}

void ReadingAgain::check_complete() {
  std::set<std::size_t> shown;
  for (std::size_t i = 0; i < file_.exhibits.size(); ++i) {
    const auto& exhibit = file_.exhibits[i].exhibit;
    if (!shown.insert(exhibit.record).second) disagree(name(i) + ": two exhibits are said to be this attempt");
    // A census looks at an unknown chain once more to tell a worn modem, and does not count it.
    const bool census = std::any_of(file_.paths.begin(), file_.paths.end(), [&](const PathOfFile& path) {
      return path.facts.path == exhibit.path && path.facts.census.has_value();
    });
    if (exhibit.probe && !census && !used_.contains(i) && infer::is_telling(read_[i].outcome))
      disagree(name(i) + ": it was answered, and the evidence leaves it out");
  }
  const auto& probes = file_.report["probes"].items();
  for (std::size_t i = 0; i < probes.size(); ++i) {
    // A live server was opened without our responder on the way.
    if (shown.contains(i) || is_live(probes[i])) continue;
    disagree("probes[" + std::to_string(i) + "] (" + probes[i]["path"].text_or("?") + " " +
             probes[i]["id"].text_or("?") + "): the report has it, and there is no exhibit");
  }
}

Status ReadingAgain::fill(PathOfFile& path) {
  auto& facts = path.facts;
  if (auto done = fill(facts.evidence, path.trust, facts, Numbered::chosen); !done) return done;
  if (facts.census) {
    if (auto done = fill(facts.census->evidence, path.census, facts, Numbered::among_all); !done) return done;
  }
  if (facts.with_key) {
    if (auto done = fill(*facts.with_key, path.with_key, facts, Numbered::among_all); !done) return done;
  }
  return facts.mutual ? fill(*facts.mutual, path.mutual, facts, Numbered::mutual) : success();
}

}  // namespace epki::bundle

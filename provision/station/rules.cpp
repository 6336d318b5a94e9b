#include "provision/station/rules.hpp"

#include <algorithm>

namespace epki::station {

namespace {

Error refusal(std::string what, std::string hint) {
  return Error{Errc::input, std::move(what), std::move(hint)};
}

// Two boards cannot have one IMEI, and one board cannot have two serial numbers.
std::optional<Error> identity_trouble(const Facts& facts) {
  if (!facts.slot_with_same_imei.empty())
    return refusal("IMEI " + facts.imei + " is in slot " + facts.slot_with_same_imei + " too",
                   "take both boards out: one was cloned, or a cable leads to the wrong slot");
  if (facts.serial.empty()) return std::nullopt;
  if (facts.earlier && !facts.earlier->serial.empty() && facts.earlier->serial != facts.serial)
    return refusal("the board with IMEI " + facts.imei + " has the serial number " + facts.earlier->serial + ", and " +
                       facts.serial + " was scanned",
                   "the boards were swapped, or the wrong label was scanned: scan the board in slot " + facts.slot);
  if (facts.serial_earlier && facts.serial_earlier->imei != facts.imei)
    return refusal("serial number " + facts.serial + " belongs to IMEI " + facts.serial_earlier->imei + ", and IMEI " +
                       facts.imei + " is in the slot",
                   "the modem was replaced or the boards were swapped: scan the board in slot " + facts.slot);
  return std::nullopt;
}

std::optional<Error> firmware_trouble(const config::Job& job, const Facts& facts, std::vector<std::string>& notes) {
  const auto& rule = job.firmware;
  std::string why;
  if (std::find(rule.allow.begin(), rule.allow.end(), facts.firmware) == rule.allow.end() && !rule.allow.empty())
    why = "firmware " + facts.firmware + " is not on the job's list";
  else if (!rule.require_verdict.empty() && facts.verdict != rule.require_verdict)
    why = "firmware " + facts.firmware + " has " +
          (facts.verdict ? "the verdict \"" + *facts.verdict + "\"" : std::string("no stored verdict")) +
          ", and the job asks for \"" + rule.require_verdict + "\"";
  if (why.empty() || rule.others == config::Others::allow) return std::nullopt;
  if (rule.others == config::Others::warn) {
    notes.push_back(why);
    return std::nullopt;
  }
  return refusal(why, "put the board aside; an engineer adds the firmware to the job, or runs verify on it");
}

std::optional<Error> batch_trouble(const config::Job& job, const Facts& facts, std::vector<std::string>& notes) {
  if (!facts.earlier) return std::nullopt;
  const auto& earlier = *facts.earlier;
  if (!earlier.batch.empty() && !job.batch.empty() && earlier.batch != job.batch) {
    const auto why = "IMEI " + facts.imei + " belongs to batch " + earlier.batch + ", and this is batch " + job.batch;
    if (!job.other_batch)
      return refusal(why, "put the board with its batch; other_batch = true in the job takes it into this one");
    notes.push_back(why);
  }
  if (earlier.result == "pass")
    notes.push_back("provisioned before" + (earlier.finished.empty() ? "" : ", on " + earlier.finished));
  else if (earlier.result == "fail")
    notes.push_back("failed before" + (earlier.finished.empty() ? "" : ", on " + earlier.finished));
  else if (!earlier.state.empty())
    notes.push_back("was cut before, at \"" + earlier.state + "\": goes on from there");
  return std::nullopt;
}

bool connects(const config::Job& job, const Facts& facts) {
  switch (job.steps.connect) {
    case config::Connect::always: return true;
    case config::Connect::never: return false;
    case config::Connect::sample: return facts.begun_in_batch % static_cast<std::uint64_t>(job.steps.sample_every) == 0;
  }
  return true;
}

// A board that is new to the line has nothing to be issued anew, whoever asks.
bool reissues(const config::Job& job, const Facts& facts) {
  if (!job.steps.mutual || !facts.earlier) return false;
  if (facts.reissue_asked) return true;
  return job.reissue.when == config::Reissue::known && facts.earlier->passed_once;
}

}  // namespace

Decision decide(const config::Job& job, const Facts& facts) {
  Decision decision;
  if (!facts.held.empty()) {
    decision.refused = refusal("the batch is held: " + facts.held, "an engineer looks at it and releases the batch");
    return decision;
  }
  decision.refused = identity_trouble(facts);
  if (!decision.refused) decision.refused = firmware_trouble(job, facts, decision.notes);
  if (!decision.refused) decision.refused = batch_trouble(job, facts, decision.notes);
  decision.connect = connects(job, facts);
  if (job.steps.connect == config::Connect::sample)
    decision.notes.emplace_back(decision.connect ? "picked as a sample: it connects"
                                                 : "no sample: it does not connect");
  decision.reissue = reissues(job, facts);
  if (decision.reissue)
    decision.notes.emplace_back("came back: its certificate is issued anew, the old one is revoked");
  return decision;
}

std::string hold_after(const config::Job& job, bool connected, bool passed, std::string_view imei) {
  if (job.steps.connect != config::Connect::sample || !connected || passed) return {};
  return "the sampled board with IMEI " + std::string(imei) + " failed";
}

}  // namespace epki::station

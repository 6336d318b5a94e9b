#include "provision/plan/boot_check.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/ec200u/replies.hpp"
#include "provision/plan/boot_exchanges.hpp"

namespace epki::plan {

namespace {

using Kind = BootStep::Kind;
using Severity = BootFinding::Severity;
using From = CaptureLine::From;

class BootJudge {
 public:
  BootJudge(const Boot& boot, const BootSequence& sequence, BootVerdict& verdict)
      : boot_(boot), sequence_(sequence), verdict_(verdict) {
    const auto opens = [&](const Exchange& e) {
      return e.command.starts_with("AT+QMTOPEN=" + std::to_string(sequence_.client) + ",");
    };
    const auto at = std::ranges::find_if(boot_.exchanges, opens);
    open_ = static_cast<std::size_t>(at - boot_.exchanges.begin());
  }

  void judge() {
    for (const auto& step : sequence_.steps) judge_step(step);
    judge_writes();
    judge_tls();
    judge_open();
  }
  bool opens() const { return open_ < boot_.exchanges.size(); }

 private:
  void say(Severity severity, std::size_t line, const std::string& step, std::string what) {
    verdict_.findings.push_back({.severity = severity, .line = line, .step = step, .what = std::move(what)});
  }
  std::span<const Exchange> before_open() const {
    return std::span(boot_.exchanges).first(std::min(open_, boot_.exchanges.size()));
  }
  std::size_t open_line() const { return opens() ? boot_.exchanges[open_].line : 0; }

  void judge_step(const BootStep& step) {
    switch (step.kind) {
      case Kind::wait:
        if (!boot_.ready) say(Severity::warning, 0, {}, "no RDY is in the capture: it begins after the boot");
        return;
      case Kind::clock: return judge_clock(step);
      case Kind::registered: return judge_registered(step);
      default: return judge_command(step);
    }
  }

  /// A step that was not sent in time: where else it was sent says why.
  void missing(const BootStep& step) {
    if (step.may_fail || step.send == "ATE0")
      return say(Severity::notice, 0, step.send, "not sent; not every device needs it");
    const auto same = [&](const Exchange& e) { return same_command(e.command, step.send); };
    const auto late = std::ranges::find_if(boot_.exchanges, same);
    if (late != boot_.exchanges.end())
      return say(Severity::error, late->line, step.send,
                 "sent only after the connection was opened in line " + std::to_string(open_line()));
    const auto early = std::ranges::find_if(boot_.before, [&](const CaptureLine& line) {
      return line.from == From::host && same_command(line.text, step.send);
    });
    if (early != boot_.before.end())
      return say(Severity::error, early->line, step.send, "sent only before RDY: the modem may take it and forget it");
    if (another_value(step)) return;  // judge_writes() says which
    say(opens() ? Severity::error : Severity::warning, 0, step.send,
        "not sent" + std::string(opens() ? "" : ", as far as the capture goes"));
  }

  /// The same setting was written, with another value.
  bool another_value(const BootStep& step) const {
    const auto cut = step.send.rfind(',');
    if (!step.send.starts_with("AT+QSSLCFG=") || cut == std::string::npos) return false;
    const auto key = lower(step.send.substr(0, cut + 1));
    return std::ranges::any_of(before_open(), [&](const Exchange& e) { return lower(e.command).starts_with(key); });
  }

  void judge_command(const BootStep& step) {
    const Exchange* found = nullptr;
    for (const auto& one : before_open())
      if (same_command(one.command, step.send)) found = &one;
    if (found == nullptr) return missing(step);
    if (!found->final)
      return say(Severity::warning, found->line, step.send, "no answer before the next command was sent");
    if (!found->ok() && !step.may_fail)
      return say(Severity::error, found->line, step.send, "answered " + *found->final);
    judge_time(step, *found);
    if (step.kind == Kind::deferred && found->ok() && !has_line_after(*found, step.expect) && !step.may_fail)
      say(Severity::error, found->line, step.send, "no " + step.expect + " before the connection is opened");
  }

  bool has_line_after(const Exchange& from, std::string_view expect) const {
    const auto end = opens() ? boot_.exchanges[open_].position : boot_.lines.size();
    for (auto i = from.position; i < end; ++i)
      if (boot_.lines[i].from == From::modem && boot_.lines[i].text.starts_with(expect)) return true;
    return false;
  }

  void judge_time(const BootStep& step, const Exchange& found) {
    if (!found.at || !found.final_at || step.kind == Kind::deferred) return;
    const auto took = *found.final_at - *found.at;
    if (took > step.limit)
      say(Severity::warning, found.line, step.send,
          "answered after " + std::to_string(took.count()) + " ms, and the limit is " +
              std::to_string(step.limit.count()));
  }

  void judge_registered(const BootStep& step) {
    const Exchange* last = nullptr;
    for (const auto& one : before_open()) {
      if (!same_command(one.command, step.send)) continue;
      last = &one;
      for (const auto& answer : one.answers) {
        const auto numbers = ec200u::parse_numbers(answer, "+CEREG:");
        if (numbers && numbers->size() > 1 && ((*numbers)[1] == 1 || (*numbers)[1] == 5)) return;
      }
    }
    if (last == nullptr)
      return say(Severity::warning, 0, step.send, "the device does not look whether it is registered");
    say(Severity::warning, last->line, step.send, "the device goes on although it is not registered");
  }

  /// The last answer before the connection decides. A time server's answer in this boot shows the time as well.
  void judge_clock(const BootStep& step) {
    const Exchange* asked = nullptr;
    std::optional<int> year;
    for (const auto& one : before_open()) {
      if (!same_command(one.command, step.send)) continue;
      asked = &one;
      for (const auto& answer : one.answers)
        if (answer.starts_with("+CCLK:"))
          if (const auto reading = ec200u::parse_clock(answer)) year = year_of(reading->utc);
    }
    if (asked == nullptr)
      return say(opens() ? Severity::error : Severity::warning, open_line(), step.send,
                 "the connection is opened without a look at the clock: certificates are judged by it");
    if (!year)
      return say(Severity::error, asked->line, step.send, "the answer to the clock's question is not in the capture");
    if (*year < step.year)
      say(opens() ? Severity::error : Severity::warning, asked->line, step.send,
          "the clock says " + std::to_string(*year) + ", and the year must be " + std::to_string(step.year) +
              " or later before the connection is opened");
  }

  /// What is written last into this context decides, whatever was written before.
  void judge_writes() {
    std::vector<const Exchange*> seen;
    for (auto at = before_open().rbegin(); at != before_open().rend(); ++at) {
      const auto fields = ec200u::parse_fields(at->command, "AT+QSSLCFG=");
      if (!fields || fields->size() < 3 || (*fields)[1].text != std::to_string(sequence_.context)) continue;
      const auto& key = (*fields)[0].text;
      const bool later = std::ranges::any_of(seen, [&](const Exchange* e) {
        return equal_ignoring_case(ec200u::parse_fields(e->command, "AT+QSSLCFG=")->front().text, key);
      });
      if (later) continue;
      seen.push_back(&*at);
      judge_write(*at, key, (*fields)[2].text);
    }
  }

  void judge_write(const Exchange& at, const std::string& key, const std::string& value) {
    for (const auto& step : sequence_.steps) {
      const auto wanted = ec200u::parse_fields(normal_command(step.send), "AT+QSSLCFG=");
      if (!wanted || wanted->size() < 3 || !equal_ignoring_case((*wanted)[0].text, key)) continue;
      if (!ec200u::same_ssl_value(key, value, (*wanted)[2].text))
        say(Severity::error, at.line, step.send, key + " is set to " + value + ", not to " + (*wanted)[2].text);
      return;
    }
    if (equal_ignoring_case(key, "cacertex"))
      say(Severity::error, at.line, {}, "a second CA is bound with cacertex, which the sequence does not have");
    else
      say(Severity::warning, at.line, {}, key + " is set to " + value + ", which the sequence does not do");
  }

  /// Never MQTT without TLS: the last word before the connection counts.
  void judge_tls() {
    const auto mine = "AT+QMTCFG=\"ssl\"," + std::to_string(sequence_.client) + ",";
    const Exchange* last = nullptr;
    for (const auto& one : before_open())
      if (lower(one.command).starts_with(lower(mine))) last = &one;
    if (last == nullptr || !opens()) return;
    const auto wanted = std::ranges::find_if(sequence_.steps,
                                             [&](const BootStep& s) { return lower(s.send).starts_with(lower(mine)); });
    if (wanted != sequence_.steps.end() && !same_command(last->command, wanted->send))
      say(Severity::error, last->line, wanted->send, "the last word before the connection is " + last->command);
  }

  void judge_open() {
    if (!opens()) return;
    const auto& open = boot_.exchanges[open_];
    if (!same_command(open.command, boot_open_line(sequence_)))
      say(Severity::error, open.line, boot_open_line(sequence_), "the device opens " + open.command);
  }

  const Boot& boot_;
  const BootSequence& sequence_;
  BootVerdict& verdict_;
  std::size_t open_ = 0;
};

bool has_severity(const BootVerdict& verdict, Severity severity) {
  return std::ranges::any_of(verdict.findings, [&](const BootFinding& f) { return f.severity == severity; });
}

/// The modem echoes until it is told not to: after that a capture of one wire shows one side.
bool goes_blind(const Capture& capture) {
  if (capture.directions_named) return false;
  const auto off = std::ranges::find_if(capture.lines, [](const CaptureLine& line) {
    return line.from == From::host && normal_command(line.text) == "ATE0";
  });
  if (off == capture.lines.end()) return false;
  return std::none_of(off + 1, capture.lines.end(), [](const CaptureLine& line) { return line.from == From::host; });
}

BootVerdict& conclude(BootVerdict& verdict, BootVerdict::Answer answer, std::string because) {
  verdict.answer = answer;
  verdict.because = std::move(because);
  return verdict;
}

std::string_view severity_word(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::notice: return "notice";
  }
  return "error";
}

}  // namespace

std::string_view word(BootFinding::Severity severity) {
  return severity_word(severity);
}

std::string_view word(BootVerdict::Answer answer) {
  switch (answer) {
    case BootVerdict::Answer::right: return "right";
    case BootVerdict::Answer::wrong: return "wrong";
    case BootVerdict::Answer::inconclusive: return "inconclusive";
  }
  return "inconclusive";
}

BootVerdict check_boot(const Capture& capture, const BootSequence& sequence) {
  using Answer = BootVerdict::Answer;
  BootVerdict verdict;
  if (capture.lines.empty()) return conclude(verdict, Answer::inconclusive, "the capture is empty");
  if (!capture.host_seen)
    return conclude(verdict, Answer::inconclusive,
                    "the capture shows only what the modem says; record what the host sends as well");
  if (goes_blind(capture))
    return conclude(verdict, Answer::inconclusive,
                    "after ATE0 the capture shows only what the modem says; record both directions, or leave ATE0 out "
                    "for this recording");
  bool all_open = true, all_ready = true;
  for (const auto& boot : boots_of(capture)) {
    if (boot.exchanges.empty() && boot.ready && boot.before.empty()) continue;
    ++verdict.boots;
    BootJudge judge(boot, sequence, verdict);
    judge.judge();
    all_open = all_open && judge.opens();
    all_ready = all_ready && boot.ready;
  }
  if (std::ranges::none_of(capture.lines, [](const CaptureLine& line) { return line.at.has_value(); }))
    verdict.not_judged.emplace_back("time limits: the capture has no times");
  if (has_severity(verdict, Severity::error))
    return conclude(verdict, Answer::wrong, "the firmware does not send what its boot sequence says");
  if (!all_ready)
    return conclude(verdict, Answer::inconclusive, "no RDY is in the capture: settings may have been sent too early");
  if (!all_open) return conclude(verdict, Answer::inconclusive, "the capture ends before the connection is opened");
  return conclude(verdict, Answer::right,
                  has_severity(verdict, Severity::warning) ? "everything is sent; see the warnings"
                                                           : "everything is sent as it should be");
}

Json BootVerdict::json() const {
  Json all = Json::array();
  for (const auto& finding : findings)
    all.push(Json::object({{"severity", word(finding.severity)},
                           {"line", finding.line > 0 ? Json(finding.line) : Json()},
                           {"step", finding.step.empty() ? Json() : Json(finding.step)},
                           {"what", finding.what}}));
  return Json::object({{"verdict", word(answer)},
                       {"because", because},
                       {"boots", boots},
                       {"findings", std::move(all)},
                       {"not_judged", Json::array_of(not_judged)}});
}

std::string BootVerdict::text(std::string_view capture_name) const {
  std::string text;
  for (const auto& finding : findings)
    text += std::string(capture_name) + (finding.line > 0 ? ":" + std::to_string(finding.line) : std::string()) + ": " +
            std::string(word(finding.severity)) + ": " + (finding.step.empty() ? "" : finding.step + ": ") +
            finding.what + "\n";
  for (const auto& one : not_judged) text += "not judged: " + one + "\n";
  return text + std::string(word(answer)) + ": " + because + "\n";
}

}  // namespace epki::plan

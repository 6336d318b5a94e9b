#include "sim/front/terminal.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace epki::sim {
namespace {

constexpr std::size_t line_limit = 2048;  // AT reference, 5

bool has_prefix(std::string_view line) {
  return line.size() >= 2 && equal_ignoring_case(line.substr(0, 2), "AT");
}

}  // namespace

void Terminal::receive(std::string_view bytes, Moment now) {
  if (deaf_) return;
  input_ += bytes;
  process(now);
}

void Terminal::process(Moment now) {
  std::size_t used = 0;
  while (used < input_.size() && !deaf_) {
    if (sink_) {
      in_sink_ = true;
      const auto taken = sink_(std::string_view(input_).substr(used), now);
      in_sink_ = false;
      used += taken;
      if (std::exchange(sink_ended_, false))
        sink_ = nullptr;
      else if (taken == 0)
        break;
    } else if (busy_) {
      break;
    } else {
      take_character(input_[used++], now);
    }
  }
  // A reboot on the way has emptied the buffer already.
  input_.erase(0, std::min(used, input_.size()));
  if (!echo_.empty()) wire_.echo(std::exchange(echo_, {}), now);
}

void Terminal::take_character(char c, Moment now) {
  if (settings.echo) echo_ += c;
  if (c == '\r') {
    if (!echo_.empty()) wire_.echo(std::exchange(echo_, {}), now);
    line_complete(now);
  } else if (c == '\b') {
    if (!line_.empty()) line_.pop_back();
  } else if (c != '\n') {
    if (line_.size() < line_limit)
      line_ += c;
    else
      overlong_ = true;
  }
}

void Terminal::line_complete(Moment now) {
  std::string line = std::exchange(line_, {});
  const bool overlong = std::exchange(overlong_, false);
  while (!line.empty() && (static_cast<unsigned char>(line.front()) <= ' ' || line.front() == '\x7f')) line.erase(0, 1);
  if (!has_prefix(line)) return;  // line noise is not answered
  const auto fate = owner_.on_line(line, now);
  if (fate.kind == Fate::Kind::swallow) return;
  if (overlong) line = "AT~";  // no command: ERROR, after the usual time
  busy_ = true;
  const auto wait = think + (fate.kind == Fate::Kind::late ? fate.by : std::chrono::milliseconds(0));
  if (wait.count() > 0)
    timeline_.at(now + wait, [this, fate, line = std::move(line)](Moment at) { carry_out(line, fate, at); });
  else
    carry_out(line, fate, now);
}

void Terminal::carry_out(const std::string& line, const Fate& fate, Moment now) {
  using Kind = Fate::Kind;
  muted_ = fate.kind == Kind::mute;
  stray_ = fate.kind == Kind::stray;
  delay_ = fate.kind == Kind::overtaken ? fate.by : std::chrono::milliseconds(0);
  if (fate.kind != Kind::refuse && fate.kind != Kind::pretend) return execute(line, now);
  constexpr int unknown = 100;  // 3GPP TS 27.007, 9.2.1
  conclude(fate.kind == Kind::refuse ? Answer::cme(unknown) : Answer::ok(), now);
  idle(now);
}

void Terminal::execute(const std::string& line, Moment now) {
  const auto parsed = parse_command_line(std::string_view(line).substr(2));
  if (!parsed) {
    conclude(Answer::error(), now);
    idle(now);
    return;
  }
  commands_.assign(parsed->begin(), parsed->end());
  if (commands_.empty()) {
    conclude(Answer::ok(), now);
    idle(now);
    return;
  }
  step(now);
}

void Terminal::step(Moment now) {
  while (!commands_.empty()) {
    const Command command = std::move(commands_.front());
    commands_.pop_front();
    const auto answer = owner_.run(command, commands_.empty(), now);
    if (answer.kind == Answer::Kind::later) return;
    if (!conclude(answer, now)) break;
  }
  idle(now);
}

/// False: the line ends here.
bool Terminal::conclude(const Answer& answer, Moment now) {
  const bool last = answer.kind != Answer::Kind::ok || commands_.empty();
  emit(answer, last, now);
  if (last) commands_.clear();
  if (answer.then) answer.then(now);
  return !last;
}

void Terminal::emit(const Answer& answer, bool last, Moment now) {
  std::string information;
  for (const auto& line : answer.lines) information += line + "\r\n";
  if (!information.empty()) information = "\r\n" + information;
  information += answer.tail;
  std::string result;
  if (last) {
    result = "\r\n" +
             (answer.kind == Answer::Kind::ok      ? "OK"
              : answer.kind == Answer::Kind::error ? "ERROR"
                                                   : cme_line(answer.code, settings.cmee, cme_words)) +
             "\r\n";
  }
  const auto stray = last ? next_stray_urc() : std::string();
  const bool before = information.empty() || (seed = seed * 6364136223846793005ULL + 1442695040888963407ULL) >> 63U;
  this->answer(before ? stray + information + result : information + stray + result, now);
}

/// To the host, unless this line's answer is lost or late.
void Terminal::answer(std::string bytes, Moment now) {
  if (muted_) return;
  if (delay_.count() == 0) return wire_.send(bytes, now);
  timeline_.at(now + delay_, [this, bytes = std::move(bytes)](Moment at) { wire_.send(bytes, at); });
}

std::string Terminal::next_stray_urc() {
  if (stray_) return "\r\n+QIND: SMS DONE\r\n";
  if (urcs_in_replies.empty()) return {};
  return "\r\n" + urcs_in_replies[next_urc_++ % urcs_in_replies.size()] + "\r\n";
}

void Terminal::finish(const Answer& answer, Moment now) {
  if (!busy_) return;
  if (conclude(answer, now))
    step(now);
  else
    idle(now);
}

void Terminal::finish_silently(Moment now) {
  commands_.clear();
  idle(now);
}

/// No command under way: what waited may go out. process() takes care of the bytes that wait.
void Terminal::idle(Moment now) {
  busy_ = holding_ = muted_ = stray_ = false;
  delay_ = std::chrono::milliseconds(0);
  for (const auto& line : std::exchange(held_, {})) wire_.send(line, now);
}

void Terminal::begin_data(Sink sink) {
  sink_ = std::move(sink);
  holding_ = true;
}

void Terminal::end_data() {
  if (in_sink_)
    sink_ended_ = true;
  else
    sink_ = nullptr;
}

void Terminal::urc_bytes(std::string bytes, Moment now) {
  if (deaf_) return;
  if (holding_)
    held_.push_back(std::move(bytes));
  else
    wire_.send(bytes, now);
}

void Terminal::reset(bool deaf) {
  settings = {};
  deaf_ = deaf;
  busy_ = overlong_ = holding_ = muted_ = stray_ = false;
  delay_ = std::chrono::milliseconds(0);
  input_.clear();
  line_.clear();
  echo_.clear();
  if (sink_) end_data();
  commands_.clear();
  held_.clear();
}

}  // namespace epki::sim

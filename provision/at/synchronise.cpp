// Getting in step with a modem in an unknown state, and proving it.
//
// With the echo off a nonce cannot come back from plain AT, and with the echo on it proves nothing: characters are
// echoed when they are received, while the answer of an earlier command may still be on its way. But a modem works off
// its lines in order. So a query is sent whose answer has a shape no earlier unanswered command has; once that shape
// and its OK are there, all that was asked before is answered or lost. No two queries in a row have the same shape, and
// while one is unanswered the waits grow: a query would have to be answered five queries (a minute and more) late to be
// taken for its successor.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "provision/at/driver.hpp"

namespace epki::at {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Probe {
  std::string_view line;    ///< a query of 3GPP 27.007 that reads and changes nothing
  std::string_view answer;  ///< how its answer begins; empty: digits only
};
constexpr std::array probes{Probe{"AT+CSQ", "+CSQ: "}, Probe{"AT+CREG?", "+CREG: "}, Probe{"AT+CCLK?", "+CCLK: "},
                            Probe{"AT+CEREG?", "+CEREG: "}, Probe{"AT+CGSN", ""}};

bool has_shape(const Probe& probe, std::string_view line) {
  if (!probe.answer.empty()) {
    // An unsolicited +CREG has one field, the answer to the query two.
    const bool counted = probe.line.ends_with("REG?");
    return line.starts_with(probe.answer) && (!counted || line.find(',') != std::string_view::npos);
  }
  return line.size() >= 14 && line.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Would a late answer to `unanswered` look like this probe's?
bool looks_like(const Probe& probe, std::string_view unanswered) {
  if (!probe.answer.empty())
    return unanswered.find(probe.answer.substr(0, probe.answer.size() - 2)) != std::string_view::npos;
  return unanswered.find("SN") != std::string_view::npos || unanswered.find("CIMI") != std::string_view::npos;
}

/// Waits between attempts; the last one repeats.
constexpr std::array waits{milliseconds(500),  milliseconds(1000), milliseconds(2000),
                           milliseconds(4000), milliseconds(8000), milliseconds(16000)};

// Where a modem is found that does not answer at the speed it was expected at: what it is delivered with, and what
// people set it to (AT reference, 5). One that a cut run left at a raised speed is among them.
constexpr std::array<std::int64_t, 7> usual_speeds{115200, 921600, 460800, 230400, 57600, 38400, 9600};
constexpr std::size_t speeds_at_attempt = 3;
// No prompt of this family asks for more data.
constexpr std::size_t longest_prompted = 4096;

Deadline sooner(Deadline by, milliseconds span) {
  return std::min(by, after(span));
}

// Our own "AT" come back, and what ends a transfer, and nothing else: a hung modem that still echoes, or a cable that
// leads back to us.
bool only_echoes(std::string_view heard) {
  std::string rest;
  for (const char c : heard)
    if (c != '\r' && c != '\n' && c != '+' && c != '\x1b') rest += c;
  for (std::size_t i = 0; i < rest.size(); ++i)
    if (rest[i] != (i % 2 == 0 ? 'A' : 'T')) return false;
  return !rest.empty();
}

}  // namespace

void Engine::Impl::take_sample(std::string_view bytes) {
  constexpr std::size_t enough = 60;
  if (sample.size() < enough) sample += bytes.substr(0, enough - sample.size());
}

Error Engine::Impl::nobody_there() const {
  if (only_echoes(sample))
    return {Errc::modem_gone, "what is on " + wire.name() + " sends back what it is sent and answers nothing",
            "restart the modem; check that RX and TX are not joined, and that this is the AT port (USB interface 2)"};
  if (sample.empty())
    return {Errc::modem_gone, "nothing answers on " + wire.name(),
            "check power and cable, and that this is the AT port (USB interface 2, usually /dev/ttyUSB0)"};
  return {Errc::modem_refused,
          "what is on " + wire.name() + " does not answer like a modem: \"" + visible(log.masked(sample)) + "\"",
          "choose the AT port (USB interface 2): the others carry positions, logs or data"};
}

/// Sends a line and hears until any result code. Nothing: none came in time.
Result<Engine::Impl::Heard> Engine::Impl::try_line(std::string_view line, Deadline by, std::string_view answer_prefix) {
  ++statistics.exchanges;
  talk.begin({.command = std::string(line), .answer_prefix = std::string(answer_prefix)});
  if (auto sent = send(std::string(line) + "\r", by); !sent) return std::move(sent).error();
  log.flush();
  // A restart line answers nothing, but the modem is there.
  auto heard = hear_until([&] { return talk.state() != Conversation::State::waiting; }, by);
  log.flush();
  if (heard && talk.state() == Conversation::State::restarted) return Heard::nothing;
  if (heard && *heard == Heard::nothing) owe();
  return heard;
}

/// A modem that waits for the rest of an upload swallows commands as data, and what is missing cannot be known from
/// outside. `+++` ends the transfer (AT reference, 3); an ESC ends a `> ` prompt. A modem that was in neither state has
/// now a meaningless line before it, which the CR ends. A prompt whose length was garbled on its way, 43 into 433, ends
/// with neither: it is filled up with empty lines, which mean nothing to a modem that waits for none. Where all this
/// fails, the transfer's own timeout remains: the growing waits let it pass.
Status Engine::Impl::leave_data_mode(Leave how, Deadline by) {
  // Idle, because a result of the transfer may come or not, and decides nothing.
  talk.abandon();
  const std::string filling(how == Leave::filled ? longest_prompted : 0, '\r');
  for (const std::string_view nudge : {std::string_view("+++"), std::string_view("\x1b"), std::string_view(filling)}) {
    if (nudge.empty()) continue;
    if (auto sent = send(nudge, by); !sent) return sent;
    log.flush();
    auto heard = hear(sooner(by, milliseconds(600)));
    if (!heard) return std::move(heard).error();
    if (*heard == Heard::something) break;
  }
  in_data_mode = false;
  return send("\r", by);
}

/// Asks at the usual speeds. Something: the line stays at the one that was answered. Nothing: it is as it was before.
Result<Engine::Impl::Heard> Engine::Impl::try_speeds(Deadline by) {
  const auto before = wire.speed();
  for (const auto speed : usual_speeds) {
    if (speed == before) continue;
    if (monotonic_now() >= by) break;
    // A port that does not run at this speed is no reason to stop.
    if (auto set = wire.set_speed(speed); !set) continue;
    // The first one ends what the modem made of bytes at other speeds.
    for (int n = 0; n < 2; ++n) {
      auto heard = try_line("AT", sooner(by, milliseconds(300)));
      if (!heard || *heard == Heard::something) return heard;
    }
  }
  if (auto back = wire.set_speed(before); !back) return std::move(back).error();
  return Heard::nothing;
}

Status Engine::Impl::reach(Deadline by) {
  sample.clear();
  sampling = true;
  Status reached = nobody_there();
  std::size_t attempt = 0;
  do {
    if (in_data_mode || attempt == 2 || attempt == 5) {
      if (auto left = leave_data_mode(attempt == 5 ? Leave::filled : Leave::nudged, by); !left) {
        reached = std::move(left);
        break;
      }
    }
    const bool elsewhere = attempt == speeds_at_attempt && wire.speed() > 0;
    auto heard =
        elsewhere ? try_speeds(by) : try_line("AT", sooner(by, waits[std::min(attempt / 2, waits.size() - 1)]));
    ++attempt;
    if (!heard || *heard == Heard::something) {
      reached = heard ? success() : Status(std::move(heard).error());
      break;
    }
    reached = nobody_there();
  } while (monotonic_now() < by);
  sampling = false;
  talk.abandon();
  return reached;
}

/// One query. Every result code is somebody's: this query's where its line came with it, else that of an earlier
/// command, and the next one is awaited.
Result<Engine::Impl::Probed> Engine::Impl::probe(std::size_t number, Deadline by) {
  const Probe& asked_now = probes[number];
  auto heard = try_line(asked_now.line, by, asked_now.answer);
  Probed outcome = Probed::silent;
  while (heard && *heard == Heard::something) {
    const Reply reply = talk.take_reply();
    for (const auto& line : reply.lines)
      if (reply.ok() && has_shape(asked_now, line)) return Probed::proven;
    pay();
    if (!reply.ok())
      outcome = Probed::refused;
    else if (outcome == Probed::silent && reply.lines.empty())
      outcome = Probed::bare;
    // After a refusal, which may be this query's own, a short quiet is enough.
    talk.begin({.command = std::string(asked_now.line), .answer_prefix = std::string(asked_now.answer)});
    heard = hear_until([&] { return talk.state() == Conversation::State::answered; },
                       outcome == Probed::refused ? sooner(by, milliseconds(300)) : by);
    if (heard && *heard == Heard::nothing && outcome != Probed::refused) owe();
    log.flush();
  }
  if (!heard) return std::move(heard).error();
  talk.abandon();
  return outcome;
}

Status Engine::Impl::prove(Deadline by) {
  std::size_t refusals = 0;
  std::size_t silences = 0;
  std::size_t bare = 0, tried = 0;
  for (; tried == 0 || monotonic_now() < by; ++tried) {
    if (in_data_mode || silences == 3)
      if (auto left = leave_data_mode(silences == 3 ? Leave::filled : Leave::nudged, by); !left) return left;
    while (looks_like(probes[next_probe % probes.size()], unanswered)) ++next_probe;
    auto outcome = probe(next_probe++ % probes.size(), sooner(by, waits[std::min(tried, waits.size() - 1)]));
    if (!outcome) return std::move(outcome).error();
    refusals += *outcome == Probed::refused ? 1U : 0U;
    bare += *outcome == Probed::bare ? 1U : 0U;
    silences += *outcome == Probed::silent || *outcome == Probed::bare ? 1U : 0U;
    // A modem that refuses every query leaves the weaker proof: each was answered, and then it was quiet.
    if (*outcome == Probed::proven || refusals == probes.size()) {
      in_step = true;
      unanswered.clear();
      return success();
    }
  }
  // One that is late with its answers is silent for some of these.
  constexpr std::size_t telling = 3;
  if (bare == tried && tried >= telling)
    return Error{Errc::modem_refused,
                 "what answers on " + wire.name() + " says OK to whatever it is asked and tells nothing: it does not " +
                     "identify itself as a modem",
                 "choose the AT port of the EC200U (USB interface 2, usually /dev/ttyUSB0)"};
  return Error{Errc::modem_gone, "the modem on " + wire.name() + " has stopped answering",
               "power-cycle the modem and run the same command again"};
}

/// The same kind of query as a proof: its own answer comes after everything that was answered before it.
Result<Reply> Engine::Impl::confirm(Reply reply, Deadline by) {
  while (looks_like(probes[next_probe % probes.size()], unanswered)) ++next_probe;
  const Probe& asked_now = probes[next_probe++ % probes.size()];
  std::vector<Reply> all{std::move(reply)};
  auto heard = try_line(asked_now.line, sooner(by, milliseconds(2000)), asked_now.answer);
  bool fenced = false;
  while (heard && *heard == Heard::something && !fenced) {
    Reply next = talk.take_reply();
    fenced =
        std::any_of(next.lines.begin(), next.lines.end(), [&](const auto& line) { return has_shape(asked_now, line); });
    if (fenced) break;
    all.push_back(std::move(next));
    talk.begin({.command = std::string(asked_now.line), .answer_prefix = std::string(asked_now.answer)});
    heard = hear_until([&] { return talk.state() != Conversation::State::waiting; }, sooner(by, milliseconds(2000)));
  }
  log.flush();
  if (!heard) return give_up(std::move(heard).error());
  if (!fenced) return give_up(unanswered_error());
  if (all.size() == 1) return std::move(all.front());
  pay(all.size() - 1);
  const auto telling = std::find_if(all.begin(), all.end(), [](const Reply& r) { return !r.lines.empty(); });
  const bool agree = std::all_of(all.begin(), all.end(), [&](const Reply& r) { return r.final == all.front().final; });
  if (agree) return std::move(telling == all.end() ? all.front() : *telling);
  return Error{Errc::modem_gone,
               "two answers came to " + log.masked(unanswered) + ", one of them late, and they differ",
               "run the same command again"};
}

Status Engine::synchronise(Deadline by) {
  impl_->in_step = false;
  impl_->echo_off = false;
  impl_->failed_by_restart = false;
  impl_->unanswered.clear();
  if (auto drained = impl_->drain(); !drained) return drained;
  if (auto reached = impl_->reach(by); !reached) return reached;
  auto quiet = impl_->try_line("ATE0", sooner(by, milliseconds(2000)));
  if (!quiet) return std::move(quiet).error();
  impl_->talk.abandon();
  if (auto proven = impl_->prove(by); !proven) return proven;
  // What was not answered so far was asked of a modem that was just starting, or waiting for data.
  impl_->owed = 0;
  impl_->restart_untold = false;
  return success();
}

}  // namespace epki::at

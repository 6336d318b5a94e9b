#include "provision/at/driver.hpp"

#include <algorithm>
#include <array>

#include "core/secret.hpp"
#include "core/text.hpp"

namespace epki::at {

namespace {

constexpr std::size_t block_size = 1024;  // the modem acknowledges each (AT reference, 3)
// An answer later than this is taken for lost. The longest a modem was seen to be busy with one simple command is a
// tenth of it.
constexpr std::chrono::seconds lateness{60};
// Silence after which a download that shows its end has ended.
constexpr std::chrono::milliseconds pause{1500};

Status check_line(std::string_view line) {
  if (line.size() + 1 > line_limit)
    return Error{Errc::usage,
                 "the command " + std::string(line.substr(0, line.find('='))) + " is " +
                     std::to_string(line.size() + 1) + " bytes long, the modem takes " + std::to_string(line_limit),
                 "use shorter names"};
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(line.begin(), line.end(), is_control))
    return Error{Errc::usage,
                 "the command " + visible(line.substr(0, line.find('='))) +
                     " has a line break or another control character in a value; nothing was sent",
                 "correct the name or value"};
  return success();
}

std::string seconds_since(std::chrono::steady_clock::time_point start) {
  const auto passed = monotonic_now() - start;
  const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(passed).count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace

Result<Engine::Impl::Heard> Engine::Impl::hear(Deadline by) {
  std::array<std::byte, 4096> chunk{};
  const auto start = monotonic_now();
  auto got = wire.read_some(chunk, by);
  statistics.on_the_wire += monotonic_now() - start;
  if (!got) return std::move(got).error();
  if (wire.losses() != losses_heard) {
    losses_heard = wire.losses();
    talk.port_lost();
    draw_consequences();
    return Heard::something;
  }
  if (*got == 0) return Heard::nothing;
  const auto bytes = as_text(std::span(chunk).first(*got));
  statistics.bytes_in += *got;
  log.received(bytes);
  if (sampling) take_sample(bytes);
  talk.feed(bytes);
  wipe(std::span(chunk).first(*got));  // a key that is read back passes here
  if (talk.restarts() != restarts_heard) draw_consequences();
  return Heard::something;
}

/// A modem that has restarted owes nothing, waits for no data, and has forgotten what it was told.
void Engine::Impl::draw_consequences() {
  restarts_heard = talk.restarts();
  restart_untold = true;
  owed = 0;
  in_data_mode = false;
  in_step = false;
}

Status Engine::Impl::drain() {
  // Bounded, because a port that floods (positions, logs) is never empty.
  constexpr int most_reads = 64;
  for (int i = 0; i < most_reads; ++i) {
    auto heard = hear(Deadline::min());
    if (!heard) return std::move(heard).error();
    if (*heard == Heard::nothing) break;
  }
  return success();
}

Result<Engine::Impl::Heard> Engine::Impl::hear_until(const std::function<bool()>& done, Deadline by) {
  // A stream that has bytes gives them even after the deadline, so the clock is asked too.
  for (bool late = false; !done(); late = monotonic_now() >= by) {
    if (late) return Heard::nothing;
    auto heard = hear(by);
    if (!heard || *heard == Heard::nothing) return heard;
  }
  return Heard::something;
}

Status Engine::Impl::send(std::string_view bytes, Deadline by) {
  log.sent(bytes);
  const auto start = monotonic_now();
  auto sent = wire.write_all(as_bytes(bytes), by);
  statistics.on_the_wire += monotonic_now() - start;
  if (sent) statistics.bytes_out += bytes.size();
  return sent;
}

Error Engine::Impl::unanswered_error() const {
  return {Errc::modem_gone, log.masked(unanswered) + " was not answered in " + seconds_since(asked),
          "the modem may be busy, switched off or on another port: check power and cable, then run the same command "
          "again"};
}

Error Engine::Impl::tell_restart() {
  restart_untold = false;
  failed_by_restart = true;
  return {Errc::modem_gone,
          unanswered.empty() ? "the modem restarted by itself"
                             : "the modem restarted by itself during " + log.masked(unanswered),
          "check the modem's power supply (a current peak resets it), then run the same command again"};
}

void Engine::Impl::owe() {
  ++owed;
  owed_until = monotonic_now() + lateness;
}

Error Engine::Impl::give_up(Error error) {
  // The modem may wait for data although its prompt or CONNECT was lost.
  in_data_mode = !failed_by_restart && (in_data_mode || talk.awaits_data());
  if (!failed_by_restart) owe();
  talk.abandon();
  log.flush();
  in_step = false;
  return error;
}

Status Engine::Impl::ask(Conversation::Request request, Deadline by) {
  failed_by_restart = false;
  if (auto fit = check_line(request.command); !fit) return fit;
  if (!in_step) {
    if (auto proven = prove(by); !proven)
      return std::move(proven).error().during("getting back in step before " + log.masked(request.command));
  }
  // Lines that came in the meantime are unsolicited, whatever they look like.
  if (auto drained = drain(); !drained) return drained;
  pay(talk.take_late());
  log.flush();
  if (restart_untold) return tell_restart();
  const std::string line = request.command + "\r";
  unanswered = request.command;
  asked = monotonic_now();
  ++statistics.exchanges;
  talk.begin(std::move(request));
  auto sent = send(line, by);
  log.flush();
  if (!sent) return give_up(std::move(sent).error());
  auto heard = hear_until([&] { return talk.state() != Conversation::State::waiting || talk.receiving(); }, by);
  if (!heard) return give_up(std::move(heard).error().during("waiting for the answer to " + log.masked(unanswered)));
  if (talk.state() == Conversation::State::restarted) return give_up(tell_restart());
  if (*heard == Heard::nothing) return give_up(unanswered_error());
  return success();
}

Status Engine::Impl::receive(Deadline by) {
  const auto done = [&] { return talk.state() != Conversation::State::waiting; };
  while (!done()) {
    auto heard = hear_until(done, std::min(by, monotonic_now() + pause));
    if (!heard) return give_up(std::move(heard).error());
    if (*heard == Heard::something || monotonic_now() >= by) break;
    if (!talk.cut_short()) continue;
    talk.abandon();
    log.flush();
    return Error{Errc::modem_refused, "bytes were lost on the way: the transfer ended before all had come",
                 "check the cable, or use a lower --baud"};
  }
  return success();  // finish() tells what there is to tell
}

Result<Reply> Engine::Impl::finish(Deadline by) {
  using State = Conversation::State;
  auto heard = hear_until([&] { return talk.state() == State::answered || talk.state() == State::restarted; }, by);
  if (!heard) return give_up(std::move(heard).error().during("waiting for the end of " + log.masked(unanswered)));
  if (talk.state() == State::restarted) return give_up(tell_restart());
  if (*heard == Heard::nothing) return give_up(unanswered_error());
  log.flush();
  in_data_mode = false;
  // The echo is on at every boot (AT reference, 5): one that was off and is on again tells of a restart, also where the
  // restart line went to another port.
  const bool echo_is_back = echo_off && talk.echoed();
  echo_off = !talk.echoed();
  if (echo_is_back) {
    ++silent_restarts;
    return give_up(tell_restart());
  }
  return talk.take_reply();
}

/// In blocks, so that a refusal in the middle is heard before the rest is wasted.
Status Engine::Impl::send_blocks(std::string_view data, bool acknowledged, Deadline by,
                                 const std::function<void(std::size_t)>& progress) {
  const auto answered = [&] {
    return talk.state() == Conversation::State::answered || talk.state() == Conversation::State::restarted;
  };
  for (std::size_t at = 0; at < data.size();) {
    const auto block = data.substr(at, block_size);
    if (auto sent = send(block, by); !sent) return give_up(std::move(sent).error());
    at += block.size();
    if (at == data.size()) talk.data_complete();
    if (progress) progress(at);
    if (auto drained = drain(); !drained) return give_up(std::move(drained).error());
    if (answered()) return success();
    // The result line is enough after the last block; its 'A', where one comes, is read along with it.
    if (!acknowledged || at == data.size()) continue;
    auto heard = hear_until([&] { return answered() || talk.acknowledged() >= at / block_size; }, by);
    if (!heard) return give_up(std::move(heard).error());
    if (answered()) return success();
    if (*heard == Heard::nothing)
      return give_up({Errc::modem_gone,
                      "the modem stopped taking data after " + std::to_string(at) + " of " +
                          std::to_string(data.size()) + " bytes",
                      "run the same command again: it starts this file anew"});
  }
  return success();
}

}  // namespace epki::at

#pragma once
// The one loop that waits. It joins a wire, a Conversation, the log and the count of bytes.

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>

#include "provision/at/conversation.hpp"
#include "provision/at/engine.hpp"
#include "provision/at/wire_log.hpp"

namespace epki::at {

struct Engine::Impl {
  Impl(transport::ByteStream& stream, std::vector<std::string> unsolicited, std::string restart)
      : wire(stream),
        talk(std::move(unsolicited), std::move(restart)),
        home_speed(stream.speed()),
        losses_heard(stream.losses()) {}

  transport::ByteStream& wire;
  Conversation talk;
  WireLog log;
  Statistics statistics;
  std::int64_t home_speed;   ///< what the port was opened with
  std::size_t losses_heard;  ///< of the port, whose consequences were drawn

  bool in_step = true;
  bool in_data_mode = false;        ///< an upload was cut: the modem may take what comes next for its data
  std::string unanswered;           ///< the command whose answer may still come
  bool echo_off = false;            ///< the last command was not echoed
  std::size_t silent_restarts = 0;  ///< seen by an echo that is on again
  std::size_t excused_restarts = 0;
  std::size_t restarts_heard = 0;  ///< restart lines whose consequences were drawn
  bool restart_untold = false;     ///< the next command is not sent: its caller must learn of the restart first
  bool failed_by_restart = false;  ///< that is why the last command failed
  std::size_t owed = 0;            ///< answers to what was given up that have not come
  Deadline owed_until{};           ///< after which they are taken for lost

  enum class Heard : bool { nothing, something };
  /// One read, fed to the conversation. Nothing: the deadline passed.
  Result<Heard> hear(Deadline by);
  /// Takes what has already arrived, without waiting.
  Status drain();
  /// The loop: hears until `done`. Nothing: the deadline passed first.
  Result<Heard> hear_until(const std::function<bool()>& done, Deadline by);
  Status send(std::string_view bytes, Deadline by);

  /// Checks the line, re-synchronises where needed, sends it, and hears until the modem answers or wants data.
  Status ask(Conversation::Request request, Deadline by);
  /// The bytes of a download. An Error that leaves the conversation in step where some were lost on the way.
  Status receive(Deadline by);
  /// Ten bits a byte; nothing where the line has no speed (TCP, a program).
  std::chrono::nanoseconds time_on_line(std::uint64_t bytes) const {
    const auto baud = wire.speed();
    return std::chrono::nanoseconds(baud > 0 ? static_cast<std::int64_t>(bytes) * 10'000'000'000 / baud : 0);
  }
  bool owes() const { return owed > 0 && monotonic_now() < owed_until; }
  void owe();
  void pay(std::size_t answers = 1) { owed -= std::min(owed, answers); }
  /// A result code came that stands alone, while another one was owed: a query that follows shows how many there are.
  /// An Error where two came that do not say the same.
  Result<Reply> confirm(Reply reply, Deadline by);
  /// Says that the modem restarted, once for each restart.
  Error tell_restart();
  void draw_consequences();
  /// Hears until the final result code.
  Result<Reply> finish(Deadline by);
  Status send_blocks(std::string_view data, bool acknowledged, Deadline by,
                     const std::function<void(std::size_t)>& progress);
  /// Any way out of an exchange but its end: what still comes of it must not be taken for the next one's.
  Error give_up(Error error);
  Error unanswered_error() const;

  // synchronise.cpp
  Status reach(Deadline by);
  Status prove(Deadline by);
  Result<Heard> try_line(std::string_view line, Deadline by, std::string_view answer_prefix = {});
  enum class Probed : std::uint8_t {
    proven,
    refused,
    bare,  ///< a result came, and nothing that was asked for
    silent
  };
  Result<Probed> probe(std::size_t number, Deadline by);
  enum class Leave : bool { nudged, filled };
  Status leave_data_mode(Leave how, Deadline by);
  Result<Heard> try_speeds(Deadline by);
  void take_sample(std::string_view bytes);
  Error nobody_there() const;
  std::size_t next_probe = 0;
  std::string sample;  ///< what was heard while nothing that is AT was
  bool sampling = false;
  std::chrono::steady_clock::time_point asked{};
};

}  // namespace epki::at

#pragma once
// The AT front end: characters to command lines, answers to bytes. It knows the shapes of AT (echo, results, prompts,
// data modes, unsolicited lines) and no command.

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/front/answer.hpp"
#include "sim/front/command_line.hpp"
#include "sim/front/wire.hpp"

namespace epki::sim {

class Terminal {
 public:
  /// What a complete line may meet before it is executed.
  struct Fate {
    enum class Kind : std::uint8_t {
      run,
      swallow,    ///< as if it had never come
      mute,       ///< carried out, and its answer is lost
      late,       ///< carried out and answered `by` late; other lines wait
      overtaken,  ///< carried out at once and answered `by` late; other lines do not wait
      refuse,     ///< ERROR, or +CME ERROR where those are on
      pretend,    ///< OK, and not carried out
      stray,      ///< an unsolicited line in the middle of the answer
    } kind = Kind::run;
    std::chrono::milliseconds by{0};
  };
  struct Owner {
    std::function<Fate(std::string_view line, Moment)> on_line;
    std::function<Answer(const Command&, bool last, Moment)> run;
  };
  /// Consumes data-mode bytes: how many of them it took. It calls end_data() when it has enough.
  using Sink = std::function<std::size_t(std::string_view, Moment)>;

  Terminal(Wire& wire, Timeline& timeline, Owner owner) : wire_(wire), timeline_(timeline), owner_(std::move(owner)) {}

  struct Settings {
    bool echo = true;
    int cmee = 1;
  };
  Settings settings{};
  std::chrono::milliseconds think{0};  ///< before each line is answered
  bool cme_words = false;
  std::vector<std::string> urcs_in_replies{};  ///< fault: one of them in the middle of each reply, in turn
  std::uint64_t seed = 1;                      ///< where in the reply

  void receive(std::string_view bytes, Moment now);
  /// Goes on with bytes that waited.
  void process(Moment now);
  /// Power off, or a reboot: everything under way is forgotten, settings are as at boot.
  void reset(bool deaf);

  /// An unsolicited line. While data or a prompt is on the wire it waits.
  void urc(std::string_view line, Moment now) { urc_bytes("\r\n" + std::string(line) + "\r\n", now); }
  void urc_bytes(std::string bytes, Moment now);
  /// A part of the answer to the line under way: prompts, CONNECT, data.
  void raw(std::string_view bytes, Moment now) { answer(std::string(bytes), now); }

  // For a handler that answered Answer::later(). From there until finish() no other command is executed.
  /// Gives the incoming bytes to `sink`, not echoed.
  void begin_data(Sink sink);
  void end_data();
  /// The rest of the answer. `Answer::later` is no answer here.
  void finish(const Answer& answer, Moment now);
  /// As finish(), with nothing on the wire: a completion that got lost.
  void finish_silently(Moment now);

 private:
  void take_character(char c, Moment now);
  void line_complete(Moment now);
  void execute(const std::string& line, Moment now);
  void carry_out(const std::string& line, const Fate& fate, Moment now);
  void step(Moment now);
  bool conclude(const Answer& answer, Moment now);
  void emit(const Answer& answer, bool last, Moment now);
  void answer(std::string bytes, Moment now);
  void idle(Moment now);
  std::string next_stray_urc();

  Wire& wire_;
  Timeline& timeline_;
  Owner owner_;
  bool deaf_ = true;
  bool busy_ = false;
  bool overlong_ = false;
  std::string input_, line_, echo_;
  Sink sink_;
  bool in_sink_ = false;  // it is running: it must not be destroyed under its own feet
  bool sink_ended_ = false;
  bool holding_ = false;                // data or a prompt is on the wire
  bool muted_ = false;                  // what the line under way answers is lost
  bool stray_ = false;                  // an unsolicited line goes into its answer
  std::chrono::milliseconds delay_{0};  // its answer comes this much later, without being waited for
  std::deque<Command> commands_;
  std::vector<std::string> held_;  // unsolicited lines that wait for the end of a data phase
  std::size_t next_urc_ = 0;
};

}  // namespace epki::sim

#pragma once
// One AT conversation: knows AT, not Quectel. One exchange in flight; unsolicited lines are routed wherever they
// appear.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "provision/transport/byte_stream.hpp"

namespace epki::at {

enum class Final : std::uint8_t { ok, error, cme, cms, no_carrier };

/// What a command was answered with. A refusal is an answer, not an Error.
struct Reply {
  Final final = Final::ok;
  std::optional<int> code{};         ///< +CME ERROR: <n>, when numeric
  std::string text{};                ///< +CME ERROR: <words>, when not
  std::vector<std::string> lines{};  ///< information lines, without CR LF, in order
  bool ok() const { return final == Final::ok; }
  std::string refusal() const;  ///< "ERROR", "+CME ERROR: 407": for sentences
};

/// What a re-synchronisation takes at most on a modem that answers at all.
inline constexpr std::chrono::milliseconds resynchronise_limit{10000};

/// A command line with its CR, at most (AT reference, 5). Longer ones are refused before the wire.
inline constexpr std::size_t line_limit = 2048;

struct Statistics {
  std::uint64_t exchanges = 0, bytes_out = 0, bytes_in = 0;
  /// Spent in wait_for() and await(), less what the bytes heard meanwhile took on the line: what a network or a restart
  /// took, and no line speed would make shorter.
  std::chrono::nanoseconds waited{0};
  std::chrono::nanoseconds on_the_wire{};  ///< reading and writing, the waiting for the modem included
};

class Engine {
 public:
  /// `unsolicited`: prefixes of lines that never belong to a reply ("+QMTSTAT:", "+QIURC:"). A line that starts with
  /// one is queued as unsolicited unless the command in flight asked for it (see `command`). `restart`: the line a
  /// modem says when it has started; a command it comes in the middle of ends at once, unanswered.
  Engine(transport::ByteStream& wire, std::vector<std::string> unsolicited, std::string restart = {});
  ~Engine();

  /// Every line both ways, CR and LF spelled out, secrets masked. Null: no log.
  void log_to(std::function<void(std::string_view line)> sink);

  /// Reaches a modem in any state: drains stale input, sends AT until it answers, ends a pending data mode where it
  /// can (+++), asks at other line speeds (the wire stays at the one that is answered), ATE0, then proves that answers
  /// and questions are in step (a query whose answer has a shape of its own, AT+CSQ first). Errc::modem_gone when
  /// nothing answers, Errc::modem_refused when what answers is no modem.
  Status synchronise(Deadline by);

  /// Sends `line` + CR and waits for its final result code. Lines starting with `answer_prefix` belong to this reply
  /// even if they look unsolicited. Errc::modem_gone when the deadline passes unanswered; the engine then knows it is
  /// out of step and re-synchronises (see synchronise) before the next command, so that a late answer is never taken
  /// for the next one's; while one may still come, a result code that stands alone is checked with one more query.
  /// Errc::usage, and nothing is sent, for a line with control characters or above line_limit.
  Result<Reply> command(std::string_view line, Deadline by, std::string_view answer_prefix = {});

  /// As above, for a command that prompts `> `: sends `data` after the prompt.
  Result<Reply> command_with_data(std::string_view line, std::string_view data, Deadline by,
                                  std::string_view answer_prefix = {});

  /// QFUPL: waits for CONNECT, sends exactly `data`, waits for the result. With `acknowledged`, one 'A' is awaited
  /// after each 1024 bytes. `progress` gets the bytes sent so far.
  Result<Reply> upload(std::string_view line, std::string_view data, bool acknowledged, Deadline by,
                       const std::function<void(std::size_t)>& progress = {});

  /// QFDWL and QFREAD: after CONNECT, `size` bytes that may contain anything, then the rest of the reply. For QFREAD
  /// the modem states the size: CONNECT <n>; then `size` is the most that is accepted.
  struct Download {
    Reply reply;
    std::string data;
  };
  Result<Download> download(std::string_view line, std::size_t size, Deadline by);

  /// How often the modem was seen to have restarted: by its restart line, or by an echo that was off and is on again.
  /// What it forgets at a restart is gone where this number has grown. Restarts that were meant do not count: whoever
  /// makes one sets the number back.
  std::size_t restarts() const;
  /// The last command or wait failed because the modem had restarted. Each restart fails one of them, a command before
  /// it is sent: nobody goes on without learning of it. synchronise() is where all begins anew.
  bool restarted() const;
  void excuse_restarts(std::size_t count_before);

  /// False after a command went unanswered, until the next one has re-synchronised. Allow for that time: see
  /// resynchronise_limit.
  bool in_step() const;

  /// Waits for an unsolicited line that `wanted` accepts; lines queued earlier count, in order. Others stay queued.
  /// Nothing when the deadline passes; an Error only when the wire fails or the modem restarts, unless the restart line
  /// is what is wanted.
  Result<std::optional<std::string>> wait_for(const std::function<bool(std::string_view)>& wanted, Deadline by);
  /// As wait_for, but a deadline that passes is Errc::modem_gone; `what` names in the sentence what did not come.
  Result<std::string> await(const std::function<bool(std::string_view)>& wanted, Deadline by, std::string_view what);
  /// The first queued line that fits, removed, without waiting.
  std::optional<std::string> take_queued(const std::function<bool(std::string_view)>& wanted);
  /// Forgets what is queued (stale lines from before), e.g. before an open whose result line is awaited.
  void forget(const std::function<bool(std::string_view)>& which);

  /// From here on the text is shown as <secret> in the log (PEM keys, passwords).
  void mask(std::string_view secret);

  /// The line speed the port was opened with; 0: the wire has none. wire().speed() is the one in use.
  std::int64_t home_speed() const;

  const Statistics& statistics() const;
  transport::ByteStream& wire();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace epki::at

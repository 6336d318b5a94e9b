#pragma once
// Understanding, apart from waiting: bytes in, replies and unsolicited lines out. No port, no clock, no thread. The
// outcome does not depend on how the bytes were cut.

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "provision/at/engine.hpp"

namespace epki::at {

class Conversation {
 public:
  enum class Kind : std::uint8_t {
    plain,     ///< information lines, final result code
    prompt,    ///< `> `, then data of the host, then the result
    upload,    ///< CONNECT, then data of the host, then the result
    download,  ///< CONNECT, then data of the modem, then the result
  };
  enum class State : std::uint8_t {
    idle,        ///< nothing in flight: what arrives is unsolicited
    waiting,     ///< for the modem
    wants_data,  ///< prompt or CONNECT was seen: the host sends
    answered,    ///< take_reply() has it
    restarted,   ///< the modem restarted: no answer will come
  };
  struct Request {
    std::string command;          ///< without CR; how its echo is recognised
    std::string answer_prefix{};  ///< lines with it belong to the reply even if they look unsolicited
    Kind kind = Kind::plain;
    std::size_t size = 0;  ///< of the data, either way; for QFREAD the most that is taken
  };

  /// `unsolicited`: how lines begin that never belong to a reply. `restart`: the whole line a modem says when it has
  /// (re)started; it is unsolicited too.
  explicit Conversation(std::vector<std::string> unsolicited, std::string restart = {});

  void begin(Request request);
  /// What is in flight is given up: what still arrives of it is dropped.
  void abandon();
  void feed(std::string_view bytes);
  /// The host has sent all of its data: from here on the result is awaited.
  void data_complete();

  State state() const { return state_; }
  /// The modem may be waiting for data of the host: what is in flight has a data phase, and no result yet.
  bool awaits_data() const {
    const bool in_flight = state_ == State::waiting || state_ == State::wants_data;
    return in_flight && (request_.kind == Kind::prompt || request_.kind == Kind::upload);
  }
  bool receiving() const { return receiving_; }  ///< the bytes of a download
  Reply take_reply();                            ///< once answered; the conversation is idle afterwards
  std::string take_data();                       ///< of a download
  /// 'A's seen so far: one after each 1024 bytes of an upload that asked for them.
  std::size_t acknowledged() const { return acknowledged_; }
  /// The command in flight, or the last one, came back whole.
  bool echoed() const { return echoed_; }
  /// How many restart lines there were.
  std::size_t restarts() const { return restarts_; }
  /// Result codes that came while nothing was in flight, since the last call: late ends of what was given up.
  std::size_t take_late() { return std::exchange(late_, 0); }
  /// A download whose end has come and whose bytes have not all: some were lost on the way.
  bool cut_short() const;
  std::size_t received() const { return data_.size(); }

  /// Unsolicited lines in the order they came, at most queue_limit; older ones fall off.
  std::deque<std::string>& unsolicited() { return unsolicited_; }
  static constexpr std::size_t queue_limit = 512;

 private:
  void take_character(char c);
  bool take_outside_lines(char c);
  void end_line(bool bare_cr);
  void take_line(std::string line, bool bare_cr);
  bool is_echo(std::string_view line, bool bare_cr) const;
  bool is_unsolicited(std::string_view line) const;
  void take_connect(std::string_view line);
  void take_download(char c);
  bool ends_early();
  void finish(Reply reply);
  void queue(std::string line);

  std::vector<std::string> prefixes_;
  std::string restart_;
  bool echoed_ = false;
  std::size_t restarts_ = 0, late_ = 0;
  State state_ = State::idle;
  Request request_;
  Reply reply_;
  std::string data_;
  std::size_t data_left_ = 0;
  std::size_t acknowledged_ = 0;
  bool receiving_ = false;  ///< the bytes of a download
  bool uploading_ = false;  ///< CONNECT of an upload was seen
  std::string line_;
  bool pending_cr_ = false;
  std::deque<std::string> unsolicited_;
};

}  // namespace epki::at

#pragma once
// The one loop that waits. It joins a wire, a Conversation, the log and the count of bytes.

#include <functional>
#include <string>
#include <string_view>

#include "provision/at/conversation.hpp"
#include "provision/at/engine.hpp"
#include "provision/at/wire_log.hpp"

namespace epki::at {

struct Engine::Impl {
  Impl(transport::ByteStream& stream, std::vector<std::string> unsolicited)
      : wire(stream), talk(std::move(unsolicited)) {}

  transport::ByteStream& wire;
  Conversation talk;
  WireLog log;
  Statistics statistics;

  bool in_step = true;
  bool in_data_mode = false;  ///< an upload was cut: the modem may take what comes next for its data
  std::string unanswered;     ///< the command whose answer may still come

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
  enum class Probed : std::uint8_t { proven, refused, silent };
  Result<Probed> probe(std::size_t number, Deadline by);
  Status leave_data_mode(Deadline by);
  void take_sample(std::string_view bytes);
  Error nobody_there() const;
  std::size_t next_probe = 0;
  std::string sample;  ///< what was heard while nothing that is AT was
  bool sampling = false;
  std::chrono::steady_clock::time_point asked{};
};

}  // namespace epki::at

#include "provision/at/conversation.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "provision/at/reply.hpp"

namespace epki::at {

namespace {

// Bounds against what is no modem at all; real lines and replies stay far below.
constexpr std::size_t longest_line = 16384;
constexpr std::size_t most_lines = 4096;
constexpr std::size_t acknowledged_block = 1024;  // AT reference, 3, "ack 1"

}  // namespace

Conversation::Conversation(std::vector<std::string> unsolicited, std::string restart)
    : prefixes_(std::move(unsolicited)), restart_(std::move(restart)) {}

void Conversation::begin(Request request) {
  request_ = std::move(request);
  state_ = State::waiting;
  reply_ = {};
  data_.clear();
  // A key may be read back: no copy of a part of it stays behind where the string grew out of its place.
  if (request_.kind == Kind::download) data_.reserve(std::min(request_.size, longest_line));
  data_left_ = 0;
  acknowledged_ = 0;
  echoed_ = receiving_ = uploading_ = false;
}

void Conversation::abandon() {
  state_ = State::idle;
  receiving_ = uploading_ = false;
}

void Conversation::data_complete() {
  if (state_ == State::wants_data) state_ = State::waiting;
}

Reply Conversation::take_reply() {
  state_ = State::idle;
  return std::exchange(reply_, {});
}

std::string Conversation::take_data() {
  return std::exchange(data_, {});
}

void Conversation::feed(std::string_view bytes) {
  for (const char c : bytes) take_character(c);
}

void Conversation::port_lost() {
  ++restarts_;
  line_.clear();
  pending_cr_ = receiving_ = false;
  if (state_ == State::waiting || state_ == State::wants_data) state_ = State::restarted;
}

/// A line ends with LF. A CR that no LF follows ends one too: that is how an echo ends.
void Conversation::take_character(char c) {
  if (receiving_) return take_download(c);
  if (c == '\n') return end_line(false);
  if (pending_cr_) {
    end_line(true);
    if (receiving_) return take_download(c);  // CONNECT that ended with a bare CR
  }
  if (c == '\r') {
    pending_cr_ = true;
    return;
  }
  if (trimmed(line_).empty() && take_outside_lines(c)) return line_.clear();
  if (line_.size() < longest_line) line_ += c;
}

/// What stands at the beginning of a line without being one: the prompt, and the acknowledgements of an upload, which
/// may be glued to each other and to the result line.
bool Conversation::take_outside_lines(char c) {
  if (c == '>' && request_.kind == Kind::prompt && state_ == State::waiting && data_left_ == 0) {
    data_left_ = 1;  // asked for once
    state_ = State::wants_data;
    return true;
  }
  if (c == 'A' && uploading_ && (state_ == State::wants_data || state_ == State::waiting)) {
    const auto most = (request_.size + acknowledged_block - 1) / acknowledged_block;
    if (acknowledged_ < most) {
      ++acknowledged_;
      return true;
    }
  }
  return false;
}

void Conversation::end_line(bool bare_cr) {
  pending_cr_ = false;
  if (trimmed(line_).empty()) return line_.clear();  // blank lines, and the space that follows a prompt
  take_line(std::exchange(line_, {}), bare_cr);
}

/// Echo of the command in flight. It may have lost its beginning, have stale garbage before it, or be cut in two by an
/// unsolicited line. An echo ends with a bare CR, which no line of a reply does, so mere resemblance counts only then.
bool Conversation::is_echo(std::string_view line, bool bare_cr) const {
  const std::string_view command = request_.command;
  if (line == command || (line.starts_with("AT") && command.starts_with(line))) return true;
  return bare_cr && (command.ends_with(line) || command.starts_with(line) || line.ends_with(command));
}

bool Conversation::is_unsolicited(std::string_view line) const {
  if (!request_.answer_prefix.empty() && line.starts_with(request_.answer_prefix)) return false;
  return std::any_of(prefixes_.begin(), prefixes_.end(), [&](const auto& prefix) { return line.starts_with(prefix); });
}

void Conversation::take_line(std::string line, bool bare_cr) {
  const bool restarted = !restart_.empty() && trimmed(line) == restart_;
  if (restarted) ++restarts_;
  if (state_ != State::waiting && state_ != State::wants_data) {
    // A result code without a command is the late end of one that was given up.
    if (is_unsolicited(line) || !parse_final(line)) return queue(std::move(line));
    ++late_;
    return;
  }
  if (restarted) {
    state_ = State::restarted;
    return queue(std::move(line));
  }
  // The echo precedes everything else of a reply.
  if (reply_.lines.empty() && is_echo(line, bare_cr)) {
    echoed_ = echoed_ || (bare_cr && line == request_.command);
    return;
  }
  if (is_unsolicited(line)) return queue(std::move(line));
  if (auto final = parse_final(line)) return finish(std::move(*final));
  if (request_.kind == Kind::prompt)
    if (auto final = parse_send_final(line)) return finish(std::move(*final));
  if (line == "CONNECT" || line.starts_with("CONNECT ")) {
    if (request_.kind == Kind::upload || request_.kind == Kind::download) return take_connect(line);
  }
  if (reply_.lines.size() < most_lines) reply_.lines.push_back(std::move(line));
}

void Conversation::take_connect(std::string_view line) {
  if (request_.kind == Kind::upload) {
    if (uploading_) return;
    uploading_ = true;
    state_ = State::wants_data;
    return;
  }
  data_left_ = request_.size;
  if (line.size() > 8) {  // QFREAD states how much comes
    const auto stated = parse_integer(trimmed(line.substr(8)));
    data_left_ = stated && *stated >= 0 ? static_cast<std::size_t>(*stated) : 0;
    if (data_left_ > request_.size) data_left_ = request_.size;
  }
  receiving_ = data_left_ > 0;
}

void Conversation::take_download(char c) {
  data_ += c;
  --data_left_;
  if (c == '\n' && ends_early()) return;
  if (data_left_ == 0) receiving_ = false;
}

/// A file that is shorter than its listing said: the trailer arrives where data was expected. It is believed only where
/// it states its own place, so that data which merely looks like one does not pass.
bool Conversation::ends_early() {
  constexpr std::string_view end = "\r\nOK\r\n";
  if (!std::string_view(data_).ends_with(end)) return false;
  const std::string tag = answer_tag(request_.command) + " ";
  const auto at = data_.rfind(tag);
  if (at == std::string::npos) return false;
  const std::string_view trailer = std::string_view(data_).substr(at, data_.size() - at - end.size());
  const auto comma = trailer.find(',');
  if (comma == std::string_view::npos) return false;
  const auto stated = parse_integer(trailer.substr(tag.size(), comma - tag.size()));
  if (!stated || *stated < 0 || static_cast<std::size_t>(*stated) != at) return false;
  reply_.lines.emplace_back(trimmed(trailer));
  data_.resize(at);
  receiving_ = false;
  finish({});
  return true;
}

bool Conversation::cut_short() const {
  return receiving_ && std::string_view(data_).ends_with("\r\nOK\r\n") &&
         data_.rfind(answer_tag(request_.command) + " ") != std::string::npos;
}

void Conversation::finish(Reply reply) {
  reply.lines = std::move(reply_.lines);
  reply_ = std::move(reply);
  state_ = State::answered;
  uploading_ = false;
}

void Conversation::queue(std::string line) {
  unsolicited_.push_back(std::move(line));
  if (unsolicited_.size() > queue_limit) unsolicited_.pop_front();
}

}  // namespace epki::at

#include <cstdlib>

#include "provision/at/conversation.hpp"
#include "provision/at/recording.hpp"
#include "provision/at/wire_log.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

namespace {

using at::Conversation;

Conversation answered(std::string_view bytes, std::string_view command, Conversation::Kind kind, std::size_t piece) {
  Conversation talk({"+QMTSTAT:", "+QMTOPEN:", "+QIURC:", "+CREG:"}, "RDY");
  talk.begin({.command = std::string(command), .answer_prefix = "+CREG:", .kind = kind, .size = 300});
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) talk.feed(bytes.substr(0, piece));
  return talk;
}

}  // namespace

// The first byte chooses what was asked. Whole and byte by byte: the meaning must be the same.
void at_conversation(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto choice = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  const Conversation::Kind kinds[] = {Conversation::Kind::plain, Conversation::Kind::prompt, Conversation::Kind::upload,
                                      Conversation::Kind::download};
  constexpr std::string_view commands[] = {"AT+CREG?", "AT+QMTPUBEX=0,1,1,0,\"t\",5", "AT+QFUPL=\"UFS:f\",300,60,1",
                                           "AT+QFDWL=\"UFS:f\""};
  const auto which = choice % 4U;
  auto whole = answered(bytes, commands[which], kinds[which], bytes.size() + 1);
  auto pieces = answered(bytes, commands[which], kinds[which], 1);
  if (whole.state() != pieces.state() || whole.unsolicited() != pieces.unsolicited() ||
      whole.restarts() != pieces.restarts() || whole.acknowledged() != pieces.acknowledged() ||
      whole.take_data() != pieces.take_data())
    std::abort();
  const auto one = whole.take_reply(), other = pieces.take_reply();
  if (one.final != other.final || one.lines != other.lines || one.refusal() != other.refusal()) std::abort();

  at::WireLog log;
  std::string shown;
  log.to([&](std::string_view line) { shown += at::without_personal_numbers(line); });
  log.mask("hunter2");
  log.received(bytes);
  log.sent(bytes);
  log.flush();
  if (shown.find("hunter2") != std::string::npos) std::abort();
}

}  // namespace epki::fuzz

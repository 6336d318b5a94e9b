#include "provision/at/reply.hpp"

#include "core/text.hpp"

namespace epki::at {

namespace {

std::optional<Reply> parse_numbered(std::string_view line, std::string_view tag, Final final) {
  if (!line.starts_with(tag)) return std::nullopt;
  const auto rest = trimmed(line.substr(tag.size()));
  Reply reply;
  reply.final = final;
  // With CMEE=2 the same firmware answers numbers and words (AT reference, 5).
  if (const auto number = parse_integer(rest); number && *number >= 0 && *number <= 99999)
    reply.code = static_cast<int>(*number);
  else
    reply.text = std::string(rest);
  return reply;
}

}  // namespace

std::string Reply::refusal() const {
  const auto numbered = [&](std::string_view tag) { return std::string(tag) + (code ? std::to_string(*code) : text); };
  switch (final) {
    case Final::ok: return "OK";
    case Final::error: return "ERROR";
    case Final::cme: return numbered("+CME ERROR: ");
    case Final::cms: return numbered("+CMS ERROR: ");
    case Final::no_carrier: return "NO CARRIER";
  }
  return "ERROR";
}

std::optional<Reply> parse_final(std::string_view raw) {
  const auto line = trimmed(raw);
  const auto plain = [](Final final) {
    Reply reply;
    reply.final = final;
    return reply;
  };
  if (line == "OK") return plain(Final::ok);
  if (line == "ERROR") return plain(Final::error);
  if (line == "NO CARRIER") return plain(Final::no_carrier);
  if (auto cme = parse_numbered(line, "+CME ERROR:", Final::cme)) return cme;
  return parse_numbered(line, "+CMS ERROR:", Final::cms);
}

std::optional<Reply> parse_send_final(std::string_view raw) {
  const auto line = trimmed(raw);
  Reply reply;
  if (line == "SEND OK") return reply;
  reply.final = Final::error;
  if (line == "SEND FAIL") return reply;
  return std::nullopt;
}

std::string answer_tag(std::string_view command) {
  if (command.size() < 4 || !equal_ignoring_case(command.substr(0, 3), "AT+")) return {};
  const auto end = command.find_first_of("=?;", 3);
  return std::string(command.substr(2, end == std::string_view::npos ? end : end - 2)) + ":";
}

}  // namespace epki::at

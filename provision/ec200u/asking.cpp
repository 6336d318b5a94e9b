#include "provision/ec200u/asking.hpp"

#include <algorithm>

#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/modem.hpp"

namespace epki::ec200u {

Deadline limit(const at::Engine& engine, std::chrono::milliseconds span) {
  return after(engine.in_step() ? span : span + at::resynchronise_limit);
}

Result<at::Reply> ask_once(at::Engine& engine, std::string_view line, std::chrono::milliseconds span,
                           std::string_view answer_prefix) {
  return engine.command(line, limit(engine, span), answer_prefix);
}

Result<at::Reply> ask(at::Engine& engine, std::string_view line, std::chrono::milliseconds span,
                      std::string_view answer_prefix) {
  auto reply = ask_once(engine, line, span, answer_prefix);
  if (reply || reply.error().code != Errc::modem_gone || engine.restarted()) return reply;
  auto again = ask_once(engine, line, span, answer_prefix);
  // The second failure of a modem that hangs says less than the first.
  return again || again.error().code != Errc::modem_gone || engine.restarted() ? again : reply;
}

Result<at::Reply> demand(at::Engine& engine, std::string_view line, std::chrono::milliseconds span,
                         std::string_view doing, std::string_view answer_prefix) {
  auto reply = ask(engine, line, span, answer_prefix);
  // One byte that came wrong makes nonsense of a good command.
  if (reply && !reply->ok()) reply = ask(engine, line, span, answer_prefix);
  if (reply && !reply->ok()) return refused(doing, *reply);
  return reply;
}

Error refused(std::string_view doing, const at::Reply& reply, std::string_view hint) {
  std::string what = std::string(doing) + ": the modem answered " + reply.refusal();
  if (reply.code) {
    auto words = file_error_words(*reply.code);
    if (words.empty()) words = ssl_error_words(*reply.code);
    if (!words.empty()) what += " (" + std::string(words) + ")";
  }
  return {Errc::modem_refused, std::move(what), std::string(hint)};
}

Result<std::optional<std::string>> await_result(at::Engine& engine, const std::function<bool(std::string_view)>& wanted,
                                                std::chrono::milliseconds& span, const Patience& patience) {
  if (!patience) return engine.wait_for(wanted, after(span));
  constexpr std::chrono::seconds between{1};
  const auto begun = std::chrono::steady_clock::now();
  const auto end = begun + span;
  for (;;) {
    auto line = engine.wait_for(wanted, std::min<Deadline>(end, after(between)));
    if (!line || *line) return line;
    auto on = patience();
    if (!on) return std::move(on).error();
    const auto now = std::chrono::steady_clock::now();
    if (*on && now < end) continue;
    span = std::chrono::duration_cast<std::chrono::milliseconds>(now - begun);
    return std::optional<std::string>{};
  }
}

std::function<bool(std::string_view)> about(std::string_view tag, int id) {
  return [tag = std::string(tag), id](std::string_view line) {
    const auto fields = parse_fields(line, tag);
    if (fields) return fields->front().number() == id;
    // A +QMTRECV payload may hold quotes; its first value decides all the same.
    return line.starts_with(tag + " " + std::to_string(id) + ",");
  };
}

}  // namespace epki::ec200u

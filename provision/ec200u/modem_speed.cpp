// The speed of the line, for the time of a long conversation.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "provision/ec200u/asking.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/ec200u/time_limits.hpp"

namespace epki::ec200u {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds find_limit = 20s;
constexpr std::chrono::milliseconds settle = 20ms;  ///< until the modem's UART runs at the new speed

/// Each answered at once, and what the modem says of itself twice the same as at the speed before.
bool is_sound(at::Engine& engine, const std::vector<std::string>& about_it) {
  for (const char* line : {"AT", "ATI", "AT", "ATI"}) {
    auto reply = engine.command(line, limit(engine, 1s));
    if (!reply || !reply->ok()) return false;
    if (line == std::string_view("ATI") && reply->lines != about_it) return false;
  }
  return true;
}

}  // namespace

Result<std::optional<std::int64_t>> Modem::line_speed() {
  auto reply = ask(engine_, "AT+IPR?", time_limit::simple, "+IPR:");
  if (!reply) return std::move(reply).error();
  for (const auto& line : reply->lines) {
    if (!line.starts_with("+IPR:")) continue;
    const auto baud = parse_integer(trimmed(std::string_view(line).substr(5)));
    if (baud && *baud > 0) return std::optional<std::int64_t>(*baud);
  }
  return std::optional<std::int64_t>{};
}

Result<bool> Modem::change_speed(std::int64_t baud) {
  auto& wire = engine_.wire();
  const auto before = wire.speed();
  if (before == 0) return false;
  // A speed that only the modem can run at would end the conversation.
  if (!wire.set_speed(baud)) return false;
  if (auto back = wire.set_speed(before); !back) return std::move(back).error();
  auto about_it = ask(engine_, "ATI", time_limit::simple);
  if (!about_it) return std::move(about_it).error();
  auto reply = ask_once(engine_, "AT+IPR=" + std::to_string(baud), time_limit::simple);
  if (!reply && reply.error().code == Errc::interrupted) return std::move(reply).error();
  if (reply && !reply->ok()) return false;
  // The OK comes at the old speed (V.250, 6.2.10); a modem that sends it at the new one looks as if it were silent.
  auto quiet = engine_.wait_for([](std::string_view) { return false; }, after(settle));
  if (!quiet && quiet.error().code == Errc::interrupted) return std::move(quiet).error();
  if (auto set = wire.set_speed(baud); !set) return std::move(set).error();
  // Whatever became of that OK, nothing that was said at the old speed can still come: proved once, nothing is owed.
  if (!reply)
    if (auto found = engine_.synchronise(after(find_limit)); !found)
      return std::move(found).error().during("looking for the modem after AT+IPR=" + std::to_string(baud));
  if (wire.speed() == baud && is_sound(engine_, about_it->lines)) {
    if (usual_speed_ == 0) usual_speed_ = before;
    return true;
  }
  if (auto back = wire.set_speed(before); !back) return std::move(back).error();
  if (auto found = engine_.synchronise(after(find_limit)); !found)
    return std::move(found).error().during("looking for the modem after AT+IPR=" + std::to_string(baud));
  if (wire.speed() == before) return false;
  // It did change, but the line does not carry that speed soundly.
  auto undone = ask(engine_, "AT+IPR=" + std::to_string(before), time_limit::simple);
  if (!undone && undone.error().code == Errc::interrupted) return std::move(undone).error();
  if (auto back = wire.set_speed(before); !back) return std::move(back).error();
  if (auto found = engine_.synchronise(after(find_limit)); !found) return std::move(found).error();
  return false;
}

Status Modem::usual_speed() {
  if (usual_speed_ == 0 || engine_.wire().speed() == usual_speed_) return success();
  auto changed = change_speed(usual_speed_);
  if (!changed) return std::move(changed).error();
  if (*changed) return success();
  return Error{Errc::modem_refused, "the modem does not go back to " + std::to_string(usual_speed_) + " baud",
               "restart the modem: it starts at its own speed"};
}

}  // namespace epki::ec200u

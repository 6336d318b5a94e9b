#include "core/text.hpp"
#include "provision/ec200u/asking.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/ec200u/names.hpp"
#include "provision/ec200u/replies.hpp"
#include "provision/ec200u/time_limits.hpp"

namespace epki::ec200u {

Result<ClockReading> Modem::clock() {
  auto reply = demand(engine_, "AT+CCLK?", time_limit::simple, "reading the modem's clock", "+CCLK:");
  if (!reply) return std::move(reply).error();
  for (const auto& line : reply->lines)
    if (line.starts_with("+CCLK:")) return parse_clock(line);
  return not_understood("reading the modem's clock", "OK");
}

Status Modem::set_clock(Instant utc) {
  const auto value = clock_value(utc);
  if (!value)
    return Error{Errc::usage, "the modem's clock cannot be set to " + rfc3339(utc),
                 "its two-digit year reaches from 1970 to 2069: check this computer's clock"};
  auto reply = demand(engine_, "AT+CCLK=\"" + *value + "\"", time_limit::simple, "setting the modem's clock");
  if (!reply) return std::move(reply).error();
  return success();
}

Status Modem::follow_network_time(bool follow) {
  auto reply = demand(engine_, follow ? "AT+CTZU=1" : "AT+CTZU=0", time_limit::simple,
                      follow ? "letting the network set the clock" : "keeping the network from setting the clock");
  if (!reply) return std::move(reply).error();
  return success();
}

Result<std::optional<bool>> Modem::follows_network_time() {
  auto reply = ask(engine_, "AT+CTZU?", time_limit::simple, "+CTZU:");
  if (!reply) return std::move(reply).error();
  for (const auto& line : reply->lines) {
    const auto numbers = parse_numbers(line, "+CTZU:");
    if (reply->ok() && numbers) return std::optional<bool>(numbers->front() != 0);
  }
  return std::optional<bool>{};
}

Result<Instant> Modem::ntp(int pdp, std::string_view server) {
  const auto name = quoted("time server's name", server);
  if (!name) return name.error();
  const auto is_result = [](std::string_view line) { return line.starts_with("+QNTP:"); };
  engine_.forget(is_result);
  const std::string doing = "asking " + std::string(server) + " for the time";
  auto reply = demand(engine_, "AT+QNTP=" + std::to_string(pdp) + "," + *name, time_limit::simple, doing);
  if (!reply) return std::move(reply).error();
  auto line = engine_.wait_for(is_result, after(time_limit::network_time));
  if (!line) return std::move(line).error();
  constexpr const char* hint = "check the server's name and that the network lets NTP through";
  if (!*line) return Error{Errc::network, doing + ": no result in 60 s", hint};
  auto time = parse_network_time(**line);
  if (!time) return std::move(time).error();
  if (time->utc) return *time->utc;
  const auto words = ssl_error_words(time->code);
  return Error{Errc::network,
               doing + " failed: " + **line + (words.empty() ? std::string() : " (" + std::string(words) + ")"), hint};
}

}  // namespace epki::ec200u

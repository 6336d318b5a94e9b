// The SSL socket commands (AT reference, 2): a second TLS client beside that of MQTT.

#include "provision/ec200u/asking.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/ec200u/names.hpp"
#include "provision/ec200u/replies.hpp"
#include "provision/ec200u/time_limits.hpp"

namespace epki::ec200u {

namespace {

Status check_socket(int socket) {
  if (socket >= 0 && socket <= 11) return success();
  return Error{Errc::usage, "SSL socket " + std::to_string(socket) + " does not exist", "use 0 to 11"};
}

bool about_ssl_socket(std::string_view line, int socket) {
  return about("+QSSLOPEN:", socket)(line) || line.starts_with("+QSSLURC: \"recv\"," + std::to_string(socket)) ||
         line.starts_with("+QSSLURC: \"closed\"," + std::to_string(socket));
}

}  // namespace

Result<SslOpenResult> Modem::ssl_open(const SslTarget& target, const Patience& patience) {
  if (auto fit = check_socket(target.socket); !fit) return std::move(fit).error();
  const auto name = quoted("host name", target.host);
  if (!name) return name.error();
  SslOpenResult result;
  result.socket = target.socket;
  result.waited = time_limit::ssl_open;
  const auto number = std::to_string(target.socket);
  // A second time when the number was occupied: a failed open keeps it until it is closed.
  for (int attempt = 0; attempt < 2; ++attempt) {
    engine_.forget([&](std::string_view line) { return about_ssl_socket(line, target.socket); });
    auto reply = ask(engine_,
                     "AT+QSSLOPEN=" + std::to_string(target.pdp) + "," + std::to_string(target.context) + "," + number +
                         "," + *name + "," + std::to_string(target.port) + ",0",
                     time_limit::simple);
    if (!reply) return std::move(reply).error();
    result.refused = !reply->ok();
    if (result.refused) return result;
    auto line = await_result(engine_, about("+QSSLOPEN:", target.socket), result.waited, patience);
    if (!line) return std::move(line).error();
    if (!*line) return result;
    const auto numbers = parse_numbers(**line, "+QSSLOPEN:");
    if (!numbers || numbers->size() < 2) return not_understood("opening an SSL socket to " + target.host, **line);
    result.code = (*numbers)[1];
    if (result.code != 563 || attempt > 0) return result;  // 563: the number is in use
    if (auto closed = ssl_close(target.socket); !closed) return std::move(closed).error();
  }
  return result;
}

Result<bool> Modem::ssl_send(int socket, std::string_view bytes) {
  if (auto fit = check_socket(socket); !fit) return std::move(fit).error();
  if (bytes.empty() || bytes.size() > 1460)
    return Error{Errc::usage, "an SSL socket takes 1 to 1460 bytes at once", {}};
  auto reply = engine_.command_with_data("AT+QSSLSEND=" + std::to_string(socket) + "," + std::to_string(bytes.size()),
                                         bytes, limit(engine_, time_limit::ssl_send));
  if (!reply) return std::move(reply).error();
  return reply->ok();
}

Status Modem::ssl_close(int socket) {
  if (auto fit = check_socket(socket); !fit) return fit;
  // Refused where nothing is open, and that is what was wanted.
  auto reply = ask(engine_, "AT+QSSLCLOSE=" + std::to_string(socket), time_limit::ssl_close);
  if (!reply) return std::move(reply).error();
  engine_.forget([&](std::string_view line) { return about_ssl_socket(line, socket); });
  return success();
}

std::string SslOpenResult::text() const {
  if (refused) return "ERROR";
  if (code) return "+QSSLOPEN: " + std::to_string(socket) + "," + std::to_string(*code);
  return "no result in " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(waited).count()) + " s";
}

}  // namespace epki::ec200u

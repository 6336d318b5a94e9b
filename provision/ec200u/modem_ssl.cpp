#include <algorithm>

#include "core/text.hpp"
#include "provision/ec200u/asking.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/ec200u/names.hpp"
#include "provision/ec200u/replies.hpp"
#include "provision/ec200u/time_limits.hpp"

namespace epki::ec200u {

namespace {

Status check(int context, std::string_view key) {
  const bool word = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/';
  });
  if (!word) return Error{Errc::usage, "\"" + visible(key) + "\" is no SSL setting", {}};
  if (context < 0 || context > 5)
    return Error{Errc::usage, "SSL context " + std::to_string(context) + " does not exist", "use 0 to 5"};
  return success();
}

std::string query(int context, std::string_view key) {
  return "AT+QSSLCFG=\"" + std::string(key) + "\"," + std::to_string(context);
}

/// Refusals that say "not now" rather than "not known" (27.007, 9.2; AT reference, 2).
bool means_busy(const at::Reply& reply) {
  if (reply.code) return *reply.code == 14 || *reply.code == 553 || *reply.code == 568 || *reply.code == 569;
  const std::string words = lower(reply.text);
  return words.find("busy") != std::string::npos || words.find("timeout") != std::string::npos ||
         words.find("memory") != std::string::npos;
}

Result<std::optional<std::string>> value_in(const at::Reply& reply, std::string_view doing, int context,
                                            std::string_view key) {
  for (const auto& line : reply.lines)
    if (auto value = parse_ssl_setting(line, context, key)) return std::optional<std::string>(std::move(*value));
  if (reply.lines.empty()) return std::optional<std::string>("");  // known, and nothing is set
  return not_understood(doing, reply.lines.front());
}

Status check_key_password(std::string_view password) {
  constexpr std::size_t least = 12, most = 64;
  const bool plain =
      std::all_of(password.begin(), password.end(), [](char c) { return c > ' ' && c < 0x7f && c != '"'; });
  if (password.size() >= least && password.size() <= most && plain) return success();
  return Error{Errc::key,
               "the password for the device's key must have " + std::to_string(least) + " to " + std::to_string(most) +
                   " printable characters, and no space or quote",
               "AT+QSSLCFG takes it between quotes; openssl rand -hex 24 makes one"};
}

}  // namespace

Result<std::optional<std::string>> Modem::ssl_setting(int context, std::string_view key) {
  if (auto fit = check(context, key); !fit) return std::move(fit).error();
  const std::string doing = "reading the SSL setting " + std::string(key);
  auto reply = ask(engine_, query(context, key), time_limit::simple, "+QSSLCFG:");
  if (!reply) return std::move(reply).error();
  if (reply->ok()) {
    auto value = value_in(*reply, doing, context, key);
    // A byte that came wrong on the way back makes nonsense of a good answer, or takes the value away: no setting but a
    // path is empty.
    if (value && (is_path_key(key) || !(*value)->empty())) return value;
    reply = ask(engine_, query(context, key), time_limit::simple, "+QSSLCFG:");
    if (!reply) return std::move(reply).error();
    return reply->ok() ? value_in(*reply, doing, context, key) : value;
  }
  if (means_busy(*reply)) return refused(doing, *reply, "wait a moment and run the same command again");
  // A byte that came wrong makes an unknown key of a known one: only two refusals count.
  reply = ask(engine_, query(context, key), time_limit::simple, "+QSSLCFG:");
  if (!reply) return std::move(reply).error();
  if (reply->ok()) return value_in(*reply, doing, context, key);
  // Unknown is a statement about the key only if the modem does tell another one of the same context.
  const std::string_view other = equal_ignoring_case(key, "seclevel") ? "sslversion" : "seclevel";
  auto witness = ask(engine_, query(context, other), time_limit::simple, "+QSSLCFG:");
  if (!witness) return std::move(witness).error();
  if (!witness->ok()) return refused(doing, *reply, "the modem tells no SSL setting at all: restart it and try again");
  return std::optional<std::string>{};
}

Result<std::vector<SslKey>> Modem::ssl_keys() {
  constexpr std::string_view doing = "listing the SSL settings of this firmware";
  auto reply = ask(engine_, "AT+QSSLCFG=?", time_limit::simple, "+QSSLCFG:");
  if (!reply) return std::move(reply).error();
  if (!reply->ok()) return refused(doing, *reply, "this firmware may not have the test command");
  std::vector<SslKey> keys;
  for (const auto& line : reply->lines)
    if (auto key = parse_ssl_key(line)) keys.push_back(*std::move(key));
  if (keys.empty()) return not_understood(doing, reply->lines.empty() ? std::string() : reply->lines.front());
  return keys;
}

Status Modem::use_key_password(std::shared_ptr<const Secret> password) {
  if (auto fit = check_key_password(password->view()); !fit) return fit;
  engine_.mask(password->view());
  key_password_ = std::move(password);
  return success();
}

Status Modem::set_ssl(int context, std::string_view key, std::string_view value) {
  if (auto fit = check(context, key); !fit) return fit;
  auto spelled = ssl_wire_value(key, value);
  if (!spelled) return std::move(spelled).error();
  // The password is no part of what is read back, and of no sentence.
  const bool sealed = key_password_ && equal_ignoring_case(key, "clientkey") && *spelled != "\"\"";
  const std::string password = sealed ? ",\"" + std::string(key_password_->view()) + '"' : std::string();
  auto reply = demand(engine_, query(context, key) + "," + *spelled + password, time_limit::simple,
                      "setting " + std::string(key) + " to " + *spelled + " in SSL context " + std::to_string(context));
  if (!reply) return std::move(reply).error();
  return success();
}

}  // namespace epki::ec200u

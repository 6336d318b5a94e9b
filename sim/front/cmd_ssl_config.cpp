// AT+QSSLCFG (AT reference, 2). Nothing of it survives a reboot.

#include <algorithm>

#include "core/text.hpp"
#include "sim/front/modem.hpp"

namespace epki::sim {
namespace cmd_ssl_config {

using Shape = SslKey::Shape;

bool absent(Modem& modem, const SslKey& key) {
  const auto& list = modem.persona().quirks.absent_ssl_keys;
  return std::any_of(list.begin(), list.end(), [&](const auto& name) { return equal_ignoring_case(name, key.name); });
}

std::string range(const SslKey& key) {
  switch (key.shape) {
    case Shape::number: return "(" + std::to_string(key.least) + "-" + std::to_string(key.most) + ")";
    case Shape::path: return "<" + std::string(key.name) + "path>";
    case Shape::secret: return "<" + std::string(key.name) + "path>[,<password>]";
    case Shape::cipher: return "(" + cipher_list() + ")";
  }
  return {};
}

Answer test(Modem& modem, const Args&, Moment) {
  std::vector<std::string> lines;
  for (const auto& key : ssl_keys())
    if (!absent(modem, key)) lines.push_back("+QSSLCFG: " + in_quotes(key.name) + ",(0-5)," + range(key));
  return Answer::ok(std::move(lines));
}

bool is_path(const SslKey& key) {
  return key.shape == Shape::path || key.shape == Shape::secret;
}

/// The value as it is kept; nothing when it is not one this key takes.
std::optional<std::string> value_for(const SslKey& key, const Args& args) {
  if (key.shape == Shape::number) {
    const auto number = args.number(2, key.least, key.most);
    return number ? std::optional(std::to_string(*number)) : std::nullopt;
  }
  if (key.shape == Shape::cipher) {
    auto word = args.bare(2);
    return word && known_cipher(*word) ? word : std::nullopt;
  }
  auto path = args.text(2);
  return path && (path->empty() || file_name(*path)) ? path : std::nullopt;
}

Answer set(Modem& modem, const Args& args, Moment) {
  const auto name = args.text(0);
  const auto context = args.number(1, 0, 5);
  const auto at = name ? ssl_key(*name) : std::nullopt;
  if (!at || !context) return Answer::error();
  const auto& key = ssl_keys()[*at];
  if (absent(modem, key)) return Answer::error();
  auto& ssl = modem.state.ssl[static_cast<std::size_t>(*context)];
  if (args.size() == 2) {
    const auto& value = ssl.value(*at);
    return Answer::ok("+QSSLCFG: " + in_quotes(key.name) + "," + std::to_string(*context) + "," +
                      (is_path(key) ? in_quotes(value) : value));
  }
  const auto value = value_for(key, args);
  const auto password = args.text_or(3, "", 255);
  if (!value || !password || args.size() > (key.shape == Shape::secret ? 4U : 3U)) return Answer::error();
  if (!modem.applies(key.name)) return Answer::ok();
  const auto write = [&](SslContext& into) {
    into.set(*at, *value);
    if (key.shape == Shape::secret) into.set_password(*password);
  };
  write(ssl);
  if (modem.takes_effect(key.name)) write(modem.state.ssl_in_force[static_cast<std::size_t>(*context)]);
  return Answer::ok();
}

constexpr Entry table[] = {{.name = "+QSSLCFG", .test = test, .set = set}};

}  // namespace cmd_ssl_config

std::span<const Entry> ssl_config_commands() {
  return cmd_ssl_config::table;
}

}  // namespace epki::sim

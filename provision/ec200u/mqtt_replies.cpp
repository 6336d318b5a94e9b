#include "core/text.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/replies.hpp"

namespace epki::ec200u {

namespace {

/// After the topic: `<len>,"<payload>"` or `"<payload>"`. Without a length the payload ends at the last quote.
std::optional<std::string> parse_payload(std::string_view rest) {
  if (!rest.starts_with('"')) {
    const auto comma = rest.find(',');
    const auto length = parse_integer(rest.substr(0, comma));
    if (comma == std::string_view::npos || !length || *length < 0) return std::nullopt;
    rest.remove_prefix(comma + 1);
    if (!rest.starts_with('"')) return std::nullopt;
    const auto size = static_cast<std::size_t>(*length);
    // A payload with line breaks reaches us as several lines; the first one is shorter than stated.
    if (rest.size() < size + 2 || rest[size + 1] != '"') return std::nullopt;
    return std::string(rest.substr(1, size));
  }
  if (rest.size() < 2 || rest.back() != '"') return std::nullopt;
  return std::string(rest.substr(1, rest.size() - 2));
}

}  // namespace

std::optional<std::string> parse_ssl_setting(std::string_view line, int context, std::string_view key) {
  const auto fields = parse_fields(line, "+QSSLCFG:");
  if (!fields || fields->size() < 2 || !equal_ignoring_case((*fields)[0].text, key)) return std::nullopt;
  if ((*fields)[1].number() != context) return std::nullopt;
  return fields->size() > 2 ? (*fields)[2].text : std::string();
}

namespace {

/// "(0-2)" or "(0,1,3)"; empty for anything else.
std::vector<std::pair<std::int64_t, std::int64_t>> ranges_in(std::string_view text) {
  if (!text.starts_with('(') || !text.ends_with(')')) return {};
  std::vector<std::pair<std::int64_t, std::int64_t>> all;
  for (const auto part : split(text.substr(1, text.size() - 2), ',')) {
    const auto dash = part.find('-');
    const auto low = parse_integer(trimmed(part.substr(0, dash)));
    const auto high = dash == std::string_view::npos ? low : parse_integer(trimmed(part.substr(dash + 1)));
    if (!low || !high || *high < *low) return {};
    all.emplace_back(*low, *high);
  }
  return all;
}

}  // namespace

std::optional<SslKey> parse_ssl_key(std::string_view line) {
  constexpr std::string_view tag = "+QSSLCFG:";
  if (!line.starts_with(tag)) return std::nullopt;
  const auto rest = trimmed(line.substr(tag.size()));
  const auto end = rest.starts_with('"') ? rest.find('"', 1) : std::string_view::npos;
  if (end == std::string_view::npos || end == 1) return std::nullopt;
  SslKey key{std::string(rest.substr(1, end - 1))};
  // The key, the contexts, and then the values: ,(0-5),(0-2)
  const auto contexts = rest.find(')', end);
  const auto comma = contexts == std::string_view::npos ? contexts : rest.find(',', contexts);
  if (comma != std::string_view::npos) key.ranges = ranges_in(trimmed(rest.substr(comma + 1)));
  return key;
}

Result<MqttSsl> parse_mqtt_ssl(std::string_view line) {
  const auto fields = parse_fields(line, "+QMTCFG:");
  const auto wrong = [&] { return not_understood("reading whether MQTT uses SSL", line); };
  if (!fields || fields->size() < 2 || !equal_ignoring_case((*fields)[0].text, "ssl")) return wrong();
  // Three values: the client's number is in front of what the reference shows.
  const std::size_t at = fields->size() >= 4 ? 2 : 1;
  const auto enabled = (*fields)[at].number();
  if (!enabled) return wrong();
  MqttSsl ssl{*enabled != 0, 0};
  if (fields->size() > at + 1) {
    const auto context = (*fields)[at + 1].number();
    if (!context) return wrong();
    ssl.context = *context;
  }
  return ssl;
}

std::optional<Message> parse_message(std::string_view line) {
  constexpr std::string_view tag = "+QMTRECV:";
  if (!line.starts_with(tag)) return std::nullopt;
  auto rest = trimmed(line.substr(tag.size()));
  const auto client_end = rest.find(',');
  if (client_end == std::string_view::npos) return std::nullopt;
  const auto client = parse_integer(rest.substr(0, client_end));
  rest.remove_prefix(client_end + 1);
  const auto id_end = rest.find(',');
  if (!client || *client < 0 || *client > 5 || id_end == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(id_end + 1);
  const auto topic_end = rest.find("\",");
  if (!rest.starts_with('"') || topic_end == std::string_view::npos || topic_end == 0) return std::nullopt;
  const auto payload = parse_payload(rest.substr(topic_end + 2));
  if (!payload) return std::nullopt;
  return Message{static_cast<int>(*client), std::string(rest.substr(1, topic_end - 1)), *payload};
}

}  // namespace epki::ec200u

#include "provision/plan/boot_exchanges.hpp"

#include "core/text.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/plan/boot_check.hpp"

namespace epki::plan {

namespace {

using From = CaptureLine::From;

bool is_final(std::string_view text) {
  return text == "OK" || text == "ERROR" || text == "NO CARRIER" || text.starts_with("+CME ERROR") ||
         text.starts_with("+CMS ERROR") || text == "SEND OK" || text == "SEND FAIL";
}

void add_exchanges(Boot& boot) {
  for (std::size_t i = 0; i < boot.lines.size(); ++i) {
    const auto& line = boot.lines[i];
    if (line.from == From::host) {
      boot.exchanges.push_back({.command = normal_command(line.text), .line = line.line, .position = i, .at = line.at});
    } else if (!boot.exchanges.empty() && !boot.exchanges.back().final) {
      auto& last = boot.exchanges.back();
      if (is_final(line.text)) {
        last.final = line.text;
        last.final_at = line.at;
      } else {
        last.answers.push_back(line.text);
      }
    }
  }
}

/// "AT+QSSLCFG=" and its values; nothing for another form of command.
std::optional<std::vector<ec200u::Field>> values_of(const std::string& command, std::string& name) {
  const auto equals = command.find('=');
  if (equals == std::string::npos) return std::nullopt;
  name = command.substr(0, equals + 1);
  return ec200u::parse_fields(command, name);
}

}  // namespace

std::string normal_command(std::string_view text) {
  std::string out;
  bool quoted = false;
  for (const char c : trimmed(text)) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == ' ' || c == '\t')) continue;
    out += !quoted && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

bool same_command(std::string_view a, std::string_view b) {
  const auto left = normal_command(a), right = normal_command(b);
  if (left == right) return true;
  std::string name, other;
  const auto mine = values_of(left, name);
  const auto yours = values_of(right, other);
  if (!mine || !yours || name != other || mine->size() != yours->size()) return false;
  const bool ssl = name == "AT+QSSLCFG=";
  for (std::size_t i = 0; i < mine->size(); ++i) {
    const auto& one = (*mine)[i].text;
    const auto& two = (*yours)[i].text;
    const bool key = i == 0 && (ssl || name == "AT+QMTCFG=");
    const bool placeholder = one == key_password_placeholder || two == key_password_placeholder;
    const bool same = key             ? equal_ignoring_case(one, two)
                      : placeholder   ? !one.empty() && !two.empty()
                      : ssl && i == 2 ? ec200u::same_ssl_value((*mine)[0].text, one, two)
                                      : one == two;
    if (!same) return false;
  }
  return true;
}

std::vector<Boot> boots_of(const Capture& capture) {
  std::vector<Boot> all(1);
  for (const auto& line : capture.lines) {
    if (line.from == From::modem && line.text == "RDY") {
      Boot next{.ready = true};
      if (!all.back().ready) {  // what came before the first RDY may be this boot's impatience
        next.before = std::move(all.back().lines);
        all.pop_back();
      }
      all.push_back(std::move(next));
    } else {
      all.back().lines.push_back(line);
    }
  }
  for (auto& boot : all) add_exchanges(boot);
  return all;
}

}  // namespace epki::plan

#include "provision/ec200u/fields.hpp"

#include <limits>

#include "core/text.hpp"

namespace epki::ec200u {

namespace {

/// Takes one value off the front of `rest`. False when the grammar is broken.
bool take_field(std::string_view& rest, Field& field) {
  const auto first = rest.find_first_not_of(' ');
  rest.remove_prefix(first == std::string_view::npos ? rest.size() : first);
  if (!rest.starts_with('"')) {
    const auto end = rest.find(',');
    field = {std::string(trimmed(rest.substr(0, end))), false};
    if (field.text.find('"') != std::string::npos) return false;
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
    return true;
  }
  const auto end = rest.find('"', 1);
  if (end == std::string_view::npos) return false;
  field = {std::string(rest.substr(1, end - 1)), true};
  rest = rest.substr(end + 1);
  const auto next = rest.find_first_not_of(' ');
  rest.remove_prefix(next == std::string_view::npos ? rest.size() : next);
  return rest.empty() || rest.front() == ',';
}

}  // namespace

std::optional<int> Field::number() const {
  if (quoted) return std::nullopt;
  const auto value = parse_integer(text);
  if (!value || *value > std::numeric_limits<int>::max() || *value < std::numeric_limits<int>::min())
    return std::nullopt;
  return static_cast<int>(*value);
}

std::optional<std::vector<Field>> parse_fields(std::string_view line, std::string_view tag) {
  if (!line.starts_with(tag)) return std::nullopt;
  std::string_view rest = trimmed(line.substr(tag.size()));
  if (rest.empty()) return std::nullopt;
  std::vector<Field> fields;
  for (;;) {
    Field field;
    if (!take_field(rest, field)) return std::nullopt;
    fields.push_back(std::move(field));
    if (rest.empty()) return fields;
    rest.remove_prefix(1);
    // A comma at the end announces one more value, an empty one.
    if (rest.empty()) {
      fields.emplace_back();
      return fields;
    }
  }
}

std::optional<std::vector<int>> parse_numbers(std::string_view line, std::string_view tag) {
  const auto fields = parse_fields(line, tag);
  if (!fields) return std::nullopt;
  std::vector<int> numbers;
  for (const Field& field : *fields) {
    const auto number = field.number();
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

Error not_understood(std::string_view doing, std::string_view line) {
  return {Errc::modem_refused,
          std::string(doing) + ": the modem answered \"" + visible(line) + "\", which this program does not understand",
          "run again with -v and report the wire log together with the firmware's name"};
}

}  // namespace epki::ec200u

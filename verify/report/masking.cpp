#include "verify/report/masking.hpp"

#include <vector>

namespace epki::report {

namespace {

constexpr std::size_t shown_digits = 8;
constexpr std::string_view a_port = "PORT";

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

struct Hidden {
  std::string what, by;
};

Json hide(const Json& json, const std::vector<Hidden>& all) {
  if (json.is_object()) {
    Json object = Json::object();
    for (const auto& [key, value] : json.members()) object.set(key, hide(value, all));
    return object;
  }
  if (json.is_array()) {
    Json array = Json::array();
    for (const auto& value : json.items()) array.push(hide(value, all));
    return array;
  }
  auto text = json.text();
  if (!text) return json;
  for (const auto& [what, by] : all) replace_all(*text, what, by);
  return *text;
}

std::vector<Hidden> numbers_of(const Json& device) {
  std::vector<Hidden> all;
  for (const auto* member : {"imei", "iccid"}) {
    const auto number = device[member].text_or("");
    // One that is masked already is as it should be.
    if (number.size() > shown_digits && number.find("…") == std::string::npos) all.push_back({number, masked(number)});
  }
  return all;
}

}  // namespace

std::string masked(std::string_view number) {
  return number.size() <= shown_digits ? std::string(number) : std::string(number.substr(0, shown_digits)) + "…";
}

Json without_personal_numbers(const Json& json, const Json& device) {
  return hide(json, numbers_of(device));
}

Json for_others(const Json& document, bool ok) {
  const auto& device = document["device"];
  auto hidden = numbers_of(device);
  const auto port = device["port"].text_or("");
  const bool real = !device["simulated"].boolean().value_or(false) && !port.starts_with("sim:");
  if (real && port.size() > a_port.size()) hidden.push_back({port, std::string(a_port)});
  Json whole = Json::object({{"schema", "ec200u-pki/verify/1"}, {"ok", ok}});
  for (const auto& [key, value] : document.members())
    if (key != "schema" && key != "ok") whole.set(key, hide(value, hidden));
  if (real && !port.empty()) {
    auto named = whole["device"];
    whole.set("device", named.set("port", a_port));
  }
  return whole;
}

}  // namespace epki::report

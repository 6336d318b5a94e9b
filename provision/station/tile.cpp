#include "provision/station/tile.hpp"

#include <array>
#include <utility>

namespace epki::station {

namespace {

constexpr std::array<std::pair<State, std::string_view>, 7> states{{{State::empty, "empty"},
                                                                    {State::found, "found"},
                                                                    {State::identified, "identified"},
                                                                    {State::uploaded, "uploaded"},
                                                                    {State::configured, "configured"},
                                                                    {State::verified, "verified"},
                                                                    {State::recorded, "recorded"}}};

}  // namespace

std::string_view word(State state) {
  for (const auto& [known, text] : states)
    if (known == state) return text;
  return "empty";
}

std::optional<State> parse_state(std::string_view text) {
  for (const auto& [known, name] : states)
    if (name == text) return known;
  return std::nullopt;
}

std::string_view word(Light light) {
  switch (light) {
    case Light::idle: return "idle";
    case Light::working: return "working";
    case Light::pass: return "pass";
    case Light::fail: return "fail";
  }
  return "idle";
}

Json Tile::json() const {
  return Json::object({{"slot", slot},
                       {"port", port},
                       {"state", word(state)},
                       {"light", word(light)},
                       {"imei", imei},
                       {"model", model},
                       {"firmware", firmware},
                       {"serial", serial},
                       {"name", name},
                       {"status", status},
                       {"step", step},
                       {"done", done},
                       {"total", total},
                       {"code", code},
                       {"cause", cause},
                       {"remedy", remedy},
                       {"notes", Json::array_of(notes)},
                       {"label", label},
                       {"since", rfc3339(since)},
                       {"duration_ms", duration_ms},
                       {"boards", boards}});
}

Json Counters::json() const {
  Json json = Json::object({{"passed", passed}, {"failed", failed}});
  json.set("first_pass_per_mille", first_pass_per_mille ? Json(*first_pass_per_mille) : Json());
  return json;
}

}  // namespace epki::station

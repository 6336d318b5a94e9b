#include "verify/report/saved_policy.hpp"

#include "core/toml.hpp"

namespace epki::report {

namespace {

std::string value_text(const Json& value) {
  if (const auto number = value.integer()) return std::to_string(*number);
  const auto text = value.text_or("unknown");
  return toml_quoted(text);
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) out += (out.size() > 1 ? ", " : "") + toml_quoted(text);
  return out + "]";
}

}  // namespace

std::string saved_policy(const Json& document, const std::vector<std::string>& built_in) {
  const auto& device = document["device"];
  std::string out =
      "# Measured by ec200u-pki verify. ec200u-pki verify --port sim:FILE plays this modem. \"unknown\" was not "
      "established.\n";
  out += "description = " +
         toml_quoted("as measured: " + device["model"].text_or("?") + " " + device["firmware"].text_or("?")) + "\n";
  if (!built_in.empty()) out += "built_in = " + list_of(built_in) + "\n";
  out += "\n[identity]\nmodel = " + toml_quoted(device["model"].text_or("EC200U")) +
         "\nrevision = " + toml_quoted(device["firmware"].text_or("unknown")) + "\n";
  for (const auto& [path, verdict] : document["verdict"].members()) {
    out += "\n# Class: " + verdict["class"].text_or("inconclusive") + "\n[policy." + path + "]\n";
    for (const auto& [row, value] : verdict["policy"].members())
      if (!value.is_object()) out += row + " = " + value_text(value) + "\n";
    if (verdict["policy"]["knobs"].size() == 0) continue;
    out += "[policy." + path + ".knobs]\n";
    for (const auto& [knob, value] : verdict["policy"]["knobs"].members())
      out += knob + " = " + value_text(value) + "\n";
  }
  return out;
}

}  // namespace epki::report

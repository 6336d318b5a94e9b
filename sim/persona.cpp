#include "sim/persona.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "core/clock.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "core/toml.hpp"
#include "sim/persona_faults.hpp"
#include "sim/persona_policy.hpp"
#include "sim/shipped.hpp"

namespace epki::sim {
namespace {

std::optional<std::string_view> shipped(std::string_view path) {
  for (const auto& file : shipped_files())
    if (file.path == path) return file.content;
  return std::nullopt;
}

bool digits(std::string_view text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void read_identity(TomlReader table, Persona& into) {
  table.text("manufacturer", into.manufacturer);
  table.text("model", into.model);
  table.text("revision", into.revision);
  if (table.text("imei", into.imei) && !digits(into.imei, 15, 15))
    table.complain("imei", "an IMEI has 15 digits", "imei = \"861234567890123\"");
  if (table.text("imsi", into.imsi) && !digits(into.imsi, 6, 15))
    table.complain("imsi", "an IMSI has 6 to 15 digits", "imsi = \"001010123456789\"");
  if (table.text("iccid", into.iccid) && !digits(into.iccid, 18, 20))
    table.complain("iccid", "an ICCID has 18 to 20 digits", "iccid = \"89860000000000000000\"");
}

void read_hosts(TomlReader table, Persona& into) {
  for (const auto& name : table.keys()) {
    std::vector<std::string> addresses;
    if (table.holds_list(name)) {
      if (!table.texts(name, addresses)) continue;
    } else {
      std::string address;
      if (!table.text(name, address)) continue;
      addresses.push_back(address);
    }
    into.hosts[lower(name)] = std::move(addresses);
  }
}

void read_radio(TomlReader table, Radio& into) {
  constexpr std::pair<std::string_view, Radio::Sim> sims[] = {
      {"ready", Radio::Sim::ready}, {"missing", Radio::Sim::missing}, {"pin", Radio::Sim::pin}};
  table.word<Radio::Sim>("sim", into.sim, sims);
  table.integer("registration", into.registration, 0, 5);
  constexpr std::pair<std::string_view, bool> outcomes[] = {{"ok", false}, {"fails", true}};
  table.word<bool>("pdp", into.pdp_fails, outcomes);
  table.word<bool>("ntp", into.ntp_fails, outcomes);
  table.text("operator", into.operator_name);
}

void read_timing(TomlReader& file, Persona& into) {
  file.integer("baud", into.baud, 0, 4'000'000);
  std::int64_t think = into.think.count(), boot = into.boot.count();
  file.integer("think_ms", think, 0, 600'000);
  file.integer("boot_ms", boot, 0, 600'000);
  into.think = std::chrono::milliseconds(think);
  into.boot = std::chrono::milliseconds(boot);
  if (file.text("clock", into.clock) && into.clock != "host" && !parse_rfc3339(into.clock))
    file.complain("clock", "clock = \"" + into.clock + "\" is no moment",
                  "use \"host\" or an RFC 3339 moment, \"1980-01-06T00:00:00Z\"");
}

/// Contents of the built_in files; a shipped persona's come from the program itself.
void read_built_in(TomlReader& file, const std::filesystem::path& folder, bool from_program, Persona& into) {
  std::vector<std::string> paths;
  file.texts("built_in", paths);
  for (const auto& path : paths) {
    if (from_program) {
      if (const auto content = shipped(path)) into.built_in_pem.emplace_back(*content);
      continue;
    }
    auto content = read_file(folder / path, 16U << 20U);
    if (!content)
      file.complain("built_in", content.error().what, "paths are relative to the persona file's folder");
    else if (content->find("-----BEGIN CERTIFICATE-----") == std::string::npos)
      file.complain("built_in", path + " holds no PEM certificate", "name files with PEM certificates");
    else
      into.built_in_pem.push_back(std::move(*content));
  }
}

Result<Persona> read_all(std::string_view text, const std::string& name, const std::filesystem::path& folder,
                         bool from_program) {
  auto file = TomlReader::parse(text, name);
  if (!file) return std::move(file).error();
  if (auto known = file->format(1, "persona"); !known) return std::move(known).error();
  Persona persona;
  persona.file = name;
  persona.name = std::filesystem::path(name).stem().string();
  file->text("name", persona.name);
  file->text("description", persona.description);
  file->boolean("allow_network", persona.allow_network);
  file->integer("dns_port", persona.dns_port, 0, 65535);
  read_timing(*file, persona);
  read_built_in(*file, folder, from_program, persona);
  read_identity(file->table("identity"), persona);
  auto policy = file->table("policy");
  read_policy(policy.table("mqtt"), persona.mqtt);
  read_policy(policy.table("ssl"), persona.ssl);
  // One path described means both are alike: most personas have one TLS stack.
  if (!policy.has("ssl")) persona.ssl = persona.mqtt;
  if (!policy.has("mqtt")) persona.mqtt = persona.ssl;
  read_hosts(file->table("hosts"), persona);
  read_quirks(file->table("quirks"), persona.quirks);
  read_faults(file->table("faults"), persona.faults);
  read_radio(file->table("radio"), persona.radio);
  if (auto read = file->finish(); !read) {
    auto error = std::move(read).error();
    if (error.hint == "see docs/configuration.md") error.hint = "see docs/personas.md";
    return error;
  }
  return persona;
}

}  // namespace

Result<Persona> parse_persona(std::string_view text, const std::string& name, const std::filesystem::path& folder) {
  return read_all(text, name, folder, false);
}

Result<Persona> load_persona(const std::string& name_or_file) {
  if (const auto text = shipped(name_or_file + ".toml")) return read_all(*text, name_or_file + ".toml", {}, true);
  if (!name_or_file.ends_with(".toml") && name_or_file.find('/') == std::string::npos) {
    std::string list;
    for (const auto& name : shipped_personas()) list += (list.empty() ? "" : ", ") + name;
    return Error{Errc::input, "there is no persona named " + name_or_file,
                 "use one of: " + list + ", or the path of a .toml file"};
  }
  const std::filesystem::path path(name_or_file);
  auto text = read_file(path, 4U << 20U);
  if (!text) return std::move(text).error().during("reading the persona");
  return read_all(*text, name_or_file, path.parent_path(), false);
}

std::vector<std::string> shipped_personas() {
  std::vector<std::string> names;
  for (const auto& file : shipped_files())
    if (file.path.ends_with(".toml")) names.emplace_back(file.path.substr(0, file.path.size() - 5));
  return names;
}

}  // namespace epki::sim

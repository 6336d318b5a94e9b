#include "config/project.hpp"

#include <algorithm>
#include <map>
#include <system_error>

#include "config/keys.hpp"
#include "config/names.hpp"
#include "core/file.hpp"

namespace epki::config {

namespace fs = std::filesystem;

namespace {

// One reader a table: a reader reports the keys it was never asked for.
using Tables = std::map<std::string_view, TomlReader>;

// What no single key can tell.
void check_together(Tables& tables, const Project& project) {
  auto& ca = tables.at("ca");
  auto& broker = tables.at("broker");
  auto& modem = tables.at("modem");
  if (!ca.has("name"))
    ca.complain("name", "ca.name is missing", "add it to [ca]: it becomes part of the root's subject");
  if (project.ca.server_days > project.ca.root_days)
    ca.complain("server_days", "ca.server_days is more than ca.root_days: the root would end first",
                "no server certificate outlives its root");
  if (project.broker.hosts.empty())
    broker.complain("hosts", "broker.hosts names no host",
                    "name what the modem dials: hosts = [\"broker.example.org\"]");
  if (project.modem.spare_context == project.modem.ssl_context)
    modem.complain(modem.has("spare_context") ? "spare_context" : "ssl_context",
                   "modem.spare_context and modem.ssl_context are both " + std::to_string(project.modem.ssl_context),
                   "the wrong-CA control needs a context of its own: choose another number from 0 to 5");
}

// An address among the hosts is matched as an iPAddress by some clients and as a dNSName by others: carry both.
void add_addresses_among_hosts(Broker& broker) {
  for (const auto& host : broker.hosts)
    if (is_address(host) && std::find(broker.ips.begin(), broker.ips.end(), host) == broker.ips.end())
      broker.ips.push_back(host);
}

// `absolute` leaves "." and a slash at the end, which would show in every path we print.
fs::path plain_absolute(const fs::path& folder) {
  std::error_code failed;
  auto path = fs::absolute(folder, failed).lexically_normal();
  if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
  return path;
}

}  // namespace

Result<Project> parse(std::string_view text, std::string_view name, const fs::path& folder) {
  if (const auto why = why_no_line(folder.string()); !why.empty())
    return Error{Errc::input, "the path of the project folder " + why,
                 "rename the folder: files made in it, such as mosquitto.conf, cannot hold such a path"};
  auto file = TomlReader::parse(text, name);
  if (!file) return std::move(file).error();
  Project project;
  project.folder = plain_absolute(folder);
  Tables tables;
  for (const auto& key : all_keys()) {
    const auto table = tables.find(key.table);
    key.read(table != tables.end() ? table->second : tables.emplace(key.table, file->table(key.table)).first->second,
             key, project);
  }
  check_together(tables, project);
  if (auto read = file->finish(); !read) return std::move(read).error();
  add_addresses_among_hosts(project.broker);
  return project;
}

Result<Project> load(const fs::path& folder) {
  const auto path = (folder / project_file).lexically_normal();
  std::error_code failed;
  if (!fs::exists(path, failed) && !failed)
    return Error{Errc::input, "no " + std::string(project_file) + " in " + plain_absolute(folder).string(),
                 "run ec200u-pki init here, or name the project folder with -C"};
  auto text = read_file(path, 1U << 20U);
  if (!text) return std::move(text).error();
  return parse(*text, path.string(), folder);
}

std::string render(const Project& project) {
  std::string out = "# Project file of ec200u-pki. Every key is explained in docs/configuration.md.\n";
  std::string_view table;
  for (const auto& key : all_keys()) {
    if (key.table != table) {
      table = key.table;
      out += "\n[" + std::string(table) + "]\n";
    }
    out += "# " + std::string(key.sentence) + " (" + std::string(key.range) + ")\n";
    out += std::string(key.name) + " = " + key.write(project) + "\n";
  }
  return out;
}

std::vector<std::string> known_keys() {
  std::vector<std::string> names;
  for (const auto& key : all_keys()) names.push_back(std::string(key.table) + "." + std::string(key.name));
  return names;
}

}  // namespace epki::config

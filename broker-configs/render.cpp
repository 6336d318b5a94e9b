// The texts are templates (templates/broker); what goes into them is decided here.

#include "broker-configs/render.hpp"

#include <algorithm>
#include <array>

#include "broker-configs/embedded.hpp"
#include "broker-configs/mosquitto.hpp"
#include "broker-configs/sealed.hpp"
#include "config/names.hpp"
#include "core/json.hpp"
#include "core/template.hpp"
#include "core/text.hpp"

namespace epki::broker {

namespace {

// TLS 1.2 names of what the modem can offer (AT reference, 2) and OpenSSL 3 still has at security level 2: forward
// secrecy first, then the RSA key exchanges that every firmware has. Static ECDH, 3DES and RC4 are gone from OpenSSL 3.
constexpr std::string_view ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:"
    "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:"
    "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA";

// Where a configuration finds its files.
enum class Site : std::uint8_t { project, host, container };

// The official image's tags for the three versions, and where it keeps its plugins (image eclipse-mosquitto, README).
std::string_view image_of(Version version) {
  switch (version) {
    case Version::v2_0_11: return "2.0.11";
    case Version::v2_0_22: return "2.0.22";
    case Version::v2_1: return "2.1.2-alpine";
  }
  return "";
}
constexpr std::string_view acl_plugin_of_the_image = "/usr/lib/mosquitto_acl_file.so";

// A word of a unit file: quoted, with what the service manager would expand doubled (systemd.service(5), "Command
// lines").
std::string unit_word(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '%' || c == '$') out += c;
    out += c;
  }
  return out + "\"";
}

Endpoint main_endpoint(const config::Project& project, const RenderOptions& options) {
  return options.listen.value_or(Endpoint{project.broker.listen, static_cast<std::uint16_t>(project.broker.port)});
}

Json listeners(const config::Project& project, const RenderOptions& options, Site site) {
  Json all = Json::array();
  const auto add = [&](const Endpoint& at, bool websockets) {
    // In a container every address is its own; what others reach is decided outside.
    const bool everywhere = at.address.empty() || site == Site::container;
    const bool v6 = at.address.find(':') != std::string::npos;
    all.push(Json::object({{"everywhere", everywhere},
                           {"address", at.address},
                           {"publish", at.address.empty() ? "" : (v6 ? "[" + at.address + "]" : at.address) + ":"},
                           {"port", std::int64_t{at.port}},
                           {"websockets", websockets}}));
  };
  add(main_endpoint(project, options), false);
  if (options.websockets) add(*options.websockets, true);
  return all;
}

Json facts(const config::Project& project, const RenderOptions& options, Site site) {
  const std::string broker = project.broker_folder().string();
  const std::string folder = options.folder.empty() ? broker : options.folder;
  const bool low =
      main_endpoint(project, options).port < 1024 || (options.websockets && options.websockets->port < 1024);
  Json data = Json::object({{"version", word(options.version)},
                            {"mutual", project.broker.mutual},
                            {"crl", project.broker.mutual && options.crl},
                            {"selftest", project.provision.topic},
                            {"ciphers", ciphers},
                            {"in_place", site == Site::project},
                            {"as_root", options.as_root && site == Site::project},
                            {"persistence", false},
                            {"acl_plugin", false},
                            {"certs", broker + "/certs"},
                            {"acl", folder + "/acl"},
                            {"listeners", listeners(project, options, site)},
                            {"low_port", low},
                            {"image", image_of(options.version)},
                            {"owner", options.owner},
                            {"program", unit_word(options.program)},
                            {"project", unit_word(project.folder.string())},
                            {"installer", unit_word(broker + "/deploy/install.sh")},
                            {"crl_days", project.ca.crl_days}});
  if (site == Site::host) {
    data.set("certs", "/etc/mosquitto/ec200u/certs")
        .set("acl", "/etc/mosquitto/ec200u/acl")
        .set("persistence", "/var/lib/mosquitto/");
  } else if (site == Site::container) {
    data.set("certs", "/mosquitto/config/certs")
        .set("acl", "/mosquitto/config/acl")
        .set("persistence", "/mosquitto/data/");
    if (options.version == Version::v2_1) data.set("acl_plugin", acl_plugin_of_the_image);
  }
  return data;
}

// Sections that do not apply leave their empty lines behind.
std::string without_gaps(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '\n' || !out.ends_with("\n\n")) out += c;
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

Result<std::string> filled(std::string_view path, const Json& data) {
  const auto text = embedded_template(path);
  if (text.empty()) return Error{Errc::internal, "no template " + std::string(path)};
  auto out = fill_template(text, data, Escaping::plain);
  if (!out) return out;
  return sealed(without_gaps(*out));
}

struct Entry {
  std::string_view path, source;
  Site site = Site::project;
  bool only_with_crl = false;
};

constexpr std::array<Entry, 14> entries{{
    {"mosquitto.conf", "mosquitto.conf", Site::project},
    {"acl", "acl", Site::project},
    {"deploy/install.sh", "deploy/install.sh", Site::project},
    {"deploy/permissions", "deploy/permissions", Site::project},
    {"deploy/host/mosquitto.conf", "mosquitto.conf", Site::host},
    {"deploy/host/mosquitto.service.d/ec200u.conf", "deploy/host/mosquitto.service.d/ec200u.conf", Site::host},
    {"deploy/host/ec200u-broker-reload.path", "deploy/host/ec200u-broker-reload.path", Site::host},
    {"deploy/host/ec200u-broker-reload.service", "deploy/host/ec200u-broker-reload.service", Site::host},
    {"deploy/container/compose.yaml", "deploy/container/compose.yaml", Site::container},
    {"deploy/container/mosquitto.conf", "mosquitto.conf", Site::container},
    {"deploy/ca/ec200u-renew.service", "deploy/ca/ec200u-renew.service", Site::project},
    {"deploy/ca/ec200u-renew.timer", "deploy/ca/ec200u-renew.timer", Site::project},
    {"deploy/ca/ec200u-crl.service", "deploy/ca/ec200u-crl.service", Site::project, true},
    {"deploy/ca/ec200u-crl.timer", "deploy/ca/ec200u-crl.timer", Site::project, true},
}};

Status refuse(const config::Project& project, const RenderOptions& options) {
  if (!project.broker.mutual || !options.crl) return success();
  if (options.websockets)
    return Error{Errc::input,
                 "a CRL and a websockets listener do not go together: Mosquitto does not look at the CRL "
                 "there, so revoked devices would come in by that door",
                 "leave --websockets away, or take broker/certs/crl.pem away and shorten ca.device_days instead"};
  if (project.ca.crl_days < 2)
    return Error{Errc::input,
                 "ca.crl_days is " + std::to_string(project.ca.crl_days) +
                     ": such a CRL ends before the daily timer makes the next one, and then every client is "
                     "refused",
                 "set ca.crl_days to 2 at least, 30 is usual, and make the CRL again"};
  return success();
}

}  // namespace

std::string_view modem_ciphers() {
  return ciphers;
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const Error wrong{Errc::usage, "\"" + std::string(text) + "\" is no ADDRESS:PORT",
                    "write 192.0.2.1:8883, [2001:db8::1]:8883, or :8883 for every address"};
  const auto colon = text.rfind(':');
  std::string_view address = colon == std::string_view::npos ? std::string_view() : text.substr(0, colon);
  const auto port = parse_integer(colon == std::string_view::npos ? text : text.substr(colon + 1));
  if (!port || *port < 1 || *port > 65535) return wrong;
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  else if (address.find(':') != std::string_view::npos)
    return wrong;
  if (!address.empty() && !config::why_no_host(address).empty()) return wrong;
  return Endpoint{std::string(address), static_cast<std::uint16_t>(*port)};
}

Result<std::vector<RenderedFile>> render(const config::Project& project, const RenderOptions& options) {
  if (auto checked = refuse(project, options); !checked) return std::move(checked).error();
  std::vector<RenderedFile> files;
  for (const auto& entry : entries) {
    if (entry.only_with_crl && !(project.broker.mutual && options.crl)) continue;
    auto text = filled(entry.source, facts(project, options, entry.site));
    if (!text) return std::move(text).error();
    files.push_back({std::string(entry.path), *std::move(text), entry.path.ends_with(".sh") ? 0755U : 0644U});
  }
  return files;
}

Result<std::string> render_configuration(const config::Project& project, const RenderOptions& options) {
  if (auto checked = refuse(project, options); !checked) return std::move(checked).error();
  return filled("mosquitto.conf", facts(project, options, Site::project));
}

Result<std::string> acl_text(const config::Project& project) {
  return filled("acl", facts(project, {}, Site::project));
}

std::string reachable_at(const config::Project& project) {
  const auto& listen = project.broker.listen;
  if (listen.empty() || listen == "0.0.0.0") return "127.0.0.1";
  return listen == "::" ? "::1" : listen;
}

}  // namespace epki::broker

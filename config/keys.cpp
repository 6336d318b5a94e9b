#include "config/keys.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "config/names.hpp"

namespace epki::config {

namespace {

using Why = std::string (*)(std::string_view);
using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 5> key_types{"rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"};
constexpr std::array<std::string_view, 4> clock_sources{"auto", "ntp", "host", "leave"};
constexpr std::array<std::string_view, 2> clock_fallbacks{"set-clock", "hold"};

void complain_if(TomlReader& table, const Key& key, std::string_view value, Why why) {
  const std::string name = std::string(key.table) + "." + std::string(key.name);
  if (const auto reason = why(value); !reason.empty())
    table.complain(key.name, name + " = " + toml_quoted(value) + " " + reason, "use " + std::string(key.range));
}

void read_text(TomlReader& table, const Key& key, std::string& into, Why why) {
  if (table.text(key.name, into)) complain_if(table, key, into, why);
}

void read_optional(TomlReader& table, const Key& key, std::string& into, Why why) {
  if (table.text(key.name, into) && !into.empty()) complain_if(table, key, into, why);
}

void read_texts(TomlReader& table, const Key& key, std::vector<std::string>& into, Why why) {
  if (!table.texts(key.name, into)) return;
  for (const auto& text : into) complain_if(table, key, text, why);
}

void read_word(TomlReader& table, const Key& key, std::string& into, Words words) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  for (const auto word : words) pairs.emplace_back(word, word);
  std::string_view chosen = into;
  if (table.word<std::string_view>(key.name, chosen, pairs)) into = std::string(chosen);
}

std::string why_no_address(std::string_view text) {
  return is_address(text) ? "" : "is no IPv4 or IPv6 address";
}

std::string why_no_path(std::string_view text) {
  if (text.empty()) return "is empty";
  if (text.back() == '/') return "names a folder, not a file";
  return why_no_line(text);
}

std::string why_no_port(std::string_view text) {
  return text.empty() ? "is empty" : why_no_line(text);
}

// Its value is never repeated: it may hold a password.
void read_url(TomlReader& table, const Key& key, std::string& into) {
  if (!table.text(key.name, into) || into.empty()) return;
  const bool good = into.starts_with("postgresql://") || into.starts_with("postgres://");
  if (!good || !why_no_line(into).empty())
    table.complain(key.name, std::string(key.table) + "." + std::string(key.name) + " names no PostgreSQL database",
                   "use " + std::string(key.range));
}

std::string as_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) out += (out.size() > 1 ? ", " : "") + toml_quoted(text);
  return out + "]";
}

std::string as_word(bool value) {
  return value ? "true" : "false";
}

using R = TomlReader;
using K = const Key&;
using P = Project;

const Key keys[] = {
    {"ca", "name", "1 to 48 characters", "The name in the root's subject.",
     [](R& t, K k, P& p) { read_text(t, k, p.ca.name, why_no_subject); },
     [](const P& p) { return toml_quoted(p.ca.name); }},
    {"ca", "key", "rsa-2048, rsa-3072, rsa-4096, ec-p256 or ec-p384", "The key type of certificates made from now on.",
     [](R& t, K k, P& p) { read_word(t, k, p.ca.key, key_types); }, [](const P& p) { return toml_quoted(p.ca.key); }},
    {"ca", "root_days", "1 to 36500", "How many days a root is valid.",
     [](R& t, K k, P& p) { t.integer(k.name, p.ca.root_days, 1, 36500); },
     [](const P& p) { return std::to_string(p.ca.root_days); }},
    {"ca", "server_days", "1 to 36500, at most root_days", "How many days a server certificate is valid.",
     [](R& t, K k, P& p) { t.integer(k.name, p.ca.server_days, 1, 36500); },
     [](const P& p) { return std::to_string(p.ca.server_days); }},
    {"ca", "issuing", "true or false",
     "Whether certificates come from issuing CAs below the roots, so that the roots' keys can be kept offline.",
     [](R& t, K k, P& p) { t.boolean(k.name, p.ca.issuing); }, [](const P& p) { return as_word(p.ca.issuing); }},
    {"ca", "issuing_days", "1 to 36500", "How many days an issuing CA is valid, at most as long as its root.",
     [](R& t, K k, P& p) { t.integer(k.name, p.ca.issuing_days, 1, 36500); },
     [](const P& p) { return std::to_string(p.ca.issuing_days); }},
    {"ca", "device_days", "1 to 36500", "How many days a device's certificate is valid, at most as long as its issuer.",
     [](R& t, K k, P& p) { t.integer(k.name, p.ca.device_days, 1, 36500); },
     [](const P& p) { return std::to_string(p.ca.device_days); }},
    {"ca", "crl_days", "1 to 3650", "How many days ahead the next update of a CRL lies.",
     [](R& t, K k, P& p) { t.integer(k.name, p.ca.crl_days, 1, 3650); },
     [](const P& p) { return std::to_string(p.ca.crl_days); }},
    {"ca", "modem_profile", "ec200u, ec200u-ec, a TOML file of kind modem, or empty",
     "What the modems take: server certificates beyond it are not made. Empty: what the broker's profile says.",
     [](R& t, K k, P& p) { read_optional(t, k, p.ca.modem_profile, why_no_line); },
     [](const P& p) { return toml_quoted(p.ca.modem_profile); }},
    {"ca", "permit_names", "host names and addresses; empty: any name",
     "What the broker's CAs made from now on may certify, as name constraints that are not critical; a host "
     "name permits all names below it too.",
     [](R& t, K k, P& p) { read_texts(t, k, p.ca.permit_names, why_no_host); },
     [](const P& p) { return as_list(p.ca.permit_names); }},

    {"broker", "hosts", "at least one host name or address",
     "What modems may dial, the first being what this tool makes them dial; each becomes a dNSName of the server "
     "certificate, and an address counts as one of ips too.",
     [](R& t, K k, P& p) { read_texts(t, k, p.broker.hosts, why_no_host); },
     [](const P& p) { return as_list(p.broker.hosts); }},
    {"broker", "ips", "IPv4 and IPv6 addresses",
     "Addresses the server certificate carries, as iPAddress and as a dNSName with the same text.",
     [](R& t, K k, P& p) { read_texts(t, k, p.broker.ips, why_no_address); },
     [](const P& p) { return as_list(p.broker.ips); }},
    {"broker", "port", "1 to 65535", "The TLS port of the broker.",
     [](R& t, K k, P& p) { t.integer(k.name, p.broker.port, 1, 65535); },
     [](const P& p) { return std::to_string(p.broker.port); }},
    {"broker", "listen", "a host name or address, or empty", "Where the broker binds; empty: on every address.",
     [](R& t, K k, P& p) { read_optional(t, k, p.broker.listen, why_no_host); },
     [](const P& p) { return toml_quoted(p.broker.listen); }},
    {"broker", "mutual", "true or false", "Whether the broker asks every client for a certificate.",
     [](R& t, K k, P& p) { t.boolean(k.name, p.broker.mutual); }, [](const P& p) { return as_word(p.broker.mutual); }},

    {"modem", "port", "auto, a device path, tcp:HOST:PORT, exec:COMMAND, sim or sim:PERSONA",
     "Where the modem is found.", [](R& t, K k, P& p) { read_text(t, k, p.modem.port, why_no_port); },
     [](const P& p) { return toml_quoted(p.modem.port); }},
    {"modem", "baud", "1200 to 2000000", "The speed of a serial port, in bits a second.",
     [](R& t, K k, P& p) { t.integer(k.name, p.modem.baud, 1200, 2000000); },
     [](const P& p) { return std::to_string(p.modem.baud); }},
    {"modem", "rts_cts", "true or false", "Hardware flow control; only where RTS and CTS are wired.",
     [](R& t, K k, P& p) { t.boolean(k.name, p.modem.rts_cts); }, [](const P& p) { return as_word(p.modem.rts_cts); }},
    {"modem", "ssl_context", "0 to 5", "The SSL context that is set up for the broker.",
     [](R& t, K k, P& p) { t.integer(k.name, p.modem.ssl_context, 0, 5); },
     [](const P& p) { return std::to_string(p.modem.ssl_context); }},
    {"modem", "spare_context", "0 to 5, not ssl_context",
     "The SSL context used for the wrong-CA control, put back as it was found.",
     [](R& t, K k, P& p) { t.integer(k.name, p.modem.spare_context, 0, 5); },
     [](const P& p) { return std::to_string(p.modem.spare_context); }},
    {"modem", "client", "0 to 5", "The MQTT client index.",
     [](R& t, K k, P& p) { t.integer(k.name, p.modem.client, 0, 5); },
     [](const P& p) { return std::to_string(p.modem.client); }},
    {"modem", "pdp_context", "1 to 7", "The packet data context.",
     [](R& t, K k, P& p) { t.integer(k.name, p.modem.pdp_context, 1, 7); },
     [](const P& p) { return std::to_string(p.modem.pdp_context); }},
    {"modem", "apn", "printable ASCII without quotes, or empty", "The access point name; empty: as the modem has it.",
     [](R& t, K k, P& p) { read_optional(t, k, p.modem.apn, why_no_at_text); },
     [](const P& p) { return toml_quoted(p.modem.apn); }},

    {"provision", "connect", "true or false", "Whether a provisioned modem is made to connect to the broker.",
     [](R& t, K k, P& p) { t.boolean(k.name, p.provision.connect); },
     [](const P& p) { return as_word(p.provision.connect); }},
    {"provision", "ntp_server", "a host name or address", "Who is asked for the time when the clock comes from NTP.",
     [](R& t, K k, P& p) { read_text(t, k, p.provision.ntp_server, why_no_host); },
     [](const P& p) { return toml_quoted(p.provision.ntp_server); }},
    {"provision", "clock", "auto, ntp, host or leave",
     "Where the modem's clock comes from; auto: NTP, and this machine's clock when nobody answers.",
     [](R& t, K k, P& p) { read_word(t, k, p.provision.clock, clock_sources); },
     [](const P& p) { return toml_quoted(p.provision.clock); }},
    {"provision", "clock_fallback", "set-clock or hold",
     "What the boot sequence tells a device without a plausible time to do: set the clock from its own, or not "
     "connect.",
     [](R& t, K k, P& p) { read_word(t, k, p.provision.clock_fallback, clock_fallbacks); },
     [](const P& p) { return toml_quoted(p.provision.clock_fallback); }},
    {"provision", "registration_seconds", "1 to 3600", "How many seconds to wait for the network.",
     [](R& t, K k, P& p) { t.integer(k.name, p.provision.registration_seconds, 1, 3600); },
     [](const P& p) { return std::to_string(p.provision.registration_seconds); }},
    {"provision", "topic", "under ec200u/, without wildcards",
     "The topic of the message that is published and read back.",
     [](R& t, K k, P& p) { read_text(t, k, p.provision.topic, why_no_topic); },
     [](const P& p) { return toml_quoted(p.provision.topic); }},

    {"ledger", "file", "a path", "The ledger, relative to the project folder.",
     [](R& t, K k, P& p) { read_text(t, k, p.ledger.file, why_no_path); },
     [](const P& p) { return toml_quoted(p.ledger.file); }},
    {"ledger", "url", "a URL that begins with postgresql://, or empty",
     "The PostgreSQL database that several stations share in place of file; leave the password to ~/.pgpass.",
     [](R& t, K k, P& p) { read_url(t, k, p.ledger.url); }, [](const P& p) { return toml_quoted(p.ledger.url); }},

    {"station", "ports", "a list of ports, as modem.port takes them; empty: modem.port alone",
     "The slots of the line; a job file with slots of its own overrules it.",
     [](R& t, K k, P& p) { read_texts(t, k, p.station.ports, why_no_port); },
     [](const P& p) { return as_list(p.station.ports); }},
    {"station", "listen", "ADDR:PORT, an IPv6 address with or without its brackets",
     "Where the operator's page is served; beyond loopback over TLS.",
     [](R& t, K k, P& p) { read_text(t, k, p.station.listen, why_no_endpoint); },
     [](const P& p) { return toml_quoted(p.station.listen); }},
    {"station", "job", "a path, or empty",
     "The job file an engineer wrote, relative to the project folder; empty: this file decides.",
     [](R& t, K k, P& p) { read_optional(t, k, p.station.job, why_no_path); },
     [](const P& p) { return toml_quoted(p.station.job); }},
    {"station", "operator", "a name, or empty", "Who works here, where neither the command line nor the job says.",
     [](R& t, K k, P& p) { read_optional(t, k, p.station.operator_name, why_no_line); },
     [](const P& p) { return toml_quoted(p.station.operator_name); }},
};

}  // namespace

std::span<const Key> all_keys() {
  return keys;
}

}  // namespace epki::config

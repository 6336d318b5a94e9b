#include "provision/plan/boot.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace epki::plan {

namespace {

using std::chrono::seconds;
using Kind = BootStep::Kind;

std::string quoted(std::string_view text) {
  return '"' + std::string(text) + '"';
}

/// Paths are quoted, numbers are bare: a quoted cipher suite is refused (AT reference, 2).
std::string setting_line(int context, const Setting& setting) {
  return "AT+QSSLCFG=" + quoted(setting.key) + "," + std::to_string(context) + "," +
         (is_file_key(setting.key) ? quoted(setting.value) : setting.value);
}

void add_settings(const BootFacts& facts, std::vector<BootStep>& steps) {
  for (const auto& setting : facts.settings) {
    const bool own = is_file_key(setting.key) && !equal_ignoring_case(setting.key, "cacert");
    const bool sealed = facts.key_encrypted && equal_ignoring_case(setting.key, "clientkey");
    std::string because;
    if (own) because = "the file of this very device: another device finds the name of its own with AT+QFLST";
    if (sealed) because += "; the password is the one this key was encrypted with";
    steps.push_back({.kind = Kind::command,
                     .send = setting_line(facts.context, setting) +
                             (sealed ? "," + quoted(key_password_placeholder) : std::string()),
                     .limit = seconds(5),
                     .because = std::move(because)});
  }
  const auto client = std::to_string(facts.client);
  if (facts.set_mqtt_pdp)
    steps.push_back({.kind = Kind::command,
                     .send = "AT+QMTCFG=\"pdpcid\"," + client + "," + std::to_string(facts.pdp),
                     .limit = seconds(5)});
  steps.push_back({.kind = Kind::command,
                   .send = "AT+QMTCFG=\"ssl\"," + client + ",1," + std::to_string(facts.context),
                   .limit = seconds(5),
                   .because = "never open this client without it: it would speak plain MQTT"});
}

void add_network(const BootFacts& facts, std::vector<BootStep>& steps) {
  const auto pdp = std::to_string(facts.pdp);
  steps.push_back({.kind = Kind::registered,
                   .send = "AT+CEREG?",
                   .expect = "+CEREG:",
                   .limit = seconds(120),
                   .because = "1 is home, 5 is roaming"});
  if (!facts.apn.empty())
    steps.push_back({.kind = Kind::command,
                     .send = "AT+QICSGP=" + pdp + ",1," + quoted(facts.apn) + ",\"\",\"\",0",
                     .limit = seconds(5),
                     .because = "an access point that wants a user and a password has them between the empty quotes: "
                                "\"<apn user>\",\"<apn password>\",1"});
  steps.push_back({.kind = Kind::command,
                   .send = "AT+QIACT=" + pdp,
                   .limit = seconds(150),
                   .may_fail = true,
                   .because = "ERROR is the answer when it is active already"});
}

std::string fallback_because(ClockFallback fallback) {
  const std::string gate =
      "the time gate: certificates are judged by this clock. While it lies before that year, ask "
      "again. Never connect before, never set ignorelocaltime to 1 instead";
  return fallback == ClockFallback::none ? gate : gate + "; when the limit has passed:";
}

/// Certificates are judged by the modem's clock, which may start decades back after a power cut.
void add_time_gate(const BootFacts& facts, std::vector<BootStep>& steps) {
  if (facts.network_time)
    steps.push_back({.kind = Kind::command,
                     .send = "AT+CTZU=1",
                     .limit = seconds(5),
                     .may_fail = true,
                     .because = "lets the mobile network set the clock, where it tells the time"});
  else
    steps.push_back({.kind = Kind::command,
                     .send = "AT+CTZU=0",
                     .limit = seconds(5),
                     .may_fail = true,
                     .because = "this network was seen to set the clock wrong"});
  if (!facts.ntp_server.empty())
    steps.push_back({.kind = Kind::deferred,
                     .send = "AT+QNTP=" + std::to_string(facts.pdp) + "," + quoted(facts.ntp_server),
                     .expect = "+QNTP: 0",
                     .limit = seconds(125),
                     .may_fail = true,
                     .because = "sets the clock; it prints UTC whatever zone it appends"});
  steps.push_back({.kind = Kind::clock,
                   .send = "AT+CCLK?",
                   .expect = "+CCLK:",
                   .limit = seconds(60),
                   .year = facts.minimum_year,
                   .fallback = facts.fallback,
                   .because = fallback_because(facts.fallback)});
}

}  // namespace

BootSequence boot_sequence(const BootFacts& facts) {
  BootSequence sequence{.model = facts.model,
                        .firmware = facts.firmware,
                        .files = facts.files,
                        .host = facts.host,
                        .port = facts.port,
                        .client = facts.client,
                        .context = facts.context};
  sequence.steps.push_back({.kind = Kind::wait,
                            .expect = "RDY",
                            .limit = seconds(60),
                            .because = "settings sent before RDY may be taken and have no effect"});
  sequence.steps.push_back({.kind = Kind::command, .send = "ATE0", .limit = seconds(2)});
  add_settings(facts, sequence.steps);
  add_network(facts, sequence.steps);
  add_time_gate(facts, sequence.steps);
  return sequence;
}

std::string BootSequence::ca_file() const {
  for (const auto& file : files)
    if (file.role == FileRole::ca) return file.name;
  return {};
}

std::string_view word(ClockFallback fallback) {
  switch (fallback) {
    case ClockFallback::none: return {};
    case ClockFallback::set_clock: return "set-clock";
    case ClockFallback::hold: return "hold";
  }
  return {};
}

std::string_view word(BootStep::Kind kind) {
  switch (kind) {
    case Kind::wait: return "wait";
    case Kind::command: return "command";
    case Kind::query: return "query";
    case Kind::deferred: return "deferred";
    case Kind::registered: return "registered";
    case Kind::clock: return "clock";
  }
  return "command";
}

std::string boot_open_line(const BootSequence& sequence) {
  return "AT+QMTOPEN=" + std::to_string(sequence.client) + "," + quoted(sequence.host) + "," +
         std::to_string(sequence.port);
}

std::string boot_connect_line(const BootSequence& sequence) {
  return "AT+QMTCONN=" + std::to_string(sequence.client) + ",\"<client id>\"";
}

std::string boot_stem(const BootSequence& sequence, std::string_view device) {
  std::string stem = "ec200u-boot";
  if (!sequence.firmware.empty()) stem += "-" + sequence.firmware;
  if (!device.empty()) stem += "-" + std::string(device);
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  std::ranges::replace_if(
      stem, [&](char c) { return !plain(c); }, '_');
  return stem;
}

}  // namespace epki::plan

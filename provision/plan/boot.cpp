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
  const bool path = setting.key == "cacert" || setting.key == "clientcert" || setting.key == "clientkey";
  return "AT+QSSLCFG=" + quoted(setting.key) + "," + std::to_string(context) + "," +
         (path ? quoted(setting.value) : setting.value);
}

void add_settings(const BootFacts& facts, std::vector<BootStep>& steps) {
  for (const auto& setting : facts.settings)
    steps.push_back({.kind = Kind::command, .send = setting_line(facts.context, setting), .limit = seconds(5)});
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
                     .limit = seconds(5)});
  steps.push_back({.kind = Kind::command,
                   .send = "AT+QIACT=" + pdp,
                   .limit = seconds(150),
                   .may_fail = true,
                   .because = "ERROR is the answer when it is active already"});
}

/// Certificates are judged by the modem's clock, which may start decades back after a power cut.
void add_time_gate(const BootFacts& facts, std::vector<BootStep>& steps) {
  if (!facts.ntp_server.empty())
    steps.push_back({.kind = Kind::deferred,
                     .send = "AT+QNTP=" + std::to_string(facts.pdp) + "," + quoted(facts.ntp_server),
                     .expect = "+QNTP: 0",
                     .limit = seconds(125),
                     .may_fail = true,
                     .because = "sets the clock; it prints UTC whatever zone it appends"});
  steps.push_back(
      {.kind = Kind::clock,
       .send = "AT+CCLK?",
       .expect = "+CCLK:",
       .limit = seconds(5),
       .year = facts.minimum_year,
       .because = "the time gate: certificates are judged by this clock. Before that year, set it with AT+CCLK from a "
                  "clock of "
                  "your own, or let the network set it (AT+CTZU=1), and ask again. Never connect before, never set "
                  "ignorelocaltime to 1 instead"});
}

}  // namespace

BootSequence boot_sequence(const BootFacts& facts) {
  BootSequence sequence{.model = facts.model,
                        .firmware = facts.firmware,
                        .ca_file = facts.ca_file,
                        .ca_sha256 = facts.ca_sha256,
                        .host = facts.host,
                        .port = facts.port,
                        .client = facts.client};
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

std::string boot_stem(const BootSequence& sequence) {
  std::string stem = "ec200u-boot";
  if (!sequence.firmware.empty()) stem += "-" + sequence.firmware;
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  std::ranges::replace_if(
      stem, [&](char c) { return !plain(c); }, '_');
  return stem;
}

}  // namespace epki::plan

// From the modem's first answer to its clock.

#include <algorithm>

#include "core/text.hpp"
#include "pki/ossl/certificate.hpp"
#include "provision/doctor/examination.hpp"
#include "provision/ec200u/asking.hpp"
#include "provision/ec200u/time_limits.hpp"

namespace epki::doctor {

namespace {

using namespace std::chrono_literals;

constexpr auto identify_limit = 15s;
/// A modem that has just been switched on searches for a while; longer than this is a finding.
constexpr auto searching_limit = 30s;

constexpr const char* wanted_answer = "answers to AT";
constexpr const char* wanted_model = "an EC200U";
constexpr const char* wanted_sim = "+CPIN: READY";
constexpr const char* wanted_registration = "registered, at home (1) or roaming (5)";

std::string sim_remedy(const std::string& said) {
  const auto text = lower(said);
  if (text.find("pin") != std::string::npos && text.find("not") == std::string::npos)
    return "unlock the SIM with AT+CPIN=\"<pin>\", or switch its PIN off in a telephone";
  if (text.find("puk") != std::string::npos) return "unlock the SIM with its PUK in a telephone";
  if (text.find("busy") != std::string::npos || text.find(": 14") != std::string::npos)
    return "wait for +CPIN: READY after the boot, then run doctor again";
  return "insert a SIM, check its contacts, and restart the modem";
}

Status check_sim(Examination& e) {
  auto reply = ec200u::ask(e.modem.engine(), "AT+CPIN?", ec200u::time_limit::simple, "+CPIN:");
  if (!reply) return std::move(reply).error();
  std::string said = reply->ok() ? "nothing" : reply->refusal();
  for (const auto& line : reply->lines)
    if (line.starts_with("+CPIN:")) said = line;
  if (reply->ok() && trimmed(std::string_view(said).substr(std::min<std::size_t>(6, said.size()))) == "READY")
    e.passed(Id::sim, said, wanted_sim);
  else
    e.failed(Id::sim, said, wanted_sim, sim_remedy(said));
  return success();
}

std::string registration_words(ec200u::Registration state) {
  switch (state) {
    case ec200u::Registration::not_searching: return "not registered and not searching (0)";
    case ec200u::Registration::home: return "registered at home (1)";
    case ec200u::Registration::searching: return "searching (2)";
    case ec200u::Registration::denied: return "denied by the network (3)";
    case ec200u::Registration::unknown: return "unknown (4)";
    case ec200u::Registration::roaming: return "registered, roaming (5)";
  }
  return "unknown";
}

bool is_registered(ec200u::Registration state) {
  return state == ec200u::Registration::home || state == ec200u::Registration::roaming;
}

Status check_registration(Examination& e) {
  if (!e.good(Id::sim)) {
    e.skipped(Id::registered, "not checked: there is no usable SIM", wanted_registration);
    return success();
  }
  auto state = e.modem.registration();
  if (state && *state == ec200u::Registration::searching) {
    e.around.reporter.step("the modem is searching for a network");
    auto waited = e.modem.wait_registered(after(searching_limit));
    if (!waited && ends_examination(waited.error())) return waited;
    state = e.modem.registration();
  }
  if (!state && ends_examination(state.error())) return std::move(state).error();
  if (!state)
    e.failed(Id::registered, state.error().what, wanted_registration, next_step(state.error()));
  else if (is_registered(*state))
    e.passed(Id::registered, registration_words(*state), wanted_registration);
  else
    e.failed(Id::registered, registration_words(*state), wanted_registration,
             *state == ec200u::Registration::denied
                 ? "check that the SIM is active and its contract allows data, roaming and this kind of device"
                 : "check the antenna and the coverage (AT+CSQ), and that the radio is on (AT+CFUN?)");
  return success();
}

Status check_packet_context(Examination& e) {
  const std::string number = std::to_string(e.wanted.pdp);
  const std::string wanted = "packet context " + number + " active, with an address";
  if (!e.good(Id::registered)) {
    e.skipped(Id::pdp, "not checked: the modem is not registered", wanted);
    return success();
  }
  auto address = e.modem.address(e.wanted.pdp);
  if (!address && ends_examination(address.error())) return std::move(address).error();
  if (address && *address) {
    e.passed(Id::pdp, "active, " + **address, wanted);
    return success();
  }
  // QMTOPEN would activate it, so that it is not active is no cause; that it cannot be activated is one.
  auto activated = e.modem.activate(e.wanted.pdp, {});
  if (!activated && ends_examination(activated.error())) return activated;
  if (!activated) {
    e.failed(Id::pdp, activated.error().what, wanted,
             "check the access point name (AT+CGDCONT?, [modem] apn in the project file) and that the SIM's contract "
             "allows data");
    return success();
  }
  e.pdp_activated = true;
  address = e.modem.address(e.wanted.pdp);
  if (!address && ends_examination(address.error())) return std::move(address).error();
  e.passed(Id::pdp,
           "was not active; it was activated for this examination" +
               (address && *address ? ", " + **address : std::string()),
           wanted);
  return success();
}

}  // namespace

Status check_identity(Examination& e) {
  auto identity = e.modem.identify(after(identify_limit));
  if (!identity && (identity.error().code == Errc::interrupted || identity.error().code == Errc::ledger))
    return std::move(identity).error();
  if (!identity && identity.error().code == Errc::modem_gone) {
    e.failed(Id::answers, identity.error().what, wanted_answer,
             identity.error().hint.empty() ? "check power, cable and --baud; choose the modem's AT port"
                                           : identity.error().hint);
    return success();
  }
  if (!identity) {
    e.passed(Id::answers, "something answers", wanted_answer);
    e.failed(Id::model, identity.error().what, wanted_model, next_step(identity.error()));
    return success();
  }
  e.diagnosis.identity = std::move(*identity);
  const auto& found = e.diagnosis.identity;
  e.passed(Id::answers, "answers", wanted_answer);
  e.passed(Id::model, found.model + ", firmware " + found.firmware + ", IMEI " + found.imei, wanted_model);
  return success();
}

Status check_line(Examination& e) {
  if (auto done = check_sim(e); !done) return done;
  if (auto done = check_registration(e); !done) return done;
  return check_packet_context(e);
}

Status check_clock(Examination& e) {
  const auto host_time = e.around.clock.now();
  std::string wanted = "the time, " + rfc3339(host_time) + " by this computer";
  auto reading = e.modem.clock();
  const std::string remedy =
      "set it before the connection: AT+QNTP=" + std::to_string(e.wanted.pdp) +
      ",\"<time server>\", network time (AT+CTZU=1), or AT+CCLK; the boot sequence has a time gate for this";
  if (!reading && ends_examination(reading.error())) return std::move(reading).error();
  if (!reading) {
    e.failed(Id::clock, reading.error().what, wanted, remedy);
    return success();
  }
  e.modem_time = reading->utc;
  const auto root = ossl::Certificate::from_pem(e.wanted.ca_pem);
  if (root) wanted += ", and within the root's validity from " + rfc3339(root->not_before());
  const auto apart = reading->utc > host_time ? reading->utc - host_time : host_time - reading->utc;
  const std::string said = rfc3339(reading->utc) + " (" + reading->text + ")";
  const auto outside = [&](Instant at) { return root && (at < root->not_before() || at > root->not_after()); };
  // A root that has expired is no fault of the clock.
  if (outside(reading->utc) && !outside(host_time))
    e.failed(Id::clock, said + ": by that clock the root is not valid", wanted, remedy);
  else if (apart > 24h)
    e.failed(
        Id::clock,
        said + ": " + std::to_string(std::chrono::duration_cast<std::chrono::hours>(apart).count() / 24) + " days off",
        wanted, remedy);
  else
    e.passed(Id::clock, said, wanted);
  return success();
}

}  // namespace epki::doctor

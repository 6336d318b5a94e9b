// The broker's answer to a client, and the modem's own attempt.

#include "provision/doctor/examination.hpp"
#include "provision/doctor/mqtt_hello.hpp"
#include "provision/ec200u/asking.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/time_limits.hpp"

namespace epki::doctor {

namespace {

using namespace std::chrono_literals;

constexpr int occupied = 2;     // +QMTOPEN: the client number is in use
constexpr int connected = 3;    // +QMTCONN? of siblings: initial, connecting, connected, disconnecting
constexpr int ssl_socket = 11;  // the last of 0 to 11: the least likely to be anybody's
constexpr auto ssl_open_limit = 150s;
constexpr const char* wanted_connack = "CONNACK 0: accepted";

/// What the modem's own attempt showed.
struct Attempt {
  bool made = false, in_use = false;
  ec200u::OpenResult open{};
  std::optional<ec200u::ConnectResult> connect{};
  std::string other_path{};  ///< what a plain TLS socket under the same context said
};

/// A session of the product's own is not disturbed. Firmware that does not tell says nothing of one.
Result<bool> has_session(Examination& e) {
  auto reply = ec200u::ask(e.modem.engine(), "AT+QMTCONN?", ec200u::time_limit::simple, "+QMTCONN:");
  if (!reply) return std::move(reply).error();
  for (const auto& line : reply->lines) {
    const auto numbers = ec200u::parse_numbers(line, "+QMTCONN:");
    if (numbers && numbers->size() > 1 && (*numbers)[0] == e.wanted.client && (*numbers)[1] == connected) return true;
  }
  return false;
}

/// As Modem::mqtt_open, but without closing what somebody else may have opened.
Result<ec200u::OpenResult> open_gently(Examination& e) {
  auto& engine = e.modem.engine();
  const int client = e.wanted.client;
  ec200u::OpenResult result;
  result.client = client;
  result.waited = ec200u::time_limit::mqtt_open;
  const auto mine = ec200u::about("+QMTOPEN:", client);
  engine.forget(mine);
  auto reply = ec200u::ask(
      engine,
      "AT+QMTOPEN=" + std::to_string(client) + ",\"" + e.wanted.host + "\"," + std::to_string(e.wanted.port_number),
      ec200u::time_limit::simple);
  if (!reply) return std::move(reply).error();
  result.refused = !reply->ok();
  if (result.refused) return result;
  auto line = engine.wait_for(mine, after(result.waited));
  if (!line) return std::move(line).error();
  if (!*line) return result;
  const auto numbers = ec200u::parse_numbers(**line, "+QMTOPEN:");
  if (!numbers || numbers->size() < 2) return ec200u::not_understood("opening MQTT", **line);
  result.code = (*numbers)[1];
  return result;
}

/// QMTOPEN reserves no result for TLS. A TLS socket to the same place under the same context says more (AT reference,
/// 1.2).
Result<std::string> ask_other_path(Examination& e) {
  auto& engine = e.modem.engine();
  const auto id = std::to_string(ssl_socket);
  const auto mine = ec200u::about("+QSSLOPEN:", ssl_socket);
  engine.forget(mine);
  auto reply = ec200u::ask(engine,
                           "AT+QSSLOPEN=" + std::to_string(e.wanted.pdp) + "," + std::to_string(e.wanted.context) +
                               "," + id + ",\"" + e.wanted.host + "\"," + std::to_string(e.wanted.port_number) + ",0",
                           ec200u::time_limit::simple);
  if (!reply) return std::move(reply).error();
  if (!reply->ok()) return "a TLS socket under the same context was refused: " + reply->refusal();
  auto line = engine.wait_for(mine, after(ssl_open_limit));
  if (!line) return std::move(line).error();
  auto closed = ec200u::ask(engine, "AT+QSSLCLOSE=" + id, ec200u::time_limit::tcp_close);
  if (!closed) return std::move(closed).error();
  if (!*line) return std::string("a TLS socket under the same context gave no result");
  const auto numbers = ec200u::parse_numbers(**line, "+QSSLOPEN:");
  if (!numbers || numbers->size() < 2) return "a TLS socket under the same context said " + **line;
  if ((*numbers)[1] == 0) return std::string("a TLS socket under the same context opens");
  return "a TLS socket under the same context fails with " + std::to_string((*numbers)[1]) + " (" +
         std::string(ec200u::ssl_error_words((*numbers)[1])) + ")";
}

Result<Attempt> attempt(Examination& e) {
  Attempt made{.made = true};
  auto busy = has_session(e);
  if (!busy) return std::move(busy).error();
  made.in_use = *busy;
  if (made.in_use) return made;
  e.around.reporter.step("letting the modem connect to " + e.place());
  auto open = open_gently(e);
  if (!open) return std::move(open).error();
  made.open = *open;
  made.in_use = open->code == occupied;
  if (made.in_use) return made;
  if (open->opened()) {
    auto answer = e.modem.mqtt_connect(e.wanted.client, "epki-" + e.diagnosis.identity.imei);
    if (!answer && ends_examination(answer.error())) return std::move(answer).error();
    if (answer) made.connect = std::move(*answer);
  }
  const Cancel::Shield shield(e.around.cancel);
  if (auto ended = e.modem.mqtt_end(e.wanted.client); !ended && ends_examination(ended.error()))
    return std::move(ended).error();
  if (open->opened()) return made;
  auto other = ask_other_path(e);
  if (!other) return std::move(other).error();
  made.other_path = std::move(*other);
  return made;
}

std::string auth_remedy(const Examination& e) {
  return e.wanted.mutual ? "see the broker's log: is the certificate's CN allowed by its acl, is it revoked?"
                         : "see the broker's log: allow_anonymous and the acl in broker/mosquitto.conf; "
                           "ec200u-pki connects without user name and password";
}

/// As seen from this computer. Empty: nothing against it.
std::string refused_here(const Examination& e) {
  const auto& visit = e.broker.visit;
  if (!visit.complete || visit.asks_for_certificate) return {};
  const auto code = connack_code(visit.reply);
  if (code && *code != 0)
    return "from this computer, without user name and password: CONNACK " + std::to_string(*code) + ", " +
           connack_words(*code);
  if (!code && visit.reply.empty()) return "the broker ends the connection of a client without user name and password";
  if (!code) return "what answers is no MQTT broker";
  return {};
}

void judge_answer(Examination& e, const Attempt& tried) {
  if (tried.in_use) return e.passed(Id::broker_auth, "the modem has a session of its own", wanted_connack);
  if (tried.connect && tried.connect->accepted())
    return e.passed(Id::broker_auth, "the modem connected: " + tried.connect->text(), wanted_connack);
  if (tried.connect)
    return e.failed(Id::broker_auth,
                    "the modem opens TLS, and the broker does not take it: " + tried.connect->text() +
                        (tried.connect->return_code ? " (" + connack_words(*tried.connect->return_code) + ")" : ""),
                    wanted_connack, auth_remedy(e));
  const auto& visit = e.broker.visit;
  if (const auto code = connack_code(visit.reply))
    return e.passed(Id::broker_auth, "from this computer: CONNACK " + std::to_string(*code), wanted_connack);
  e.skipped(Id::broker_auth,
            visit.asks_for_certificate ? "not checked: it takes the device's certificate"
                                       : "not checked: no connection to the broker",
            wanted_connack);
}

/// What the ledger knows of this firmware's trust.
Status judge_trust(Examination& e, const Attempt& tried) {
  const auto& identity = e.diagnosis.identity;
  const std::string wanted = "a verdict of verify that the uploaded CA alone decides";
  if (tried.made && !tried.in_use && !tried.open.opened()) {
    const auto words = tried.open.code ? ec200u::mqtt_open_words(*tried.open.code) : std::string_view();
    e.failed(Id::not_verified,
             "everything above is right and the modem still says " + tried.open.text() +
                 (words.empty() ? std::string() : " (" + std::string(words) + ")") +
                 ": that is no verdict on the certificate; " + tried.other_path,
             "a connection", e.wanted.verify_command + ": it tells what this firmware trusts and refuses");
    return success();
  }
  auto stored = e.around.ledger.verdict_for(
      {.model = identity.model, .firmware = identity.firmware, .path = "mqtt", .settings = e.wanted.verdict_settings});
  if (!stored) return std::move(stored).error();
  if (*stored && (*stored)->detail["simulated"].boolean().value_or(false) && !e.wanted.simulated) stored->reset();
  // What nobody has measured is no reason why a modem does not connect.
  if (!*stored || (*stored)->verdict_class == "inconclusive") {
    e.diagnosis.checks.push_back({.id = Id::not_verified,
                                  .ok = {},
                                  .found = *stored
                                               ? "the verdict for firmware " + identity.firmware + " is inconclusive"
                                               : "not known: no verdict is stored for firmware " + identity.firmware,
                                  .wanted = wanted,
                                  .remedy = e.wanted.verify_command});
    return success();
  }
  const auto& verdict = (*stored)->verdict_class;
  if (verdict == "uploaded") {
    e.passed(Id::not_verified, "uploaded", wanted);
    return success();
  }
  e.diagnosis.works_against = true;
  e.failed(Id::not_verified, "the verdict for firmware " + identity.firmware + " is " + verdict, wanted,
           "this firmware does not protect the connection: ask the vendor for another one");
  return success();
}

}  // namespace

Status check_connection(Examination& e) {
  if (e.any_failed()) {
    const auto here = refused_here(e);
    const Attempt none;
    if (here.empty())
      judge_answer(e, none);
    else
      e.failed(Id::broker_auth, here, wanted_connack, auth_remedy(e));
    return judge_trust(e, none);
  }
  if (const auto here = refused_here(e); !here.empty()) {
    e.failed(Id::broker_auth, here, wanted_connack, auth_remedy(e));
    return judge_trust(e, {});
  }
  auto tried = attempt(e);
  if (!tried) return std::move(tried).error();
  judge_answer(e, *tried);
  e.diagnosis.connected = tried->in_use || (tried->connect && tried->connect->accepted());
  return judge_trust(e, *tried);
}

}  // namespace epki::doctor

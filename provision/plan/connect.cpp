#include <array>

#include "core/text.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

using std::chrono::seconds;

constexpr seconds echo_limit{30};
constexpr seconds echo_limit_again{10};  // the way was quick or it is not there
constexpr int qos = 1;

std::string place(const Run& run) {
  return run.wanted.host + ":" + std::to_string(run.wanted.port);
}

/// At most 23 characters, as MQTT 3.1 wants it, and no two devices alike.
std::string client_id(const Run& run) {
  return "epki-" + run.imei();
}

std::string nonce(const Run& run) {
  std::array<std::byte, 16> bytes{};
  run.around.random.fill(bytes);
  return "ec200u-pki " + to_hex(bytes);
}

/// Name and TCP are fine and the open failed all the same: TLS is what is left.
Error tls_failed(Run& run, const ec200u::OpenResult& open) {
  const auto& names = run.wanted.certificate_names;
  if (!names.empty() && !covers(names, run.wanted.host))
    return {Errc::network,
            "the broker at " + place(run) + " is reached, but its certificate does not carry the name " +
                run.wanted.host + " (the modem says " + open.text() + ")",
            "dial a name that the broker's certificate carries: " + names.front()};
  auto clock = run.modem.clock();
  return {Errc::network,
          "the broker at " + place(run) + " is reached by TCP, but TLS is not established (the modem says " +
              open.text() + ")",
          "check that the broker presents a chain that ends at " + run.ca_file + " and carries " + run.wanted.host +
              ", and that its dates fit the modem's clock" + (clock ? ", " + rfc3339(clock->utc) : "") +
              "; ec200u-pki doctor tells which of these it is, and ec200u-pki verify whether this firmware honours an "
              "uploaded CA at all" +
              (run.report.client && run.report.client->key_encrypted
                   ? "; the device's key is encrypted, which not every firmware reads: try without --key-password-file"
                   : "")};
}

Error connect_refused(Run& run, const ec200u::ConnectResult& answer) {
  return {Errc::network, "the broker at " + place(run) + " did not take the MQTT connection: " + answer.text(),
          "see the broker's log: does it allow clients without a password, or want a client certificate?"};
}

/// What comes back on our own topic. Others may publish there too: only our nonce counts.
Status read_echo(Run& run, const std::string& expected, seconds limit) {
  const auto by = after(limit);
  for (;;) {
    auto payload = run.modem.mqtt_receive(run.wanted.client, run.options.topic, by);
    if (payload && *payload == expected) return success();
    if (payload) continue;
    if (payload.error().code == Errc::interrupted) return std::move(payload).error();
    return Error{Errc::network,
                 "a message published on " + run.options.topic + " did not come back within " +
                     std::to_string(limit.count()) + " s",
                 "does the broker's ACL let this client read and write that topic?"};
  }
}

/// The broker, or the modem for it, said no: asking again brings the same answer.
enum class Refused : bool { no, yes };

Status session(Run& run, seconds limit, Refused& refused) {
  const int client = run.wanted.client;
  auto answer = run.modem.mqtt_connect(client, client_id(run));
  if (!answer) return std::move(answer).error().during("connecting by MQTT");
  if (!answer->accepted()) {
    refused = answer->refused || answer->result ? Refused::yes : Refused::no;
    return connect_refused(run, *answer);
  }
  const auto& topic = run.options.topic;
  if (auto done = run.modem.mqtt_subscribe(client, topic, qos); !done)
    return std::move(done).error().during("subscribing to " + topic);
  const auto message = nonce(run);
  if (auto done = run.modem.mqtt_publish(client, topic, message, qos); !done)
    return std::move(done).error().during("publishing on " + topic);
  if (auto done = read_echo(run, message, limit); !done) return done;
  run.report.connect.published = true;
  return success();
}

Result<ec200u::OpenResult> open_broker(Run& run) {
  auto open = run.modem.mqtt_open(run.wanted.client, run.wanted.host, run.wanted.port);
  if (!open) return std::move(open).error().during("opening " + place(run));
  run.report.connect.opened = open->opened();
  run.report.connect.result = open->text();
  return open;
}

/// Opens. A look-up or a connection that was lost once leaves the same trace as certificates that do not fit, so a
/// failure without another cause is looked at twice.
Status open_for_session(Run& run) {
  auto open = open_broker(run);
  if (!open) return std::move(open).error();
  if (open->opened()) return success();
  auto cause = other_cause(run, *open, run.wanted.host, run.wanted.port);
  if (!cause) return std::move(cause).error();
  if (*cause)
    return Error{open->refused ? Errc::modem_refused : Errc::network,
                 "the broker at " + place(run) + " is not reached: " + **cause,
                 "check the broker's name and port in the project file, its firewall, and the SIM's network"};
  run.detail("name and TCP are fine: opening once more");
  open = open_broker(run);
  if (!open) return std::move(open).error();
  return open->opened() ? success() : tls_failed(run, *open);
}

Status talk_and_end(Run& run, seconds limit, Refused& refused) {
  auto done = session(run, limit, refused);
  auto ended = run.modem.mqtt_end(run.wanted.client);
  // A message that does not come back may be a modem that went away meanwhile.
  if (!ended && ends_run(ended.error())) return ended;
  return done;
}

}  // namespace

Status bind_mqtt(Run& run, int context) {
  const int client = run.wanted.client;
  if (auto done = run.modem.set_mqtt_ssl(client, true, context); !done)
    return std::move(done).error().during("binding MQTT to SSL context " + std::to_string(context));
  auto bound = run.modem.mqtt_ssl(client);
  if (!bound) return std::move(bound).error().during("reading the MQTT binding back");
  if (bound->enabled && bound->context == context) return success();
  return Error{Errc::modem_refused,
               "MQTT client " + std::to_string(client) + " does not use SSL context " + std::to_string(context) +
                   " although it was told to; no connection is opened without TLS",
               "reboot the modem and run provision again"};
}

std::string Contact::text() const {
  return open.text() + (failed_after ? ", and then MQTT failed" : "");
}

Result<Contact> open_and_end(Run& run, const std::string& host, AskMqtt ask) {
  if (auto proceed = go_on(run); !proceed) return std::move(proceed).error();
  auto open = run.modem.mqtt_open(run.wanted.client, host, run.wanted.port);
  if (!open) return std::move(open).error();
  Contact seen{*open};
  if (ask == AskMqtt::yes && open->opened()) {
    auto answer = run.modem.mqtt_connect(run.wanted.client, client_id(run));
    if (!answer && ends_run(answer.error())) return std::move(answer).error();
    // A return code comes from the broker, whatever it says (MQTT 3.1.1, 3.2.2.3).
    seen.failed_after = answer && !answer->return_code && (answer->closed || answer->result.value_or(0) != 0);
    run.opens_early = run.opens_early || seen.failed_after;
  }
  if (auto ended = run.modem.mqtt_end(run.wanted.client); !ended && ends_run(ended.error()))
    return std::move(ended).error();
  return seen;
}

Status connect_and_publish(Run& run) {
  run.step("connecting to " + place(run) + " over TLS");
  if (auto opened = open_for_session(run); !opened) return opened;
  auto refused = Refused::no;
  auto done = talk_and_end(run, echo_limit, refused);
  // A line that got lost on the way to us looks like a broker that does not answer.
  if (!done && done.error().code == Errc::network && refused == Refused::no) {
    run.detail(done.error().what + ": connecting once more");
    if (auto opened = open_for_session(run); !opened) return opened;
    done = talk_and_end(run, echo_limit_again, refused);
  }
  if (!done) return done;
  run.step("connected, published and read back");
  return success();
}

}  // namespace epki::plan

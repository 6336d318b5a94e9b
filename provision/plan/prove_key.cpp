// The device shows its certificate to the line's own TLS server, in the very session that its own AT port was told to
// open: what holds the key is this device and no other.

#include "ledger/key_proofs.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

constexpr std::chrono::seconds shown_limit{10};

Result<ec200u::OpenResult> open_to(Run& run, const HostPort& place) {
  auto open = run.modem.mqtt_open(run.wanted.client, place.host, place.port);
  if (!open || open->opened()) return open;
  auto cause = other_cause(run, *open, place.host, place.port);
  if (!cause) return std::move(cause).error();
  if (*cause)
    return Error{Errc::network, "the station's acceptor at " + text_of(place) + " is not reached: " + **cause,
                 "the modem must reach the station: check acceptor.host and acceptor.port of the job, the firewall, "
                 "and the SIM's network"};
  run.detail("name and TCP are fine: opening once more");
  open = run.modem.mqtt_open(run.wanted.client, place.host, place.port);
  if (!open || open->opened()) return open;
  return Error{Errc::network,
               "the station's acceptor at " + text_of(place) +
                   " is reached by TCP, but TLS is not established (the modem says " + open->text() + ")",
               "its certificate must carry " + place.host + " and end at " + run.ca_file +
                   ": ec200u-pki issue server " + place.host + " makes one"};
}

Status compare(Run& run, const Shown& shown) {
  const auto& client = *run.report.client;
  if (shown.id.serial.empty())
    return Error{Errc::modem_refused,
                 "the modem showed no certificate to the station, although " + client.certificate.name + " is bound",
                 "reboot the modem and try again; see what the firmware does with seclevel 2"};
  if (!shown.problem.empty())
    return Error{Errc::modem_refused,
                 "the modem showed certificate " + shown.id.serial + ", which does not hold: " + shown.problem,
                 "was it issued by this project's CA for devices? put the board aside for an engineer"};
  ledger::KeyProofs proofs(run.around.ledger);
  auto trouble =
      proofs.judge({.imei = run.imei(), .id = shown.id, .sha256 = shown.sha256, .key_sha256 = shown.key_sha256});
  if (!trouble) return std::move(trouble).error();
  if (*trouble)
    return Error{Errc::input, **trouble,
                 "one key, one device: put the board aside; one of the two was copied, or a modem was replaced"};
  if (shown.id == client.id && shown.sha256 == client.sha256) return success();
  return Error{Errc::modem_refused,
               "the modem showed certificate " + shown.id.serial + ", and " + client.id.serial + " is bound",
               "reboot the modem and try again"};
}

}  // namespace

Status prove_key(Run& run) {
  if (run.around.witness == nullptr || !run.report.client)
    return Error{Errc::internal, "there is no key to be proved, or nobody to see it"};
  auto& witness = *run.around.witness;
  const auto place = witness.place();
  run.step("showing the device's certificate to the station at " + text_of(place));
  const auto client_id = witness.expect();
  auto open = open_to(run, place);
  if (!open) return std::move(open).error();
  auto answer = run.modem.mqtt_connect(run.wanted.client, client_id);
  if (!answer && ends_run(answer.error())) return std::move(answer).error().during("connecting to " + text_of(place));
  auto shown = witness.shown(client_id, after(shown_limit));
  if (auto ended = run.modem.mqtt_end(run.wanted.client); !ended && ends_run(ended.error())) return ended;
  if (!shown) return std::move(shown).error();
  if (auto same = compare(run, *shown); !same) return same;
  run.report.proved_at = text_of(place);
  run.step("certificate " + run.report.client->id.serial + " and its key are this device's: proven");
  return success();
}

}  // namespace epki::plan

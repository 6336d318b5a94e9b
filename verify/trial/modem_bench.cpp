#include "verify/trial/modem_bench.hpp"

#include "core/text.hpp"
#include "provision/plan/settings.hpp"

namespace epki::trial {

namespace {

using infer::Bound;
using infer::Knob;
using infer::Outcome;
using What = Bound::What;
using std::chrono::milliseconds;

constexpr std::chrono::minutes reboot_limit{4};

/// Refusals are answers here; only a modem that is gone, a cancel and the like end a run.
bool ends_run(const Error& error) {
  return error.code != Errc::modem_refused && error.code != Errc::network;
}

}  // namespace

ModemBench::ModemBench(const Parts& parts, const Setup& setup, const Surroundings& around)
    : parts_(parts), setup_(setup), around_(around) {}

milliseconds ModemBench::grace() const {
  if (setup_.grace.count() > 0) return setup_.grace;
  return setup_.simulated ? milliseconds(1000) : milliseconds(5000);
}

Status ModemBench::write_setting(const std::string& key, const std::string& value) {
  auto set = parts_.modem.set_ssl(setup_.context, key, value);
  if (!set && set.error().code != Errc::modem_refused) return set;
  auto now = parts_.modem.ssl_setting(setup_.context, key);
  if (!now) return std::move(now).error();
  if (!*now) {
    if (!plan::is_required(key)) return success();  // this firmware does not know the key
    return Error{Errc::modem_refused, "this firmware has no SSL setting " + key, "verify cannot judge it"};
  }
  if (ec200u::same_ssl_value(key, **now, value)) return success();
  return Error{Errc::modem_refused,
               "SSL context " + std::to_string(setup_.context) + " reads " + key + " = " + **now + " after " + value +
                   " was written",
               "restart the modem and run again; another --context may be free of it"};
}

Status ModemBench::prepare() {
  for (const auto& [key, value] : plan::ssl_settings("")) {
    if (auto done = write_setting(key, value); !done) return done;
  }
  knob_ = Knob::none;
  if (setup_.pdp != 1) {
    auto set = parts_.modem.set_mqtt_pdp(setup_.client, setup_.pdp);
    if (!set && ends_run(set.error())) return set;
  }
  if (auto set = parts_.modem.set_mqtt_ssl(setup_.client, true, setup_.context); !set) return set;
  auto now = parts_.modem.mqtt_ssl(setup_.client);
  if (!now) return std::move(now).error();
  if (now->enabled && now->context == setup_.context) return success();
  return Error{
      Errc::modem_refused,
      "MQTT client " + std::to_string(setup_.client) + " does not take SSL context " + std::to_string(setup_.context),
      "try another --client"};
}

Status ModemBench::bind(const Bound& bound) {
  if (bound_ == bound) return success();
  if (bound.what == What::nothing) {
    auto done = unbind();
    if (!done) return std::move(done).error();
    if (*done) return success();
    return Error{Errc::modem_refused, "the modem does not let go of the CA that is bound", {}};
  }
  auto pem = parts_.deck.pem(bound);
  if (!pem) return std::move(pem).error();
  auto name = parts_.traces.upload(*pem);
  if (!name) return std::move(name).error();
  bound_.reset();
  if (auto done = write_setting("cacert", plan::path_of(*name)); !done) return done;
  bound_ = bound;
  return success();
}

Result<bool> ModemBench::unbind() {
  if (bound_ == Bound{What::nothing, -1}) return true;
  auto& modem = parts_.modem;
  bound_.reset();
  auto set = modem.set_ssl(setup_.context, "cacert", "");
  if (!set && set.error().code != Errc::modem_refused && set.error().code != Errc::usage) return std::move(set).error();
  auto now = modem.ssl_setting(setup_.context, "cacert");
  if (!now) return std::move(now).error();
  if (*now && !plan::name_in(**now).empty()) return false;
  bound_ = Bound{What::nothing, -1};
  return true;
}

Status ModemBench::forget(const Bound& bound) {
  if (bound_ == bound || !bound_) {
    if (auto done = bind(Bound{}); !done) return done;
  }
  auto pem = parts_.deck.pem(bound);
  if (!pem) return std::move(pem).error();
  auto removed = parts_.traces.remove(plan::file_name_for(*pem));
  // Only a genuine root would spoil what comes next; anything else can wait for the end of the run.
  const bool genuine = bound.what == What::genuine || bound.what == What::genuine_issuer;
  if (removed || genuine || ends_run(removed.error())) return removed;
  return success();
}

Status ModemBench::reboot(std::string_view why) {
  around_.reporter.step("restarting the modem, " + std::string(why));
  auto restarted = parts_.modem.reboot(after(reboot_limit));
  if (!restarted && restarted.error().code == Errc::modem_refused) {
    reboot_refused_ = true;
    around_.reporter.warning("the modem refuses to be restarted, so the run goes on without: " +
                             restarted.error().what);
    return success();
  }
  if (!restarted) return restarted;
  ++reboots_;
  bound_.reset();
  if (auto done = parts_.modem.wait_registered(after(setup_.registration_limit)); !done) return done;
  if (auto done = parts_.modem.activate(setup_.pdp, setup_.apn); !done) return done;
  if (auto done = parts_.traces.renew_clock(); !done) return done;
  if (auto done = prepare(); !done) return done;
  auto now = parts_.modem.ssl_setting(setup_.context, "cacert");
  if (!now) return std::move(now).error();
  if (!*now || plan::name_in(**now).empty()) bound_ = Bound{What::nothing, -1};
  return success();
}

Status ModemBench::turn(Knob knob) {
  if (knob_ == knob) return success();
  if (auto done = write_setting("sni", knob == Knob::no_sni ? "0" : "1"); !done) return done;
  if (auto done = write_setting("ignorelocaltime", knob == Knob::ignore_time ? "1" : "0"); !done) return done;
  knob_ = knob;
  return success();
}

/// Arms, opens, says CONNECT where the server can answer it, and collects.
Result<probe::ServerRecord> ModemBench::open(const Shot& shot, const probe::Case& card, ProbeRecord& record) {
  const auto& host = parts_.deck.host(shot);
  probe::Presentation presentation{record.id, card.chain, card.key};
  if (shot.knob != Knob::no_sni) presentation.expected_sni = host;
  if (auto armed = parts_.responder.arm(presentation); !armed) return std::move(armed).error();
  const auto client = std::to_string(setup_.client);
  record.at_command = "AT+QMTOPEN=" + client + ",\"" + host + "\"," + std::to_string(port());
  ++opens_;
  auto opened = parts_.modem.mqtt_open(setup_.client, host, port());
  if (!opened) return std::move(opened).error();
  record.at_result = opened->text();
  // A key-less presentation never completes: where the modem says that it did, it is connected to somebody else.
  if (opened->opened() && card.key) {
    auto connected = parts_.modem.mqtt_connect(setup_.client, "ec200u-pki-verify");
    if (!connected && ends_run(connected.error())) return std::move(connected).error();
    record.at_result += "; " + (connected ? connected->text() : connected.error().what);
  }
  auto server = parts_.responder.collect(after(grace()));
  if (!server) return std::move(server).error();
  if (opened->opened() && !server->connected) record.note = "the modem connected to somebody else by this name";
  auto ended = parts_.modem.mqtt_end(setup_.client);
  if (!ended && ends_run(ended.error())) return std::move(ended).error();
  return server;
}

Result<std::optional<std::string>> ModemBench::name_fault(const std::string& host) {
  auto found = parts_.modem.resolve(setup_.pdp, host);
  if (!found && found.error().code == Errc::network) return std::optional<std::string>(found.error().what);
  if (!found && found.error().code == Errc::modem_refused) return std::optional<std::string>{};  // TCP will tell
  if (!found) return std::move(found).error();
  if (!found->error) return std::optional<std::string>{};
  const auto words = ec200u::ssl_error_words(*found->error);
  return std::optional<std::string>("the modem cannot resolve " + host + " (" + std::to_string(*found->error) +
                                    (words.empty() ? "" : ", " + std::string(words)) + ")");
}

Result<Absence> ModemBench::explain(const Shot& shot, const probe::Case& card) {
  const auto& host = parts_.deck.host(shot);
  auto fault = name_fault(host);
  if (!fault) return std::move(fault).error();
  if (*fault) return Absence{false, **fault};
  const std::string place = host + ":" + std::to_string(port());
  if (auto armed = parts_.responder.arm({"C0", card.chain, card.key}); !armed) return std::move(armed).error();
  auto probed = parts_.modem.tcp_probe(setup_.pdp, host, port());
  if (!probed && ends_run(probed.error())) return std::move(probed).error();
  auto server = parts_.responder.collect(after(grace()));
  if (!server) return std::move(server).error();
  if (server->connected || server->strays > 0) {
    return Absence{true, "the name " + host + " and TCP to " + place + " are fine: the modem refuses inside"};
  }
  if (!probed) return Absence{false, "plain TCP to " + place + " could not be tried: " + probed.error().what};
  if (!*probed) return Absence{false, "plain TCP to " + place + " gives no result"};
  if (**probed == 0) return Absence{false, place + " leads elsewhere: TCP connects, and not to this responder"};
  const auto words = ec200u::ssl_error_words(**probed);
  return Absence{false, "plain TCP to " + place + " fails (" + std::to_string(**probed) +
                            (words.empty() ? "" : ", " + std::string(words)) + ")"};
}

void ModemBench::note_attempt(const Shot& shot, const Seen& seen, const probe::ServerRecord& server,
                              const Joined& joined, ProbeRecord record) {
  const auto add = [&](const std::string& text) {
    if (text.empty()) return;
    record.note += (record.note.empty() ? "" : "; ") + text;
  };
  record.attempt = ++attempts_[record.id + "/" + std::to_string(shot.anchor)];
  record.stage = ossl::word(server.peer.stage);
  record.alert = server.peer.alert;
  record.sni = server.peer.sni;
  record.application_data = server.peer.application_data.size();
  record.oracle_uploaded = oracle::word(joined.uploaded.verdict);
  record.oracle_with_built_in = oracle::word(joined.with_built_in.verdict);
  record.outcome = infer::word(seen.outcome);
  add(seen.note);
  if (!joined.as_expected) add("the oracle does not see this case as the probe means it: " + joined.uploaded.reason);
  around_.reporter.detail(record.id + ": " + record.outcome +
                          (seen.alert ? " with alert " + std::to_string(*seen.alert) : std::string()) + ", " +
                          record.at_result);
  records_.push_back(std::move(record));
}

Result<infer::Attempt> ModemBench::attempt(const Shot& shot) {
  if (around_.cancel.requested()) return interrupted();
  auto card = parts_.deck.card(shot);
  if (!card) return std::move(card).error();
  auto joined = parts_.opinions.about(parts_.deck, shot);
  if (!joined) return std::move(joined).error();
  if (auto done = bind(shot.bound); !done) return std::move(done).error();
  if (auto done = turn(shot.knob); !done) return std::move(done).error();

  ProbeRecord record;
  record.id = infer::probe_name(shot.shown, shot.bound, shot.anchor, shot.knob);
  record.path = "mqtt";
  record.bound = parts_.deck.name(shot.bound);
  record.presented = (*card)->presented;
  auto server = open(shot, **card, record);
  if (!server) return std::move(server).error();
  auto seen = classify(*server);
  if (seen.nothing_arrived && !record.note.empty()) {
    seen.outcome = Outcome::unreachable;
    absence_ = record.note;
  } else if (seen.nothing_arrived) {
    auto why = explain(shot, **card);
    if (!why) return std::move(why).error();
    if (!why->path_is_fine) seen.outcome = Outcome::unreachable;
    absence_ = seen.note = why->words;
  }
  const infer::Attempt result{shot.shown,   shot.bound, shot.anchor,        shot.knob,
                              seen.outcome, seen.alert, joined->as_expected};
  note_attempt(shot, seen, *server, *joined, std::move(record));
  return result;
}

}  // namespace epki::trial

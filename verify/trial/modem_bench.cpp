#include "verify/trial/modem_bench.hpp"

#include "core/text.hpp"
#include "provision/plan/settings.hpp"
#include "verify/infer/reading.hpp"
#include "verify/probe/answer_delay.hpp"

namespace epki::trial {

namespace {

using infer::Bound;
using infer::Outcome;
using What = Bound::What;
using std::chrono::milliseconds;

constexpr std::chrono::minutes reboot_limit{4};

}  // namespace

ModemBench::ModemBench(const Parts& parts, const Setup& setup, const Surroundings& around)
    : parts_(parts), setup_(setup), around_(around) {
  for (const auto path : setup.paths) openers_[path] = make_opener(path, parts.modem, setup);
}

milliseconds ModemBench::grace() const {
  if (setup_.grace.count() > 0) return setup_.grace;
  return setup_.simulated ? milliseconds(1000) : milliseconds(5000);
}

ec200u::Patience ModemBench::until(probe::Visit enough) {
  // What the modem's own side of a connection may lag behind the server's: packets that are sent again.
  const auto lag = 6 * grace();
  std::optional<Deadline> lost;
  return [this, enough, lag, lost]() mutable -> Result<bool> {
    auto visit = parts_.responder.visit();
    if (!visit) return std::move(visit).error();
    if (*visit < enough) return true;
    if (!lost) lost = after(lag);
    return std::chrono::steady_clock::now() < *lost;
  };
}

Status ModemBench::prepare() {
  for (const auto& [key, value] : plan::ssl_settings("")) {
    if (auto done = write_setting(key, value); !done) return done;
  }
  settings_ = {};
  for (const auto& [path, opener] : openers_) {
    if (auto done = opener->prepare(); !done) return done;
  }
  return success();
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
  clock_.reset();
  if (parts_.dns != nullptr) {
    if (auto done = parts_.dns->renew(); !done) return done;
  }
  if (auto done = prepare(); !done) return done;
  auto now = parts_.modem.ssl_setting(setup_.context, "cacert");
  if (!now) return std::move(now).error();
  if (!*now || plan::name_in(**now).empty()) bound_ = Bound{What::nothing, -1};
  return success();
}

Result<const probe::Case*> ModemBench::card(const Shot& shot) {
  return parts_.deck.card(shot);
}

Status ModemBench::arm(const probe::Presentation& presentation) {
  return parts_.responder.arm(presentation);
}

Result<probe::ServerRecord> ModemBench::collect(probe::Until until) {
  return parts_.responder.collect(after(grace()), until);
}

/// Arms, opens, speaks where the server can hear it, and collects.
Result<ModemBench::Opened> ModemBench::open(const Shot& shot, const probe::Case& card, ProbeRecord& record) {
  const auto& host = parts_.deck.host(shot);
  probe::Presentation presentation{record.id, card.chain, card.key};
  const bool no_sni = shot.settings.sni_off || held_words_ == "sni=0";
  // A setting under trial may change what the ClientHello offers (ciphersuite, sslversion): by its shape it would be a
  // stranger's. Its name tells it then.
  if (held_words_.empty() || no_sni) presentation.path = record.path;
  presentation.sni_off = no_sni;
  presentation.throw_away = shot.shown != infer::Shown::with_key && shot.shown != infer::Shown::twin_with_key;
  if (!no_sni) presentation.expected_sni = host;
  answer_delay_.reset();
  if (auto armed = arm(presentation); !armed) return std::move(armed).error();
  auto& opener = *openers_.at(shot.path);
  ++opens_;
  // A key-less presentation never completes: where the modem says that it did, it is connected to somebody else.
  auto said = opener.open(host, port(), card.key.has_value(), waiting());
  if (!said) return std::move(said).error();
  record.at_command = said->command;
  record.at_result = said->result;
  // The modem itself says that this attempt is over.
  const bool over = !said->opened && !said->silent;
  if (over) {
    // Where nobody has come by now, it is not time that is let pass.
    auto came = parts_.responder.visit();
    if (!came) return std::move(came).error();
    if (*came == probe::Visit::nobody) return refused_unseen(opener, host);
  }
  // A connection that has come and gone was its connection then; another will not come.
  auto server = collect(over ? probe::Until::visited : probe::Until::decided);
  if (!server) return std::move(server).error();
  answer_delay_ = probe::answer_delay(server->wire);
  if (said->opened && !server->connected) record.note = somebody_else;
  auto ended = opener.end();
  if (!ended && ends_run(ended.error())) return std::move(ended).error();
  return Opened{std::move(*server), ModemSide{said->opened, said->silent, {}}};
}

/// What the attempt says, where the server's record alone may mislead.
Result<Seen> ModemBench::judge(const Shot& shot, const probe::Case& card, Opened& opened, ProbeRecord& record) {
  const auto alone = classify(opened.server);
  if (alone.outcome == Outcome::unreachable) absence_ = "what arrives is not TLS: " + alone.note;
  if (alone.nothing_arrived && !record.note.empty()) {
    absence_ = record.note;
  } else if (alone.nothing_arrived && opened.modem.absence) {
    absence_ = opened.modem.absence->words;
  } else if (alone.nothing_arrived) {
    auto why = explain(shot, card, opened.server.wire);
    if (!why) return std::move(why).error();
    absence_ = why->words;
    opened.modem.absence = *std::move(why);
  }
  return beside(alone, opened.server, opened.modem);
}

/// The settings of the probe cannot be brought about: said in the report, and no evidence of anything.
infer::Attempt ModemBench::not_possible(const Shot& shot, ProbeRecord record) {
  if (setup_.keep_exhibits) {
    Exhibit exhibit{shot.path};
    if (about_trust_) exhibit.probe = shot;
    exhibit.record = records_.size();
    exhibit.brought_about = false;
    exhibit.at = exhibit.judged_at = around_.clock.now();
    exhibits_.push_back(std::move(exhibit));
  }
  record.outcome = infer::word(Outcome::not_presented);
  record.stage = ossl::word(ossl::Stage::none);
  const auto settings = infer::words(shot.settings);
  record.note = settings.empty() ? "this modem's clock cannot be set" : "this modem does not take " + settings;
  records_.push_back(std::move(record));
  return {shot, Outcome::not_presented, std::nullopt, true};
}

void ModemBench::note_attempt(const Shot& shot, const Seen& seen, const probe::ServerRecord& server,
                              const Joined& joined, ProbeRecord record) {
  const auto add = [&](const std::string& text) {
    if (text.empty()) return;
    record.note += (record.note.empty() ? "" : "; ") + text;
  };
  record.attempt = ++attempts_[record.path + "/" + record.id + "/" + std::to_string(shot.anchor)];
  record.stage = ossl::word(server.peer.stage);
  record.alert = server.peer.alert;
  record.sni = server.peer.sni;
  record.application_data = server.peer.application_data.size();
  record.oracle_uploaded = oracle::word(joined.uploaded.verdict);
  record.oracle_with_built_in = oracle::word(joined.with_built_in.verdict);
  record.outcome = infer::word(seen.outcome);
  add(seen.note);
  if (!joined.as_expected) add("the oracle does not see this case as the probe means it: " + joined.uploaded.reason);
  around_.reporter.detail(record.path + " " + record.id + ": " + record.outcome +
                          (seen.alert ? " with alert " + std::to_string(*seen.alert) : std::string()) + ", " +
                          record.at_result);
  records_.push_back(std::move(record));
}

Result<infer::Attempt> ModemBench::attempt(const Shot& shot) {
  if (around_.cancel.requested()) return interrupted();
  auto card = this->card(shot);
  if (!card) return std::move(card).error();
  if (auto done = bind(shot.bound); !done) return std::move(done).error();
  ProbeRecord record;
  record.id = infer::probe_name(shot);
  record.path = word(shot.path);
  record.bound = parts_.deck.name(shot.bound);
  record.presented = (*card)->presented;
  record.settings = infer::words(shot.settings);
  if (!held_words_.empty()) record.settings += (record.settings.empty() ? "" : ", ") + held_words_;
  record.keyless = !(*card)->key.has_value();
  auto turned = turn(shot);
  if (!turned) return std::move(turned).error();
  if (!*turned) return not_possible(shot, std::move(record));
  auto asked = parts_.opinions.ask_about(parts_.deck, shot);  // the oracle thinks while the modem works
  if (!asked) return std::move(asked).error();
  const auto begun = begin_exhibit();
  auto opened = open(shot, **card, record);
  if (!opened) return std::move(opened).error();
  auto seen = judge(shot, **card, *opened, record);
  if (!seen) return std::move(seen).error();
  auto joined = [&] { return parts_.opinions.answer(*asked); }();
  if (!joined) return std::move(joined).error();
  // Before a modem is said to take what it must not: was it still told to look?
  const bool passed = seen->outcome == Outcome::accepted || seen->alert == infer::alert_decrypt_error;
  if (passed && joined->uploaded.verdict == oracle::Verdict::reject) {
    if (auto looks = still_verifies(); !looks) return std::move(looks).error();
  }
  const infer::Attempt result{shot, seen->outcome, seen->alert, joined->as_expected};
  if (auto kept = keep_exhibit(begun, shot, **card, *opened, *joined); !kept) return std::move(kept).error();
  note_attempt(shot, *seen, opened->server, *joined, std::move(record));
  return result;
}

Result<infer::Outcome> ModemBench::open_live(const LiveCall& call, ProbeRecord record) {
  if (around_.cancel.requested()) return interrupted();
  if (auto done = bind(call.bound); !done) return std::move(done).error();
  if (auto done = turn(Shot{}); !done) return std::move(done).error();
  record.path = word(call.path);
  record.bound = parts_.deck.name(call.bound);
  record.presented = "whatever the live server " + text_of(call.target) + " presents";
  if (call.relay) {
    probe::Presentation through{record.id, {}};
    through.relay = true;
    through.expected_sni = call.target.host;
    through.path = record.path;
    if (auto armed = arm(through); !armed) return std::move(armed).error();
  }
  auto& opener = *openers_.at(call.path);
  ++opens_;
  const auto begun = begin_exhibit();
  auto said =
      opener.open(call.target.host, call.relay ? port() : call.target.port, true, call.relay ? waiting() : Waiting{});
  if (!said) return std::move(said).error();
  record.at_command = said->command;
  record.at_result = said->result;
  auto outcome = said->opened ? Outcome::accepted : said->silent ? Outcome::silent : Outcome::refused;
  record.stage = ossl::word(ossl::Stage::none);
  if (call.relay) {
    auto server = collect();
    if (!server) return std::move(server).error();
    note_relayed(*server, outcome, record);
    if (setup_.keep_exhibits) {
      Exhibit exhibit{call.path};
      exhibit.record = records_.size();
      exhibit.at = exhibit.judged_at = begun.at;
      exhibit.host = call.target.host;
      exhibit.modem = {said->opened, said->silent, {}};
      exhibit.wire = std::move(server->wire);
      exhibit.lines_from = begun.line;
      exhibit.lines_to = around_.at_line ? around_.at_line() : 0;
      exhibits_.push_back(std::move(exhibit));
    }
  }
  record.outcome = infer::word(outcome);
  record.attempt = ++attempts_[record.path + "/" + record.id + "/" + text_of(call.target)];
  records_.push_back(std::move(record));
  auto ended = opener.end();
  if (!ended && ends_run(ended.error())) return std::move(ended).error();
  return outcome;
}

/// The third channel: what the relay saw of the same connection.
void ModemBench::note_relayed(const probe::ServerRecord& server, Outcome& outcome, ProbeRecord& record) {
  record.stage = ossl::word(server.peer.stage);
  record.alert = server.peer.alert;
  record.sni = server.peer.sni;
  record.application_data = server.peer.stage == ossl::Stage::application_data ? 1 : 0;
  record.note = server.peer.could_not_present;
  if (server.relayed && !server.relayed->presented.empty()) {
    record.presented = "the live server's chain, passed through: " + server.relayed->presented.front().subject() +
                       " to " + server.relayed->presented.back().issuer();
  }
  if (!server.connected) {
    outcome = Outcome::unreachable;
    record.note = "the modem's connection did not come through our relay";
  } else if (outcome == Outcome::refused && !server.peer.alert && !server.peer.could_not_present.empty()) {
    outcome = Outcome::not_presented;
  }
}

}  // namespace epki::trial

// What the acceptance finder and the sweep of settings ask of the bench: any case, and any key.
#include "core/text.hpp"
#include "provision/plan/settings.hpp"
#include "verify/trial/modem_bench.hpp"

namespace epki::trial {

Result<Seen> ModemBench::show(const CaseCall& call) {
  if (around_.cancel.requested()) return interrupted();
  auto name = parts_.traces.upload(call.pem);
  if (!name) return std::move(name).error();
  bound_.reset();
  if (auto done = write_setting("cacert", plan::path_of(*name)); !done) return std::move(done).error();
  Shot shot{};
  shot.path = call.path;
  if (auto done = turn(shot); !done) return std::move(done).error();
  ProbeRecord record;
  record.id = call.id;
  record.path = word(call.path);
  record.bound = call.card->bind ? "the root of this case" : "U, the throw-away root";
  record.presented = call.card->presented;
  record.keyless = !call.card->key.has_value();
  auto opinion = call.ask_oracle ? parts_.opinions.of(call.pem, call.card->chain, parts_.deck.host(shot))
                                 : oracle::Opinion{oracle::Verdict::undecided, "it was not asked about this chain", {}};
  if (!opinion) return std::move(opinion).error();
  const auto begun = begin_exhibit();
  auto opened = open(shot, *call.card, record);
  if (!opened) return std::move(opened).error();
  auto seen = judge(shot, *call.card, *opened, record);
  if (!seen) return seen;
  if (setup_.keep_exhibits) {
    auto exhibit = exhibit_of(begun, shot, *call.card, *opened, Joined{*opinion, *opinion, true});
    exhibit.bound = call.pem;
    exhibits_.push_back(std::move(exhibit));
  }
  note_attempt(shot, *seen, opened->server, Joined{*opinion, *opinion, true}, std::move(record));
  return seen;
}

Result<ModemBench::Held> ModemBench::hold(const std::string& key, const std::string& value) {
  if (auto done = let_go(); !done) return std::move(done).error();
  auto& modem = parts_.modem;
  auto before = modem.ssl_setting(setup_.context, key);
  if (!before) return std::move(before).error();
  if (!*before) return Held::not_taken;
  if (ec200u::same_ssl_value(key, **before, value)) return Held::same_as_before;
  held_ = std::pair(key, **before);
  auto set = modem.set_ssl(setup_.context, key, value);
  if (!set && ends_run(set.error())) return std::move(set).error();
  auto now = modem.ssl_setting(setup_.context, key);
  if (!now) return std::move(now).error();
  const bool taken = set && *now && ec200u::same_ssl_value(key, **now, value);
  if (taken) held_words_ = lower(key) + "=" + value;
  return taken ? Held::taken : Held::not_taken;
}

Result<std::string> ModemBench::user_file() {
  auto pem = parts_.deck.pem({});
  if (!pem) return std::move(pem).error();
  auto name = parts_.traces.upload(*pem);
  if (!name) return std::move(name).error();
  return plan::path_of(*name);
}

Status ModemBench::let_go() {
  held_words_.clear();
  if (!held_) return success();
  const auto [key, value] = *std::exchange(held_, std::nullopt);
  auto set = parts_.modem.set_ssl(setup_.context, key, value);
  if (!set && ends_run(set.error())) return set;
  auto now = parts_.modem.ssl_setting(setup_.context, key);
  if (!now) return std::move(now).error();
  if (*now && ec200u::same_ssl_value(key, **now, value)) return success();
  return Error{Errc::modem_refused, "the modem does not take back " + key + " = " + value,
               "restart the modem; its settings are gone then"};
}

ModemBench::Begun ModemBench::begin_exhibit() const {
  return {around_.clock.now(), around_.at_line ? around_.at_line() : 0};
}

Exhibit ModemBench::exhibit_of(const Begun& begun, const Shot& shot, const probe::Case& card, Opened& opened,
                               const Joined& joined) {
  Exhibit exhibit;
  exhibit.path = shot.path;
  exhibit.record = records_.size();
  exhibit.at = begun.at;
  for (const auto& certificate : card.chain) exhibit.chain += certificate.pem();
  exhibit.host = parts_.deck.host(shot);
  exhibit.judged_at = parts_.opinions.time_for(parts_.deck, shot);
  exhibit.uploaded = joined.uploaded;
  exhibit.with_built_in = joined.with_built_in;
  exhibit.modem = opened.modem;
  exhibit.wire = std::move(opened.server.wire);
  exhibit.lines_from = begun.line;
  exhibit.lines_to = around_.at_line ? around_.at_line() : 0;
  return exhibit;
}

Status ModemBench::keep_exhibit(const Begun& begun, const Shot& shot, const probe::Case& card, Opened& opened,
                                const Joined& joined) {
  if (!setup_.keep_exhibits) return success();
  auto exhibit = exhibit_of(begun, shot, card, opened, joined);
  if (about_trust_) exhibit.probe = shot;
  auto bound = parts_.deck.pem(shot.bound);
  if (!bound) return std::move(bound).error();
  exhibit.bound = *std::move(bound);
  exhibits_.push_back(std::move(exhibit));
  return success();
}

}  // namespace epki::trial

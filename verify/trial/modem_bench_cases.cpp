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
  auto opinion = parts_.opinions.of(call.pem, call.card->chain, parts_.deck.host(shot));
  if (!opinion) return std::move(opinion).error();
  auto opened = open(shot, *call.card, record);
  if (!opened) return std::move(opened).error();
  auto seen = judge(shot, *call.card, *opened, record);
  if (!seen) return seen;
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

}  // namespace epki::trial

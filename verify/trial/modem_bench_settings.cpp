// The settings that probes turn on the modem: SSL context, clock, the device's own certificate.
#include <array>

#include "provision/plan/settings.hpp"
#include "verify/trial/modem_bench.hpp"

namespace epki::trial {

namespace {

using infer::Settings;

/// A setting of the SSL context that probes turn.
struct Turnable {
  std::string_view key;
  std::string (*value)(const Settings&);
};
constexpr std::array<Turnable, 5> turnables{{
    {"sni", [](const Settings& s) { return std::string(s.sni_off ? "0" : "1"); }},
    {"ignorelocaltime", [](const Settings& s) { return std::string(s.ignore_time ? "1" : "0"); }},
    {"ignorecertitem", [](const Settings& s) { return std::to_string(s.ignore_items); }},
    {"ignoreinvalidcertsign", [](const Settings& s) { return std::string(s.ignore_signature ? "1" : "0"); }},
    {"ignoremulticertchainverify", [](const Settings& s) { return std::string(s.ignore_chain ? "1" : "0"); }},
}};

}  // namespace

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

Status ModemBench::still_verifies() {
  auto level = parts_.modem.ssl_setting(setup_.context, "seclevel");
  if (!level) return std::move(level).error();
  if (*level && !ec200u::same_ssl_value("seclevel", **level, "0")) return success();
  return Error{Errc::modem_gone,
               "the modem has lost its settings: SSL context " + std::to_string(setup_.context) +
                   " does not verify servers any more, so it restarted without saying so",
               "check the modem's power supply (a current peak resets it), then run the same command again"};
}

Result<bool> ModemBench::turn_key(const std::string& key, const std::string& value) {
  if (refused_keys_.contains(key)) return false;
  auto set = parts_.modem.set_ssl(setup_.context, key, value);
  if (!set && set.error().code != Errc::modem_refused) return std::move(set).error();
  auto now = parts_.modem.ssl_setting(setup_.context, key);
  if (!now) return std::move(now).error();
  if (*now && ec200u::same_ssl_value(key, **now, value)) return true;
  refused_keys_.insert(key);
  return false;
}

Result<bool> ModemBench::turn_clock(const Shot& shot) {
  const auto moment = parts_.deck.clock_for(shot);
  if (moment == clock_) return true;
  auto done = moment ? parts_.traces.move_clock(*moment) : parts_.traces.clock_back();
  if (done) {
    clock_ = moment;
    return true;
  }
  if (!moment || ends_run(done.error())) return std::move(done).error();
  return false;
}

Result<bool> ModemBench::turn_own_certificate() {
  Shot device{};
  device.shown = infer::Shown::own_certificate;
  auto card = parts_.deck.card(device);
  if (!card) return std::move(card).error();
  auto key = (*card)->key->to_pem();
  if (!key) return std::move(key).error();
  const std::string key_text(key->view());
  parts_.modem.engine().mask(key_text);
  bool taken = true;
  for (const auto& [setting, pem] : {std::pair{"clientcert", (*card)->chain.front().pem()}, {"clientkey", key_text}}) {
    auto name = parts_.traces.upload(pem);
    if (!name) return std::move(name).error();
    auto turned = turn_key(setting, plan::path_of(*name));
    if (!turned) return std::move(turned).error();
    taken = taken && *turned;
  }
  auto mutual = turn_key("seclevel", "2");
  if (!mutual) return std::move(mutual).error();
  return taken && *mutual;
}

Status ModemBench::drop_own_certificate() {
  if (auto done = write_setting("seclevel", "1"); !done) return done;
  for (const auto* setting : {"clientcert", "clientkey"}) {
    auto set = parts_.modem.set_ssl(setup_.context, setting, "");  // what is refused is put back at the end
    if (!set && ends_run(set.error())) return set;
  }
  return success();
}

Result<bool> ModemBench::turn(const Shot& shot) {
  if (settings_ == shot.settings && parts_.deck.clock_for(shot) == clock_) return true;
  const auto before = settings_;
  settings_ = shot.settings;
  bool taken = true;
  for (const auto& [key, value] : turnables) {
    const auto wanted = value(shot.settings);
    if (value(before) == wanted) continue;
    auto turned = turn_key(std::string(key), wanted);
    if (!turned) return std::move(turned).error();
    taken = taken && *turned;
  }
  auto clock = turn_clock(shot);
  if (!clock) return std::move(clock).error();
  taken = taken && *clock;
  if (shot.settings.own_certificate && !before.own_certificate) {
    auto own = turn_own_certificate();
    if (!own) return std::move(own).error();
    taken = taken && *own;
  } else if (before.own_certificate && !shot.settings.own_certificate) {
    if (auto done = drop_own_certificate(); !done) return std::move(done).error();
  }
  if (taken) return true;
  if (shot.settings.own_certificate) {
    if (auto done = drop_own_certificate(); !done) return std::move(done).error();
  }
  for (const auto& [key, value] : turnables) {
    if (auto done = write_setting(std::string(key), value(Settings{})); !done) return std::move(done).error();
  }
  if (auto done = parts_.traces.clock_back(); !done) return std::move(done).error();
  clock_.reset();
  settings_ = {};
  return false;
}

}  // namespace epki::trial

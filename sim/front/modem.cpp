#include "sim/front/modem.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "core/text.hpp"

namespace epki::sim {
namespace {

const Entry* entry_of(std::string_view name) {
  static const std::map<std::string_view, const Entry*> all = [] {
    std::map<std::string_view, const Entry*> made;
    for (const auto table :
         {general_commands(), identity_commands(), network_commands(), context_commands(), power_commands(),
          clock_commands(), file_commands(), file_handle_commands(), ssl_config_commands(), ssl_socket_commands(),
          tcp_commands(), dns_commands(), mqtt_config_commands(), mqtt_commands(), mqtt_message_commands()})
      for (const auto& entry : table) made.emplace(entry.name, &entry);
    return made;
  }();
  const auto found = all.find(name);
  return found == all.end() ? nullptr : found->second;
}

Handler form_of(const Entry& entry, Command::Form form) {
  switch (form) {
    case Command::Form::exec: return entry.exec;
    case Command::Form::read: return entry.read;
    case Command::Form::test: return entry.test;
    case Command::Form::set: return entry.set;
  }
  return nullptr;
}

std::optional<Instant> start_of_clock(const Persona& persona) {
  return persona.clock == "host" ? std::nullopt : parse_rfc3339(persona.clock);
}

}  // namespace

Answer just_ok(Modem&, const Args&, Moment) {
  return Answer::ok();
}

Modem::Modem(Parts parts, Moment now)
    : parts_(std::move(parts)),
      wire(parts_.persona->baud),
      terminal(wire, timeline_,
               {[this](std::string_view line, Moment at) { return meet_line(line, at); },
                [this](const Command& command, bool last, Moment at) { return run(command, last, at); }}),
      clock(parts_.host_time, now, start_of_clock(*parts_.persona)),
      crew_(parts_.network_runs),
      plain(crew_, plain_socket_events(*this)),
      tls(crew_, tls_socket_events(*this)),
      mischief_(parts_.persona->faults),
      from_host_(parts_.persona->faults.from_host),
      to_host_(parts_.persona->faults.to_host) {
  if (persona().quirks.write_cache) parts_.files.use_cache();
  terminal.think = persona().think;
  terminal.cme_words = persona().quirks.cme_text;
  terminal.urcs_in_replies = persona().faults.urcs_in_replies;
  terminal.seed = static_cast<std::uint64_t>(persona().faults.seed);
  boot(now);
}

/// A simulator that is ended in good order powers its modem down; one that is killed cuts the power.
Modem::~Modem() {
  close_connections();
  if (gone_) return;
  if (auto written = files().write_out(); !written) log(written.error().what);
}

void Modem::feed(std::string_view bytes, Moment now) {
  auto arrived = read_at(from_host_.pass(bytes), host_baud_, wire.baud());
  if (wire.baud() == 0) {
    terminal.receive(arrived, now);
    return;
  }
  timeline_.at(wire.arrival(bytes.size(), now),
               [this, taken = std::move(arrived)](Moment at) { terminal.receive(taken, at); });
}

std::string Modem::take_output(Moment now) {
  return to_host_.pass(wire.take(now, host_baud_));
}

void Modem::advance(Moment now) {
  timeline_.run(now);
  for (auto& note : inbox_.take()) note(now);
  crew_.tidy();
  terminal.process(now);
}

std::optional<Moment> Modem::next_due() const {
  const auto event = timeline_.next(), byte = wire.next();
  if (event && byte) return std::min(*event, *byte);
  return event ? event : byte;
}

Sockets::Post Modem::poster() {
  return [this, epoch = epoch_](Inbox::Note note) {
    inbox_.post([this, epoch, note = std::move(note)](Moment now) {
      if (epoch == epoch_) note(now);
    });
  };
}

void Modem::urc_bytes(std::string bytes, Moment now) {
  // Lines that go to another port are not seen on this one (AT reference, 5).
  if (state.urc_port != "usbmodem") terminal.urc_bytes(std::move(bytes), now);
}

void Modem::urc(std::string_view line, Moment now) {
  if (line.starts_with("+Q") && mischief_.loses_urc()) return;
  urc_bytes("\r\n" + std::string(line) + "\r\n", now);
}

void Modem::close_connections() {
  plain.close_all();
  tls.close_all();
  for (auto& slot : mqtt) slot.shut(false, poster());
}

/// Everything a reboot loses. Files and the clock stay.
void Modem::forget() {
  ++epoch_;
  close_connections();
  timeline_.clear();
  terminal.reset(true);
  state = {};
  network().use_dns({});  // not saved (AT reference, 5)
  state.urc_port = persona().quirks.urc_port;
  state.cgdcont[1] = "\"IPV4V6\",\"\"";
  for (auto& slot : mqtt) slot.config = {};
}

void Modem::boot(Moment now) {
  forget();
  power_ = Power::booting;
  const auto early = std::min(persona().quirks.answers_before_ready, persona().boot);
  if (early.count() > 0)
    timeline_.at(now + persona().boot - early, [this](Moment) {
      power_ = Power::early;
      terminal.reset(silent_);
    });
  timeline_.at(now + persona().boot, [this](Moment at) { booted(at); });
}

void Modem::booted(Moment now) {
  if (power_ != Power::early) terminal.reset(silent_);
  power_ = Power::on;
  wire.set_baud(persona().baud);
  if (persona().quirks.context_active_at_boot && registered()) state.contexts[1].active = true;
  urc("RDY", now);
  using std::chrono::milliseconds;
  const auto later = [&](int ms, std::string line) {
    timeline_.at(now + milliseconds(ms), [this, line = std::move(line)](Moment at) { urc(line, at); });
  };
  // The order varies from boot to boot; this is one that was seen.
  if (persona().radio.sim == Radio::Sim::ready) {
    later(5, "+CPIN: READY");
    later(5, "+QUSIM: 1");
    later(20, "+QIND: SMS DONE");
    later(30, "+QIND: PB DONE");
  } else {
    later(5, persona().radio.sim == Radio::Sim::pin ? "+CPIN: SIM PIN" : "+CPIN: NOT INSERTED");
  }
}

bool Modem::unplugged() const {
  return persona().quirks.usb && (power_ == Power::booting || power_ == Power::off);
}

void Modem::reboot(Moment now) {
  log("reboot");
  if (++restarts_ <= persona().faults.cache_lost_at_restarts)
    files().lose_cache();
  else if (auto written = files().write_out(); !written)
    log(written.error().what);
  boot(now);
}

void Modem::power_cut(Moment now) {
  log("the power fails and comes back (fault)");
  files().lose_cache();
  boot(now);
}

void Modem::hang(Moment now) {
  log("hangs (fault)");
  power_ = Power::hung;
  terminal.reset(true);
  timeline_.clear();
  if (persona().faults.watchdog.count() > 0)
    timeline_.at(now + persona().faults.watchdog, [this](Moment at) { power_cut(at); });
}

void Modem::power_off(Moment now) {
  terminal.urc("POWERED DOWN", now);
  if (auto written = files().write_out(); !written) log(written.error().what);
  forget();
  power_ = Power::off;
  log("powered down");
}

void Modem::power_on(Moment now) {
  if (power_ == Power::off) boot(now);
  if (power_ == Power::hung) power_cut(now);
}

bool Modem::registered() const {
  const auto& radio = persona().radio;
  return state.functionality == 1 && radio.sim == Radio::Sim::ready &&
         (radio.registration == 1 || radio.registration == 5);
}

bool Modem::applies(std::string_view setting) const {
  const auto& list = persona().quirks.ignored_settings;
  return std::none_of(list.begin(), list.end(), [&](const auto& name) { return equal_ignoring_case(name, setting); });
}

bool Modem::takes_effect(std::string_view setting) const {
  const auto& list = persona().quirks.hollow_settings;
  if (power_ != Power::on && persona().quirks.early_settings_ignored) return false;
  return std::none_of(list.begin(), list.end(), [&](const auto& name) { return equal_ignoring_case(name, setting); });
}

bool Modem::context_active(std::int64_t context) const {
  return state.contexts[static_cast<std::size_t>(context)].active;
}

void Modem::deactivate(std::int64_t context, Moment now) {
  state.contexts[static_cast<std::size_t>(context)].active = false;
  for (auto* family : {&plain, &tls})
    for (int id = 0; id < Sockets::count; ++id)
      if ((*family)[id].link && (*family)[id].context == context) family->close(id);
  for (std::size_t i = 0; i < mqtt.size(); ++i) {
    if (mqtt[i].state == MqttSlot::State::closed || mqtt[i].config.pdp != context) continue;
    mqtt[i].shut(false, poster());
    urc("+QMTSTAT: " + std::to_string(i) + ",7", now);
  }
}

/// The faults that hit a whole line.
Terminal::Fate Modem::meet_line(std::string_view line, Moment now) {
  using Kind = Terminal::Fate::Kind;
  const auto mishap = mischief_.next_line();
  const auto& faults = persona().faults;
  // Only the command's name: parameters may be passwords.
  log("line " + std::to_string(mischief_.lines()) + ": " + visible(line.substr(0, line.find('='))));
  if (faults.silent_after_commands > 0 && mischief_.lines() >= faults.silent_after_commands) {
    log("silent from here on (fault)");
    silent_ = true;
    terminal.reset(true);
    return {Kind::swallow};
  }
  if (faults.hang_at_command > 0 && mischief_.lines() == faults.hang_at_command) {
    hang(now);
    return {Kind::swallow};
  }
  if (mishap != Mishap::none) log("the line meets with a fault");
  return befall(mishap, line, now);
}

Terminal::Fate Modem::befall(Mishap mishap, std::string_view line, Moment now) {
  using Kind = Terminal::Fate::Kind;
  const auto strike = [&] {
    // A byte of this exchange or of those that follow, either way.
    const auto ahead = 1 + mischief_.chance().below(1500);
    (mischief_.chance().below(2) == 0 ? from_host_ : to_host_).strike(mishap, ahead);
    return Terminal::Fate{Kind::run};
  };
  switch (mishap) {
    case Mishap::none: break;
    case Mishap::unheard: return {Kind::swallow};
    case Mishap::muted: return {Kind::mute};
    case Mishap::late: return {Kind::late, persona().faults.late};
    case Mishap::overtaken: return {Kind::overtaken, persona().faults.late};
    case Mishap::refused: return {Kind::refuse};
    case Mishap::unapplied: {
      // Only what sets a value can be acknowledged and not applied.
      const bool sets = line.find("CFG=") != std::string_view::npos && line.find(',') != line.rfind(',');
      return {sets ? Kind::pretend : Kind::run};
    }
    case Mishap::restart: reboot(now); return {Kind::swallow};
    case Mishap::power_cut: power_cut(now); return {Kind::swallow};
    case Mishap::drop:
    case Mishap::flip:
    case Mishap::twice: return strike();
    case Mishap::stray_line: return {Kind::stray};
  }
  return {Kind::run};
}

Answer Modem::run(const Command& command, bool last, Moment now) {
  const auto* entry = entry_of(command.name);
  const auto handler = entry != nullptr ? form_of(*entry, command.form) : nullptr;
  if (handler == nullptr || (entry->alone && !last && command.form == Command::Form::set)) return Answer::error();
  return handler(*this, command.args, now);
}

}  // namespace epki::sim

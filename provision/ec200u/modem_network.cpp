#include <algorithm>
#include <optional>

#include "core/text.hpp"
#include "provision/ec200u/asking.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/ec200u/names.hpp"
#include "provision/ec200u/replies.hpp"
#include "provision/ec200u/time_limits.hpp"

namespace epki::ec200u {

namespace {

using namespace std::chrono_literals;

Deadline sooner(Deadline a, Deadline b) {
  return std::min(a, b);
}

Result<std::optional<Registration>> registration_in(at::Engine& engine, std::string_view name) {
  const std::string tag = "+" + std::string(name) + ":";
  auto reply = ask(engine, "AT+" + std::string(name) + "?", time_limit::simple, tag);
  if (!reply) return std::move(reply).error();
  return parse_registration(reply->lines, tag);
}

bool registered(Registration r) {
  return r == Registration::home || r == Registration::roaming;
}

/// What the SIM says, where it is something that waiting does not mend: it is not there, or locked. Empty: it is ready,
/// or says nothing clear yet.
Result<std::string> what_sim_lacks(at::Engine& engine) {
  auto reply = ask(engine, "AT+CPIN?", time_limit::simple, "+CPIN:");
  if (!reply) return std::move(reply).error();
  std::string said = reply->ok() ? std::string() : lower(reply->text);
  for (const auto& line : reply->lines)
    if (line.starts_with("+CPIN:")) said = lower(trimmed(std::string_view(line).substr(6)));
  constexpr int not_inserted = 10;  // 27.007, 9.2.1
  if (reply->code == not_inserted || said.find("not inserted") != std::string::npos) return std::string("not inserted");
  const bool locked =
      said.ends_with("pin") || said.ends_with("puk") || said.ends_with("pin2") || said.ends_with("puk2");
  return reply->ok() && locked ? said : std::string();
}

Error no_use_of_sim(const std::string& lacks) {
  if (lacks == "not inserted")
    return {Errc::network, "the modem finds no SIM, so it does not register in a mobile network",
            "insert a SIM, check its contacts, and restart the modem"};
  return {Errc::network, "the SIM is locked (AT+CPIN? says " + lacks + "), so the modem does not register",
          "unlock it with AT+CPIN=\"<pin>\", or switch its PIN off in a telephone"};
}

Error not_registered(std::optional<Registration> last) {
  if (last == Registration::denied)
    return {Errc::network, "the mobile network denies this SIM",
            "check that the SIM is active, its contract allows data and roaming, and the plan allows this device"};
  return {Errc::network, "the modem is not registered in a mobile network",
          "check the antenna, the SIM and its PIN (AT+CPIN?), and the coverage at this place"};
}

}  // namespace

Result<Identity> Modem::identify(Deadline by, Card with) {
  if (auto reached = engine_.synchronise(by); !reached) return std::move(reached).error();
  // Numbers say more than words; a firmware without the command still answers one or the other.
  auto numbers = ask(engine_, "AT+CMEE=1", time_limit::simple);
  if (!numbers) return std::move(numbers).error();
  auto about_it = demand(engine_, "ATI", time_limit::simple, "asking what the modem is");
  if (!about_it) return std::move(about_it).error();
  Identity identity = parse_identity(about_it->lines);
  if (!identity.model.starts_with("EC200U"))
    return Error{
        Errc::modem_refused,
        "what answers on " + engine_.wire().name() + " is no EC200U: " +
            (identity.model.empty() ? std::string("it names no model") : identity.manufacturer + " " + identity.model),
        "choose the port of the EC200U"};
  if (identity.firmware.empty()) {
    auto revision = demand(engine_, "AT+CGMR", time_limit::simple, "asking for the firmware");
    if (!revision) return std::move(revision).error();
    if (!revision->lines.empty()) identity.firmware = revision->lines.front();
  }
  auto serial = demand(engine_, "AT+CGSN", time_limit::simple, "asking for the IMEI");
  if (!serial) return std::move(serial).error();
  const auto imei = parse_imei(serial->lines);
  if (!imei)
    return not_understood("asking for the IMEI",
                          serial->lines.empty() ? std::string_view("OK") : serial->lines.front());
  identity.imei = *imei;
  if (with == Card::not_asked) return identity;
  auto card = ask(engine_, "AT+QCCID", time_limit::simple);
  if (!card) return std::move(card).error();
  identity.iccid = parse_iccid(card->lines).value_or("");
  return identity;
}

Result<Registration> Modem::registration() {
  auto eps = registration_in(engine_, "CEREG");
  if (!eps) return std::move(eps).error();
  if (*eps && registered(**eps)) return **eps;
  auto circuit = registration_in(engine_, "CREG");
  if (!circuit) return std::move(circuit).error();
  return merged(*eps, *circuit);
}

Status Modem::wait_registered(Deadline by, const std::function<void(Registration)>& seen) {
  std::optional<Registration> last;
  std::string lacked;
  for (;;) {
    auto now = registration();
    if (!now) return std::move(now).error();
    if (seen && last != *now) seen(*now);
    last = *now;
    if (registered(*now)) return success();
    if (*now == Registration::denied || monotonic_now() >= by) return not_registered(last);
    auto lacks = what_sim_lacks(engine_);
    if (!lacks) return std::move(lacks).error();
    // Said twice: a byte that came wrong, or a SIM that is just being read, is no reason to give up.
    if (!lacks->empty() && *lacks == lacked) return no_use_of_sim(*lacks);
    lacked = *std::move(lacks);
    // A modem that reports on its own shortens the wait; one that does not is asked again after a second.
    const auto news = [](std::string_view line) { return line.starts_with("+CEREG:") || line.starts_with("+CREG:"); };
    auto line = engine_.wait_for(news, sooner(by, after(1s)));
    if (!line) return std::move(line).error();
  }
}

Result<std::optional<std::string>> Modem::address(int pdp) {
  auto reply = demand(engine_, "AT+QIACT?", time_limit::packet_context, "asking for the packet contexts", "+QIACT:");
  if (!reply) return std::move(reply).error();
  for (const auto& line : reply->lines) {
    if (!line.starts_with("+QIACT:")) continue;
    auto context = parse_packet_context(line);
    if (!context) return std::move(context).error();
    if (context->id == pdp && context->active) return std::optional<std::string>(context->address);
  }
  return std::optional<std::string>{};
}

Status Modem::activate(int pdp, std::string_view apn) {
  auto before = address(pdp);
  if (!before) return std::move(before).error();
  if (*before) return success();
  const std::string number = std::to_string(pdp);
  if (!apn.empty()) {
    auto name = quoted("access point name", apn);
    if (!name) return std::move(name).error();
    auto set = demand(engine_, "AT+QICSGP=" + number + ",1," + *name + ",\"\",\"\",0", time_limit::simple,
                      "setting the access point name");
    if (!set) return std::move(set).error();
  }
  auto activated = ask(engine_, "AT+QIACT=" + number, time_limit::packet_context);
  if (!activated) return std::move(activated).error();
  if (activated->ok()) return success();
  // It may have come up on its own in between, and an active context answers ERROR.
  auto now = address(pdp);
  if (!now) return std::move(now).error();
  if (*now) return success();
  return Error{Errc::network, "packet context " + number + " could not be activated: " + activated->refusal(),
               "check the access point name ([modem] apn) and that the SIM's contract allows data"};
}

Result<Lookup> Modem::resolve(int pdp, std::string_view host) {
  const auto name = quoted("host name", host);
  if (!name) return name.error();
  const auto is_name_line = [](std::string_view line) { return parse_name_line(line).has_value(); };
  engine_.forget(is_name_line);
  auto reply = ask(engine_, "AT+QIDNSGIP=" + std::to_string(pdp) + "," + *name, time_limit::name);
  if (!reply) return std::move(reply).error();
  Lookup lookup;
  if (!reply->ok()) {
    if (reply->code && *reply->code >= 550) {
      lookup.error = reply->code;
      return lookup;
    }
    return refused("looking up " + std::string(host), *reply, "the packet context may not be active");
  }
  Deadline by = after(time_limit::name);
  std::optional<int> expected;
  while (!expected || static_cast<int>(lookup.addresses.size()) < *expected) {
    auto line = engine_.wait_for(is_name_line, by);
    if (!line) return std::move(line).error();
    if (!*line) {
      if (!lookup.addresses.empty()) return lookup;
      return Error{Errc::network,
                   "the modem gave " + std::string(expected ? "no address" : "no answer") + " to the look-up of " +
                       std::string(host) + (expected ? "" : " in 60 s"),
                   "check the packet context and its DNS servers (AT+QIDNSCFG)"};
    }
    by = std::min(by, after(time_limit::more_addresses));
    auto part = parse_name_line(**line);
    if (part->error) lookup.error = part->error;
    if (lookup.error) return lookup;
    if (part->count) expected = part->count;
    if (!part->address.empty()) lookup.addresses.push_back(part->address);
  }
  return lookup;
}

Result<std::optional<int>> Modem::tcp_probe(int pdp, std::string_view host, std::uint16_t port,
                                            const Patience& patience) {
  constexpr int socket = 11;  // the last of 0 to 11: the least likely to be anybody's
  const auto name = quoted("host name", host);
  if (!name) return name.error();
  const auto result_line = about("+QIOPEN:", socket);
  engine_.forget(result_line);
  const std::string number = std::to_string(socket);
  auto reply = ask_once(
      engine_,
      "AT+QIOPEN=" + std::to_string(pdp) + "," + number + ",\"TCP\"," + *name + "," + std::to_string(port) + ",0,0",
      time_limit::simple);
  if (!reply) return std::move(reply).error();
  if (!reply->ok()) return refused("opening a TCP connection to " + std::string(host), *reply);
  auto span = time_limit::tcp_open;
  auto line = await_result(engine_, result_line, span, patience);
  if (!line) return std::move(line).error();
  // A failed open keeps its number as well; whether there was something to close is no news.
  auto closed = ask(engine_, "AT+QICLOSE=" + number, time_limit::tcp_close);
  if (!closed) return std::move(closed).error();
  if (!*line) return std::optional<int>{};
  const auto numbers = parse_numbers(**line, "+QIOPEN:");
  if (!numbers || numbers->size() < 2) return not_understood("opening a TCP connection", **line);
  return std::optional<int>((*numbers)[1]);
}

}  // namespace epki::ec200u

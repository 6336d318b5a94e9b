// Whether the modem finds the broker's name and reaches its port.

#include "provision/doctor/examination.hpp"
#include "provision/ec200u/asking.hpp"

namespace epki::doctor {

namespace {

using namespace std::chrono_literals;

constexpr auto deactivation_limit = 40s;

bool is_literal_address(std::string_view host) {
  return host.find(':') != std::string_view::npos || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string joined_addresses(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& one : all) text += (text.empty() ? "" : ", ") + one;
  return text;
}

/// "565 (the name could not be looked up)".
std::string with_words(int code) {
  const auto words = ec200u::tcp_error_words(code);
  return std::to_string(code) + (words.empty() ? std::string() : " (" + std::string(words) + ")");
}

std::string from_here(const Examination& e) {
  if (!e.broker.at.empty()) return "; from this computer it is reached at " + e.broker.at;
  return e.broker.why_not.empty() ? std::string() : "; from this computer neither: " + e.broker.why_not;
}

Status check_name(Examination& e) {
  const std::string wanted = "an address for " + e.wanted.host;
  if (is_literal_address(e.wanted.host)) {
    e.passed(Id::dns, "an address is dialled: nothing to look up", wanted);
    e.resolved = {e.wanted.host};
    return success();
  }
  if (!e.good(Id::pdp)) {
    e.skipped(Id::dns, "not checked: there is no packet connection", wanted);
    return success();
  }
  auto names = e.modem.resolve(e.wanted.pdp, e.wanted.host);
  if (!names && ends_examination(names.error())) return std::move(names).error();
  const std::string remedy = "check the spelling of " + e.wanted.host +
                             " in [broker] hosts, that it is in public DNS, and the modem's DNS servers (AT+QIDNSCFG=" +
                             std::to_string(e.wanted.pdp) + ")";
  if (!names)
    e.failed(Id::dns, names.error().what, wanted, remedy);
  else if (names->error)
    e.failed(Id::dns, "the modem's look-up fails with " + with_words(*names->error), wanted, remedy);
  else if (names->addresses.empty())
    e.failed(Id::dns, "the look-up gives no address", wanted, remedy);
  else
    e.passed(Id::dns, joined_addresses(names->addresses), wanted);
  if (names) e.resolved = names->addresses;
  return success();
}

Status check_port(Examination& e) {
  const std::string wanted = "a TCP connection to " + e.place();
  if (!e.good(Id::pdp) || !e.good(Id::dns)) {
    e.skipped(
        Id::tcp,
        std::string("not checked: ") + (e.good(Id::pdp) ? "the name has no address" : "there is no packet connection"),
        wanted);
    return success();
  }
  auto opened = e.modem.tcp_probe(e.wanted.pdp, e.wanted.host, e.wanted.port_number);
  if (!opened && ends_examination(opened.error())) return std::move(opened).error();
  const std::string remedy =
      e.broker.at.empty()
          ? "start the broker (mosquitto -c broker/mosquitto.conf) and check its port and its firewall"
          : "let the modem's network through: the broker's firewall, port forwarding, the carrier's filter";
  if (!opened)
    e.failed(Id::tcp, opened.error().what + from_here(e), wanted, remedy);
  else if (!*opened)
    e.failed(Id::tcp, "no result in time" + from_here(e), wanted, remedy);
  else if (**opened != 0)
    e.failed(Id::tcp, "plain TCP fails with " + with_words(**opened) + from_here(e), wanted, remedy);
  else
    e.passed(Id::tcp, "opens", wanted);
  return success();
}

}  // namespace

Status check_reach(Examination& e) {
  if (auto done = check_name(e); !done) return done;
  if (auto done = look_at_broker(e); !done) return done;
  return check_port(e);
}

Status release_network(Examination& e) {
  if (!e.pdp_activated) return success();
  const Cancel::Shield shield(e.around.cancel);
  auto done = ec200u::ask(e.modem.engine(), "AT+QIDEACT=" + std::to_string(e.wanted.pdp), deactivation_limit);
  if (!done) return std::move(done).error();
  if (!done->ok())
    e.diagnosis.notes.push_back("packet context " + std::to_string(e.wanted.pdp) +
                                " was activated for this examination and stays active: " + done->refusal());
  return success();
}

}  // namespace epki::doctor

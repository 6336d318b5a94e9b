// The broker as this computer sees it: the chain, what was agreed on, and whether a client certificate is asked for.

#include "core/text.hpp"
#include "pki/lint/broker_tls.hpp"
#include "provision/doctor/examination.hpp"
#include "provision/doctor/mqtt_hello.hpp"
#include "provision/transport/byte_stream.hpp"

namespace epki::doctor {

namespace {

using namespace std::chrono_literals;

constexpr auto connect_limit = 10s;
constexpr auto visit_limit = 20s;

bool is_ip_text(std::string_view host) {
  return host.find(':') != std::string_view::npos || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

Result<std::unique_ptr<transport::ByteStream>> dial(Examination& e, const std::string& address) {
  return transport::open_tcp(address, e.wanted.port_number, after(connect_limit), e.around.cancel);
}

Result<ossl::Visit> visit(Examination& e, transport::ByteStream& stream, bool as_modem) {
  ossl::VisitOptions options{.newest = !as_modem, .request = mqtt_hello("ec200u-pki-doctor")};
  if (!is_ip_text(e.wanted.host)) options.server_name = e.wanted.host;
  if (as_modem) options.suites = lint::modem_suites();
  const ossl::VisitWire wire{
      [&](std::span<std::byte> into, Deadline by) { return stream.read_some(into, by); },
      [&](std::span<const std::byte> bytes, Deadline by) { return stream.write_all(bytes, by); }};
  return ossl::visit_tls(wire, options, after(visit_limit));
}

/// Where to look, best first.
std::vector<std::string> addresses(const Examination& e) {
  if (!e.wanted.host_address.empty()) return {e.wanted.host_address};
  std::vector<std::string> all{e.wanted.host};
  all.insert(all.end(), e.resolved.begin(), e.resolved.end());
  return all;
}

}  // namespace

std::string mqtt_hello(std::string_view client_id) {
  // MQTT 3.1.1, 3.1: protocol name and level, clean session, keep alive 30 s, the client's name.
  const auto two_bytes = [](std::size_t n) {
    return std::string{static_cast<char>(n >> 8U), static_cast<char>(n & 0xffU)};
  };
  const std::string body = two_bytes(4) + "MQTT" + std::string("\x04\x02", 2) + two_bytes(30) +
                           two_bytes(client_id.size()) + std::string(client_id);
  return std::string("\x10") + static_cast<char>(body.size()) + body;  // short enough for one length byte
}

std::optional<int> connack_code(std::string_view reply) {
  if (reply.size() < 4 || reply[0] != 0x20 || reply[1] != 2) return std::nullopt;  // MQTT 3.1.1, 3.2
  return static_cast<unsigned char>(reply[3]);
}

std::string connack_words(int code) {
  switch (code) {
    case 0: return "accepted";
    case 1: return "unacceptable protocol version";
    case 2: return "client identifier rejected";
    case 3: return "server unavailable";
    case 4: return "bad user name or password";
    case 5: return "not authorised";
    default: return "unknown code";
  }
}

Status look_at_broker(Examination& e) {
  auto& seen = e.broker;
  std::string used;
  for (const auto& address : addresses(e)) {
    auto stream = dial(e, address);
    if (!stream && stream.error().code == Errc::interrupted) return std::move(stream).error();
    if (!stream) {
      if (seen.why_not.empty()) seen.why_not = stream.error().what;
      continue;
    }
    seen.at = address + ":" + std::to_string(e.wanted.port_number);
    used = address;
    auto looked = visit(e, **stream, true);
    if (!looked) return std::move(looked).error();
    seen.visit = std::move(*looked);
    break;
  }
  if (seen.at.empty() || seen.visit.complete || !seen.visit.chain.empty()) return success();
  auto again = dial(e, used);
  if (!again && again.error().code == Errc::interrupted) return std::move(again).error();
  if (!again) return success();
  auto any = visit(e, **again, false);
  if (!any) return std::move(any).error();
  seen.any = std::move(*any);
  return success();
}

}  // namespace epki::doctor

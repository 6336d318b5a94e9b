// Why an open that failed may say nothing about certificates.

#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

using Cause = std::optional<std::string>;

bool is_address(std::string_view host) {
  return host.find(':') != std::string_view::npos || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

Result<Cause> name_failure(Run& run, const std::string& host) {
  auto names = run.modem.resolve(run.wanted.pdp, host);
  if (!names) {
    if (names.error().code == Errc::interrupted) return std::move(names).error();
    return Cause("the modem does not say whether it can resolve " + host + ": " + names.error().what);
  }
  if (names->error) return Cause("the modem cannot resolve " + host + " (error " + std::to_string(*names->error) + ")");
  if (names->addresses.empty()) return Cause("the modem finds no address for " + host);
  return Cause();
}

Result<Cause> tcp_failure(Run& run, const std::string& host, std::uint16_t port) {
  const auto where = host + ":" + std::to_string(port);
  auto tcp = run.modem.tcp_probe(run.wanted.pdp, host, port);
  if (!tcp) {
    if (tcp.error().code == Errc::interrupted) return std::move(tcp).error();
    return Cause("plain TCP to " + where + " could not be tried: " + tcp.error().what);
  }
  if (!*tcp) return Cause("plain TCP to " + where + " gave no result");
  if (**tcp == 0) return Cause();
  const auto words = ec200u::tcp_error_words(**tcp);
  return Cause("plain TCP to " + where + " fails with error " + std::to_string(**tcp) +
               (words.empty() ? std::string() : " (" + std::string(words) + ")"));
}

}  // namespace

Result<std::optional<std::string>> other_cause(Run& run, const ec200u::OpenResult& open, const std::string& host,
                                               std::uint16_t port) {
  if (open.refused) return Cause("the modem refused the command itself: " + open.text());
  if (!open.code) return Cause("the modem gave no result: " + open.text());
  if (*open.code == 1 || *open.code == 2 || *open.code == 3)  // parameter, client occupied, packet context
    return Cause(open.text() + ": " + std::string(ec200u::mqtt_open_words(*open.code)));
  if (!is_address(host)) {
    auto unresolved = name_failure(run, host);
    if (!unresolved || *unresolved) return unresolved;
  }
  return tcp_failure(run, host, port);
}

}  // namespace epki::plan

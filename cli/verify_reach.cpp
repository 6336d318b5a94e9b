#include "cli/verify_reach.hpp"

#include <arpa/inet.h>

#include "core/connect.hpp"
#include "pki/ca/authority.hpp"

namespace epki::cli {

namespace {

// What a simulated modem dials for our own cases. Reserved by RFC 6761: no public CA certifies it.
constexpr const char* simulated_reach_host = "probe.ec200u-pki.test";

bool is_v4(const std::string& text) {
  in_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}

/// The modem is told an address, and AT+QIDNSCFG is known to take IPv4 ones.
Result<std::string> address_of(const ReachOptions& options, const std::string& host) {
  if (options.dns_as) {
    if (is_v4(*options.dns_as)) return *options.dns_as;
    return Error{Errc::usage, "--dns-as " + *options.dns_as + " is no IPv4 address", "--dns-as 203.0.113.5"};
  }
  auto found = addresses_of(host);
  if (found) {
    for (const auto& address : *found)
      if (is_v4(address)) return address;
  }
  return Error{Errc::usage, "--dns needs the responder's IPv4 address, and " + host + " has none here",
               "give it with --dns-as"};
}

Status set_dns(const ReachOptions& options, bool simulated, trial::Setup& setup) {
  if (options.dns) {
    auto dns = parse_host_port("--dns", *options.dns);
    if (!dns) return std::move(dns).error();
    setup.dns = *std::move(dns);
  }
  if (!options.dns && !options.dns_as && !options.responder) return success();
  if (simulated && !options.dns_as) {
    setup.address_for_modem = "127.0.0.1";
    return success();
  }
  auto address = address_of(options, setup.reach_host);
  // A responder elsewhere may answer no DNS at all; where it does, the run says what is missing.
  if (!address && !options.dns && !options.dns_as) return success();
  if (!address) return std::move(address).error();
  setup.address_for_modem = *std::move(address);
  return success();
}

}  // namespace

Status set_reach(const ReachOptions& options, bool simulated, trial::Setup& setup) {
  setup.simulated = simulated;
  setup.responder_command = options.responder.value_or("");
  if (options.reach_as) {
    auto reach = parse_host_port("--reach-as", *options.reach_as, "write it as probe.example.com:8884");
    if (!reach) return std::move(reach).error();
    if (ca::is_ip_address(reach->host))
      return Error{
          Errc::usage, "--reach-as " + reach->host + " is an address",
          "give a name that resolves to it: this modem's TLS matches names only, and the wrong-name probe needs one"};
    setup.reach_host = reach->host;
    setup.reach_port = reach->port;
  } else if (simulated) {
    setup.reach_host = simulated_reach_host;
  } else {
    return Error{Errc::usage, "--reach-as is missing: under which name and port does the modem reach this machine?",
                 "give --reach-as NAME:PORT, and --listen ADDR:PORT where that differs"};
  }
  setup.listen_address = simulated ? "127.0.0.1" : "0.0.0.0";
  setup.listen_port = setup.reach_port;
  if (options.listen) {
    auto listen = parse_listen("--listen", *options.listen);
    if (!listen) return std::move(listen).error();
    setup.listen_address = listen->host;
    setup.listen_port = listen->port;
  }
  return set_dns(options, simulated, setup);
}

}  // namespace epki::cli

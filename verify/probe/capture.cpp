#include "verify/probe/capture.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "core/text.hpp"

namespace epki::probe {

namespace {

constexpr std::string_view kScheme = "https://";

bool covers(std::string_view entry, std::string_view host) {
  if (equal_ignoring_case(entry, host)) return true;
  const auto dot = host.find('.');
  return entry.starts_with("*.") && dot != std::string_view::npos && dot > 0 &&
         equal_ignoring_case(entry.substr(1), host.substr(dot));
}

}  // namespace

bool names_host(const ossl::Certificate& leaf, std::string_view host) {
  const auto names = leaf.dns_names();
  const auto addresses = leaf.ip_addresses();
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return covers(name, host); }) ||
         std::any_of(addresses.begin(), addresses.end(), [&](const std::string& one) { return one == host; });
}

Result<HostPort> parse_target(std::string_view text) {
  std::string_view rest = trimmed(text);
  if (rest.starts_with(kScheme)) rest = rest.substr(kScheme.size(), rest.find('/', kScheme.size()) - kScheme.size());
  const bool has_port = rest.find(':') != std::string_view::npos && !rest.ends_with(']');
  auto target = parse_host_port("the server", has_port ? std::string(rest) : std::string(rest) + ":443");
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_' || c == ':';
  };
  if (target && !std::all_of(target->host.begin(), target->host.end(), fits))
    return Error{Errc::usage, "'" + visible(target->host) + "' is no host name", "HOST:PORT, one server a word"};
  if (target && target->port == 0) return Error{Errc::usage, "port 0 is nobody's", "name the server's port"};
  return target;
}

Result<Captured> capture(const HostPort& target, ossl::LeafKeyKind leaf, const ossl::TrustStore& store, Deadline by,
                         const Cancel& cancel) {
  auto socket = connect_tcp(target, by, cancel);
  if (!socket) return std::move(socket).error();
  auto presented = ossl::fetch_chain(std::move(*socket), {target.host, leaf}, by, cancel);
  if (!presented) return std::move(presented).error();
  auto chain = store.complete(*presented);
  if (!chain) return std::move(chain).error();
  Captured captured{{{}, {}, chain->back(), {}}};
  for (const auto& certificate : *chain) captured.pem += certificate.pem();
  captured.names_host = names_host(chain->front(), target.host);
  auto genuine = genuine_from(*chain, text_of(target));
  if (!genuine) return std::move(genuine).error();
  captured.genuine = std::move(*genuine);
  return captured;
}

}  // namespace epki::probe

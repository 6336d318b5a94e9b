#include "cli/issue/for_request.hpp"
#include "cli/server_profile.hpp"

#include "core/file.hpp"
#include "pki/ca/release.hpp"
#include "pki/ca/requested.hpp"

namespace epki::cli {

namespace {

Result<Granted> sign_for_client(const ForRequest& wanted, const ossl::Request& request, const profile::Profile& profile,
                                const OpenCa& ca, ca::World world) {
  auto granted = ca::grant_client(request, profile, wanted.name);
  if (!granted) return std::move(granted).error();
  auto made = ca::sign_client(profile, *granted, wanted.lifetime, ca.identity, world);
  if (!made) return std::move(made).error();
  return Granted{*std::move(made), granted->name, granted->passed_over};
}

Result<Granted> sign_for_server(const ForRequest& wanted, const ossl::Request& request, const profile::Profile& profile,
                                const OpenCa& ca, ca::World world) {
  ca::ServerNames names;
  if (!wanted.name.empty()) names.hosts.push_back(wanted.name);
  names.hosts.insert(names.hosts.end(), wanted.also.begin(), wanted.also.end());
  auto granted = ca::grant_server(request, profile, names);
  if (!granted) return std::move(granted).error();
  auto made = ca::sign_server(profile, *granted, wanted.lifetime, ca.identity, world);
  if (!made) return std::move(made).error();
  const auto& first = granted->names.hosts.empty() ? granted->names.ips.front() : granted->names.hosts.front();
  return Granted{*std::move(made), first, granted->passed_over};
}

// With such a certificate the CA's key could log in at the broker, or be one.
Status refuse_keys_of(const ossl::Chain& cas, const ossl::Request& request) {
  for (const auto& one : cas)
    if (request.key.matches(one))
      return Error{Errc::input, "the request's key is that of the CA " + one.subject(),
                   "have it made again with a key of its own"};
  return success();
}

}  // namespace

Result<Granted> sign_request(const ForRequest& wanted, ca::Purpose purpose, const config::Project& project,
                             const OpenCa& ca, ca::World world) {
  const bool client = purpose == ca::Purpose::client;
  const auto text = read_file(wanted.file, 1U << 20U);
  if (!text) return text.error();
  const auto request = ossl::read_request(*text);
  if (!request) return Error(request.error()).in(wanted.file);
  ossl::Chain issuers = ca.chain;
  issuers.push_back(ca.root);
  if (auto own = refuse_keys_of(issuers, *request); !own) return std::move(own).error().in(wanted.file);
  const auto profile = client ? profile::built_in("device") : server_profile(project);
  if (!profile) return profile.error();
  auto granted = client ? sign_for_client(wanted, *request, *profile, ca, world)
                        : sign_for_server(wanted, *request, *profile, ca, world);
  if (!granted) return granted;
  if (auto fine = ca::refuse_what_lint_refuses(granted->certificate, *profile, issuers, world.clock.now()); !fine)
    return std::move(fine).error();
  return granted;
}

}  // namespace epki::cli

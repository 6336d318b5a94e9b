#include "pki/ca/csr.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "pki/ca/subject.hpp"

namespace epki::ca {

namespace {

using Kind = ossl::AlternativeName::Kind;

std::string listed(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

Status check_key(const ossl::Request& request, const profile::Profile& profile) {
  const auto name = request.key.name();
  const auto& accepted = profile.accept.keys;
  if (!request.key.type() || (!accepted.empty() && std::find(accepted.begin(), accepted.end(), name) == accepted.end()))
    return Error{
        Errc::input, "the request's key is " + name + ", which profile " + profile.name + " does not accept",
        "have it made again with one of: " +
            (accepted.empty() ? std::string("rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384") : listed(accepted))};
  if (request.key.rsa_exponent() && *request.key.rsa_exponent() != 65537)
    return Error{Errc::input, "the request's RSA key has the exponent " + std::to_string(*request.key.rsa_exponent()),
                 "have it made again with the exponent 65537, which every tool takes by itself"};
  // The proof of possession is worth what the digest is worth.
  if (request.digest == "SHA1" || request.digest == "MD5" || request.digest == "MD5-SHA1")
    return Error{Errc::input, "the request is signed with " + request.digest + ", which proves nothing any more",
                 "have it made again with SHA-256"};
  return success();
}

// All that it asks for beside a key and names. `took_names`: its subjectAltName, or CN, was used.
std::vector<std::string> passed_over(const ossl::Request& request, bool took_cn, bool took_names) {
  std::vector<std::string> all;
  for (const auto& type : request.other_attributes) all.push_back("subject " + type);
  if (!took_cn)
    for (const auto& name : request.common_names) all.push_back("subject CN " + visible(name));
  for (const auto& extension : request.extensions)
    if (extension != "subjectAltName" || !took_names) all.push_back(extension);
  for (const auto& attribute : request.attributes) all.push_back(attribute);
  return all;
}

bool names_one(const ServerNames& names, std::string_view name) {
  const auto same = [&](const std::string& other) { return equal_ignoring_case(other, name); };
  return std::any_of(names.hosts.begin(), names.hosts.end(), same) ||
         std::any_of(names.ips.begin(), names.ips.end(), same);
}

Result<ServerNames> names_of(const ossl::Request& request) {
  ServerNames names;
  for (const auto& name : request.alternative_names) {
    if (name.kind == Kind::dns) names.hosts.push_back(name.text);
    if (name.kind == Kind::ip) names.ips.push_back(name.text);
  }
  if (request.alternative_names.empty()) names.hosts = request.common_names;
  if (names.hosts.empty() && names.ips.empty())
    return Error{Errc::input, "the request names no host",
                 "say what the certificate is for, or have the request made with a subjectAltName"};
  return names;
}

// A name of the request that cannot be used is the request's fault, not that of the command line.
Error blamed(Error error) {
  error.code = Errc::input;
  error.what = "the request cannot be granted: " + error.what;
  error.hint = "have it made again, or say yourself what the certificate is for";
  return error;
}

}  // namespace

Result<GrantedServer> grant_server(const ossl::Request& request, const profile::Profile& profile,
                                   const ServerNames& names) {
  if (auto checked = check_key(request, profile); !checked) return std::move(checked).error();
  const bool own = names.hosts.empty() && names.ips.empty();
  GrantedServer granted{request.key, names, {}};
  if (own) {
    auto asked = names_of(request);
    if (!asked) return std::move(asked).error();
    granted.names = *std::move(asked);
  }
  if (const auto subject = server_subject(granted.names); !subject)
    return own ? blamed(subject.error()) : subject.error();
  const bool took_cn = std::all_of(request.common_names.begin(), request.common_names.end(),
                                   [&](const std::string& name) { return names_one(granted.names, name); });
  granted.passed_over = passed_over(request, took_cn, own);
  for (const auto& name : request.alternative_names)
    if (own && name.kind != Kind::dns && name.kind != Kind::ip)
      granted.passed_over.push_back("a subjectAltName that is no host name or address");
  return granted;
}

Result<GrantedClient> grant_client(const ossl::Request& request, const profile::Profile& profile,
                                   std::string_view name) {
  if (auto checked = check_key(request, profile); !checked) return std::move(checked).error();
  const bool own = name.empty();
  if (own && request.common_names.size() != 1)
    return Error{Errc::input,
                 "the request has " + counted(request.common_names.size(), "CN") + " where a device's name is expected",
                 "say the device's name yourself, or have the request made with one CN"};
  GrantedClient granted{request.key, own ? request.common_names.front() : std::string(name), {}};
  if (const auto subject = client_subject(granted.name); !subject)
    return own ? blamed(subject.error()) : subject.error();
  const bool took_cn = request.common_names.size() == 1 && request.common_names.front() == granted.name;
  granted.passed_over = passed_over(request, took_cn, false);
  return granted;
}

}  // namespace epki::ca

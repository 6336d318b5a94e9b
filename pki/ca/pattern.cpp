#include "pki/ca/pattern.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace epki::ca {

namespace {

constexpr std::chrono::days longest{36500};

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ",") + word;
  return all;
}

bool is_ipv6(std::string_view address) {
  return address.find(':') != std::string_view::npos;
}

// Not critical, against RFC 5280, 4.2.1.10: mbedTLS 2.28 does not read a CA that has critical ones (trust probing,
// nc_root_ok and nc_inter_perm), and passes over these. An address is also permitted as a dNSName, because it is
// written as one. Without a permitted address all are excluded: names constrain names only.
ossl::Extension name_constraints(const std::vector<std::string>& permitted) {
  std::vector<std::string> words;
  bool addresses = false;
  for (const auto& name : permitted) {
    words.push_back("permitted;DNS:" + name);
    if (!is_ip_address(name)) continue;
    words.push_back("permitted;IP:" + name +
                    (is_ipv6(name) ? "/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" : "/255.255.255.255"));
    addresses = true;
  }
  if (!addresses) {
    words.emplace_back("excluded;IP:0.0.0.0/0.0.0.0");
    words.emplace_back("excluded;IP:::/::");
  }
  return {"nameConstraints", joined(words), false};
}

}  // namespace

Status check_lifetime(std::chrono::days lifetime) {
  if (lifetime >= std::chrono::days(1) && lifetime <= longest) return success();
  return Error{Errc::usage, "a lifetime of " + std::to_string(lifetime.count()) + " days cannot be",
               "use 1 to " + std::to_string(longest.count()) + " days"};
}

ossl::CertificateSpec spec_of(const profile::Profile& profile, ossl::KeyType key, std::chrono::days lifetime,
                              World world) {
  ossl::CertificateSpec spec;
  spec.serial = random_serial(world.random);
  spec.not_before = world.clock.now() - profile.backdate;
  spec.not_after = world.clock.now() + lifetime;
  auto constraints = std::string(profile.ca ? "CA:TRUE" : "CA:FALSE");
  if (profile.path_length) constraints += ",pathlen:" + std::to_string(*profile.path_length);
  // CA:FALSE could be left out of a leaf. It stays: public leaves that this modem is reported to accept carry it so,
  // and no verifier then has to conclude anything from its absence.
  spec.extensions.push_back({"basicConstraints", constraints, true});
  if (!profile.permitted_names.empty()) spec.extensions.push_back(name_constraints(profile.permitted_names));
  const auto& usage = ossl::is_rsa(key) ? profile.key_usage_rsa : profile.key_usage_ec;
  if (!usage.empty()) spec.extensions.push_back({"keyUsage", joined(usage), true});
  if (!profile.extended_key_usage.empty())
    spec.extensions.push_back({"extendedKeyUsage", joined(profile.extended_key_usage)});
  spec.extensions.push_back({"subjectKeyIdentifier", "hash"});
  return spec;
}

Status check_issuer(const Identity& issuer, Instant now) {
  const auto& certificate = issuer.certificate;
  const auto who = certificate.subject();
  if (!certificate.is_ca())
    return Error{Errc::input, who + " is no CA certificate and cannot issue", "use the root that init made"};
  if (!issuer.key.matches(certificate))
    return Error{Errc::key, "the key is not the one of " + who,
                 "check that ca/root.key and ca/root.pem belong together"};
  if (now > certificate.not_after())
    return Error{Errc::input, who + " expired on " + rfc3339(certificate.not_after()) + " and cannot issue",
                 "a new root is needed"};
  if (now < certificate.not_before())
    return Error{Errc::input, who + " is not valid before " + rfc3339(certificate.not_before()),
                 "check this machine's clock, which says " + rfc3339(now)};
  return success();
}

Status check_profile(const profile::Profile& profile, bool ca, std::string_view wanted) {
  if (profile.ca == ca) return success();
  return Error{Errc::input,
               "profile " + profile.name + (ca ? " is no CA's" : " is a CA's") + ", so no " + std::string(wanted) +
                   " can be made from it",
               ca ? "set ca = true" : "set ca = false"};
}

Result<ossl::CertificateSpec> spec_below(const profile::Profile& profile, ossl::KeyType key, std::chrono::days lifetime,
                                         const Identity& issuer, World world) {
  if (auto checked = check_lifetime(lifetime); !checked) return std::move(checked).error();
  if (auto checked = check_issuer(issuer, world.clock.now()); !checked) return std::move(checked).error();
  auto spec = spec_of(profile, key, lifetime, world);
  spec.not_before = std::max(spec.not_before, issuer.certificate.not_before());
  spec.not_after = std::min(spec.not_after, issuer.certificate.not_after());
  spec.extensions.push_back({"authorityKeyIdentifier", "keyid"});
  return spec;
}

std::vector<std::byte> another_serial(RandomSource& random, std::size_t attempt) {
  return random_serial(random, 16 + attempt % 3);
}

Error never_uploadable(std::string_view whose) {
  return {Errc::usage,
          "no certificate of \"" + visible(whose) +
              "\" can be uploaded to a modem: in base64 its name, or its CA's, always spells \"+++\", which ends an "
              "upload",
          "choose another name; a CA has its own from init --name"};
}

bool can_be_uploaded(std::string_view pem) {
  return pem.find("+++") == std::string_view::npos;
}

}  // namespace epki::ca

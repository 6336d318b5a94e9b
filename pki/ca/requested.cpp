#include "pki/ca/requested.hpp"

#include "pki/ca/pattern.hpp"
#include "pki/ca/subject.hpp"

namespace epki::ca {

namespace {

Result<ossl::CertificateSpec> spec_for(const profile::Profile& profile, const ossl::PublicKey& key,
                                       std::chrono::days lifetime, const Identity& issuer, World world) {
  const auto type = key.type();
  if (!type)
    return Error{Errc::input, "the request is for a key of type " + key.name() + ", which is not signed here",
                 std::string(ossl::key_type_hint)};
  return spec_below(profile, *type, lifetime, issuer, world);
}

Result<ossl::Certificate> signed_for(ossl::CertificateSpec spec, const ossl::PublicKey& key, const Identity& issuer,
                                     bool uploadable, World world) {
  for (std::size_t attempt = 1;; ++attempt) {
    auto made = ossl::build(spec, key, {issuer.certificate, issuer.key});
    if (!made) return made;
    if (!made->signed_by(issuer.certificate))
      return Error{Errc::internal, "the signature just made on " + made->subject() + " does not verify",
                   "nothing was written; suspect this machine's memory or processor"};
    if (!uploadable || can_be_uploaded(made->pem())) return made;
    // The key itself may spell it, at one of three alignments; the next attempts shift it.
    if (attempt > most_attempts)
      return Error{Errc::input,
                   "no certificate for the key of " + made->subject() +
                       " can be uploaded to a modem: its name or its key always spells \"+++\" in base64",
                   "have the device make another key, or choose another name"};
    spec.serial = another_serial(world.random, attempt);
  }
}

}  // namespace

Result<ossl::Certificate> sign_client(const profile::Profile& profile, const GrantedClient& granted,
                                      std::chrono::days lifetime, const Identity& issuer, World world) {
  if (auto checked = check_profile(profile, false, "client certificate"); !checked) return std::move(checked).error();
  auto subject = client_subject(granted.name);
  if (!subject) return std::move(subject).error();
  auto spec = spec_for(profile, granted.key, lifetime, issuer, world);
  if (!spec) return std::move(spec).error();
  spec->subject = *std::move(subject);
  return signed_for(*std::move(spec), granted.key, issuer, true, world);
}

Result<ossl::Certificate> sign_server(const profile::Profile& profile, const GrantedServer& granted,
                                      std::chrono::days lifetime, const Identity& issuer, World world) {
  if (auto checked = check_profile(profile, false, "server certificate"); !checked) return std::move(checked).error();
  auto subject = server_subject(granted.names);
  if (!subject) return std::move(subject).error();
  auto spec = spec_for(profile, granted.key, lifetime, issuer, world);
  if (!spec) return std::move(spec).error();
  spec->extensions.push_back({"subjectAltName", subject->alternative_names, subject->name.empty()});
  spec->subject = std::move(subject->name);
  return signed_for(*std::move(spec), granted.key, issuer, false, world);
}

Result<ossl::Certificate> sign_issuing(const profile::Profile& profile, std::string_view name, Purpose purpose,
                                       std::string_view label, const ossl::PublicKey& key, std::chrono::days lifetime,
                                       const Identity& root, World world) {
  if (auto checked = check_profile(profile, true, "issuing CA"); !checked) return std::move(checked).error();
  auto subject = ca_subject(name, issuing_role(purpose, label));
  if (!subject) return std::move(subject).error();
  auto spec = spec_for(profile, key, lifetime, root, world);
  if (!spec) return std::move(spec).error();
  spec->subject = *std::move(subject);
  return signed_for(*std::move(spec), key, root, false, world);
}

}  // namespace epki::ca

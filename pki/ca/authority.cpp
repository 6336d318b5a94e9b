#include "pki/ca/authority.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "pki/ca/pattern.hpp"
#include "pki/ca/subject.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::ca {

namespace {

// A signature that does not verify must not leave the house, whatever made it so.
Result<Identity> identity(Result<ossl::Certificate> made, ossl::PrivateKey key, const ossl::Certificate* issuer) {
  if (!made) return std::move(made).error();
  if (!made->signed_by(issuer != nullptr ? *issuer : *made))
    return Error{Errc::internal, "the signature just made on " + made->subject() + " does not verify",
                 "nothing was written; suspect this machine's memory or processor"};
  return Identity{*std::move(made), std::move(key)};
}

// What is made again is the certificate, with the same key: only the serial number moves what the names spell.
Result<Identity> sign_until_uploadable(ossl::CertificateSpec spec, const ossl::PrivateKey& key, const Identity* issuer,
                                       World world, std::string_view whose) {
  const auto* above = issuer != nullptr ? &issuer->certificate : nullptr;
  for (std::size_t attempt = 1; attempt <= most_attempts; ++attempt) {
    const ossl::Issuer signer =
        issuer != nullptr ? ossl::Issuer{issuer->certificate, issuer->key} : ossl::Issuer{std::nullopt, key};
    auto made = identity(ossl::build(spec, key, signer), key, above);
    if (!made || can_be_uploaded(made->certificate.pem())) return made;
    spec.serial = another_serial(world.random, attempt);
  }
  return never_uploadable(whose);
}

std::string_view ending(RootRole role) {
  switch (role) {
    case RootRole::broker: return " root";
    case RootRole::devices: return " device root";
    case RootRole::standby: return " standby root";
  }
  return " root";
}

Result<ossl::Certificate> mint_twin_once(const ossl::CertificateSpec& spec, ossl::KeyType key) {
  const auto pair = ossl::PrivateKey::generate(key);
  if (!pair) return pair.error();
  return ossl::build(spec, *pair, {std::nullopt, *pair});
}

Result<Identity> mint_self_signed(const profile::Profile& profile, std::string_view name, std::string_view role,
                                  ossl::KeyType key, std::chrono::days lifetime, World world,
                                  const ossl::PrivateKey* existing = nullptr) {
  if (auto checked = check_profile(profile, true, "root"); !checked) return std::move(checked).error();
  if (auto checked = check_lifetime(lifetime); !checked) return std::move(checked).error();
  auto subject = ca_subject(name, role);
  if (!subject) return std::move(subject).error();
  auto spec = spec_of(profile, key, lifetime, world);
  spec.subject = *std::move(subject);
  auto pair = existing != nullptr ? Result<ossl::PrivateKey>(*existing) : ossl::PrivateKey::generate(key);
  if (!pair) return std::move(pair).error();
  return sign_until_uploadable(std::move(spec), *pair, nullptr, world, std::string(name) + std::string(role));
}

// A device's key is uploaded too.
Result<ossl::PrivateKey> uploadable_key(ossl::KeyType type, const NewKey& new_key) {
  for (std::size_t attempt = 1; attempt <= most_attempts; ++attempt) {
    auto pair = new_key ? new_key() : ossl::PrivateKey::generate(type);
    if (!pair) return pair;
    const auto text = pair->to_pem();
    if (!text) return text.error();
    if (can_be_uploaded(text->view())) return pair;
  }
  return Error{Errc::internal, "no key that can be uploaded to a modem came out of many",
               "suspect this machine's source of random numbers"};
}

Result<Identity> sign_below(const ossl::CertificateSpec& spec, ossl::KeyType key, const Identity& issuer) {
  auto pair = ossl::PrivateKey::generate(key);
  if (!pair) return std::move(pair).error();
  return identity(ossl::build(spec, *pair, {issuer.certificate, issuer.key}), *pair, &issuer.certificate);
}

}  // namespace

Result<Identity> mint_root(const profile::Profile& profile, std::string_view name, ossl::KeyType key,
                           std::chrono::days lifetime, World world) {
  return mint_self_signed(profile, name, " root", key, lifetime, world);
}

Result<Identity> mint_root_of(const profile::Profile& profile, std::string_view name, RootRole role,
                              const ossl::PrivateKey& key, std::chrono::days lifetime, World world) {
  const auto type = key.type();
  if (!type) return Error{Errc::input, "the key is of a type that is not used here", std::string(ossl::key_type_hint)};
  return mint_self_signed(profile, name, ending(role), *type, lifetime, world, &key);
}

Result<Identity> mint_device_root(const profile::Profile& profile, std::string_view name, ossl::KeyType key,
                                  std::chrono::days lifetime, World world) {
  return mint_self_signed(profile, name, " device root", key, lifetime, world);
}

Result<Identity> mint_issuing(const profile::Profile& profile, std::string_view name, Purpose purpose,
                              ossl::KeyType key, std::chrono::days lifetime, const Identity& root, World world) {
  if (auto checked = check_profile(profile, true, "issuing CA"); !checked) return std::move(checked).error();
  auto subject = ca_subject(name, issuing_role(purpose, {}));
  if (!subject) return std::move(subject).error();
  auto spec = spec_below(profile, key, lifetime, root, world);
  if (!spec) return std::move(spec).error();
  spec->subject = *std::move(subject);
  return sign_below(*spec, key, root);
}

Result<Identity> mint_client(const profile::Profile& profile, std::string_view name, ossl::KeyType key,
                             std::chrono::days lifetime, const Identity& issuer, World world, const NewKey& new_key) {
  if (auto checked = check_profile(profile, false, "client certificate"); !checked) return std::move(checked).error();
  auto subject = client_subject(name);
  if (!subject) return std::move(subject).error();
  auto spec = spec_below(profile, key, lifetime, issuer, world);
  if (!spec) return std::move(spec).error();
  spec->subject = *std::move(subject);
  auto pair = uploadable_key(key, new_key);
  if (!pair) return std::move(pair).error();
  return sign_until_uploadable(*std::move(spec), *pair, &issuer, world, name);
}

Result<Identity> mint_server(const profile::Profile& profile, const ServerNames& names, ossl::KeyType key,
                             std::chrono::days lifetime, const Identity& issuer, World world) {
  if (auto checked = check_profile(profile, false, "server certificate"); !checked) return std::move(checked).error();
  auto spec = spec_below(profile, key, lifetime, issuer, world);
  if (!spec) return std::move(spec).error();
  auto subject = server_subject(names);
  if (!subject) return std::move(subject).error();
  spec->subject = std::move(subject->name);
  if (!profile.subject_alt_name && spec->subject.empty())
    return Error{Errc::input, "profile " + profile.name + " has no subjectAltName, and the name is too long for a CN",
                 "set subject_alt_name = true"};
  if (profile.subject_alt_name)
    spec->extensions.push_back({"subjectAltName", subject->alternative_names, spec->subject.empty()});
  return sign_below(*spec, key, issuer);
}

Result<ossl::Certificate> mint_twin(const ossl::Certificate& root, World world) {
  const auto type = ossl::parse_key_type(root.key());
  if (!type)
    return Error{Errc::input, "no twin can be made of " + root.subject() + ": its key is " + root.key(),
                 "use a root with one of the key types of init --key"};
  if (!root.self_issued())
    return Error{Errc::input,
                 "no twin can be made of " + root.subject() + ": it is no root but was issued by " + root.issuer(),
                 "use a root that signed itself, as init makes it"};
  ossl::CertificateSpec spec;
  spec.subject_der = root.subject_der();
  spec.serial = random_serial(world.random, root.serial().size() / 2);
  spec.not_before = root.not_before();
  spec.not_after = root.not_after();
  spec.version = root.version();
  if (!root.digest().empty()) spec.digest = root.digest();
  spec.extensions = ossl::extensions_of(root);
  for (auto& extension : spec.extensions) {
    if (extension.name == "2.5.29.14") extension = {"subjectKeyIdentifier", "hash", extension.critical};
    if (extension.name == "2.5.29.35") extension = {"authorityKeyIdentifier", "keyid", extension.critical};
  }
  for (std::size_t attempt = 1; attempt <= most_attempts; ++attempt) {
    auto made = mint_twin_once(spec, *type);
    if (!made || can_be_uploaded(made->pem())) return made;
    spec.serial = random_serial(world.random, spec.serial.size());
  }
  return never_uploadable(root.common_name());
}

ledger::IssuedCertificate ledger_row(const ossl::Certificate& certificate, std::string_view kind,
                                     std::string_view name) {
  ledger::IssuedCertificate row;
  row.serial = certificate.serial();
  row.issuer = ossl::sha256_hex(certificate.issuer_der());
  row.kind = kind;
  row.name = name;
  row.subject = certificate.subject();
  row.sha256 = certificate.sha256();
  row.not_before = certificate.not_before();
  row.not_after = certificate.not_after();
  row.pem = certificate.pem();
  return row;
}

std::vector<std::byte> random_serial(RandomSource& random, std::size_t size) {
  std::vector<std::byte> bytes(std::max<std::size_t>(size, 1));
  random.fill(bytes);
  return serial_of(bytes);
}

std::vector<std::byte> serial_of(std::span<const std::byte> bytes) {
  std::vector<std::byte> serial(bytes.begin(), bytes.end());
  serial.front() &= std::byte{0x7f};
  if (serial.front() == std::byte{0}) serial.front() = std::byte{1};
  return serial;
}

}  // namespace epki::ca

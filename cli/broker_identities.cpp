#include "cli/broker_identities.hpp"

#include "cli/ledger_place.hpp"
#include "cli/open_ca.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/audit.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ossl/builder.hpp"

namespace epki::cli {

namespace {

constexpr auto test_lifetime = std::chrono::days(1);
// An elliptic key whatever the project's: it is made in no time, and the broker does not care.
constexpr auto test_key_type = ossl::KeyType::ec_p256;

broker::ClientIdentity identity_of(const ca::Identity& made, const ossl::Chain& above) {
  ossl::Chain chain{made.certificate};
  chain.insert(chain.end(), above.begin(), above.end());
  return {std::move(chain), made.key, made.certificate.common_name()};
}

Result<broker::ClientIdentity> read_identity(const std::string& certificate, const std::string& key,
                                             const PassphraseOptions& passphrase, Context& context) {
  auto text = read_file(certificate);
  if (!text) return std::move(text).error();
  auto chain = ossl::chain_from_pem(*text);
  wipe(std::as_writable_bytes(std::span(*text)));
  if (!chain) return std::move(chain).error().during("reading " + certificate);
  auto opened = open_key(key, key, passphrase, context);
  if (!opened) return std::move(opened).error();
  if (!opened->matches(chain->front()))
    return Error{Errc::key, key + " is not the key of the first certificate in " + certificate,
                 "name the key that belongs to it, or a file that holds both"};
  auto name = chain->front().common_name();
  return broker::ClientIdentity{*std::move(chain), *std::move(opened), std::move(name)};
}

// Under a CA of the same name with another key, thrown away at once: only its signature tells it apart. No key of the
// project is needed for it.
Status mint_stranger(const config::Project& project, Context& context, TestIdentities& all) {
  auto pem = read_file(project.ca.issuing ? project.issuing_device_certificate() : project.device_root_certificate());
  if (!pem) return std::move(pem).error();
  auto real = ossl::Certificate::from_pem(*pem);
  if (!real) return std::move(real).error();
  auto device = profile::built_in("device");
  if (!device) return std::move(device).error();
  auto key = ossl::PrivateKey::generate(test_key_type);
  if (!key) return std::move(key).error();
  auto look_alike = ossl::build({.subject = {},
                                 .serial = ca::random_serial(context.random),
                                 .not_before = real->not_before(),
                                 .not_after = real->not_after(),
                                 .extensions = {{"basicConstraints", "CA:TRUE", true},
                                                {"keyUsage", "keyCertSign,cRLSign", true},
                                                {"subjectKeyIdentifier", "hash"}},
                                 .subject_der = real->subject_der()},
                                *key, {std::nullopt, *key});
  if (!look_alike) return std::move(look_alike).error();
  const auto name = "epki-test-" + to_hex(ca::random_serial(context.random, 4)) + "-stranger";
  auto stranger = ca::mint_client(*device, name, test_key_type, test_lifetime,
                                  {*std::move(look_alike), *std::move(key)}, {context.clock, context.random});
  if (!stranger) return std::move(stranger).error();
  all.wrong_ca.identity = identity_of(*stranger, {});
  return success();
}

class Mint {
 public:
  Mint(OpenCa authority, const config::Project& project, Context& context)
      : ca_(std::move(authority)), project_(project), world_{context.clock, context.random}, context_(context) {}

  Status into(TestIdentities& all) {
    auto device = profile::built_in("device");
    if (!device) return std::move(device).error();
    const auto stem = "epki-test-" + to_hex(ca::random_serial(context_.random, 4));
    auto good = ca::mint_client(*device, stem + "-a", test_key_type, test_lifetime, ca_.identity, world_);
    if (!good) return std::move(good).error();
    auto other = ca::mint_client(*device, stem + "-b", test_key_type, test_lifetime, ca_.identity, world_);
    if (!other) return std::move(other).error();
    auto ended = expired(stem + "-c", *good);
    if (!ended) return std::move(ended).error();
    if (auto noted = note({good->certificate, other->certificate, ended->certificate}); !noted) return noted;
    all.good.identity = identity_of(*good, ca_.chain);
    all.other.identity = identity_of(*other, ca_.chain);
    all.expired.identity = identity_of(*ended, ca_.chain);
    return success();
  }

 private:
  // Like the good one in all but its name and its dates.
  Result<ca::Identity> expired(const std::string& name, const ca::Identity& good) {
    const auto now = context_.clock.now();
    auto certificate = ossl::build({.subject = {{"CN", name}},
                                    .serial = ca::random_serial(context_.random),
                                    .not_before = now - std::chrono::days(2),
                                    .not_after = now - std::chrono::days(1),
                                    .extensions = ossl::extensions_of(good.certificate)},
                                   good.key, {ca_.identity.certificate, ca_.identity.key});
    if (!certificate) return std::move(certificate).error();
    return ca::Identity{*std::move(certificate), good.key};
  }

  // The authority signs nothing that its ledger does not know of.
  Status note(const ossl::Chain& certificates) {
    auto ledger = open_ledger(project_, context_);
    if (!ledger) return std::move(ledger).error();
    Json rows = Json::array();
    for (const auto& one : certificates)
      rows.push(Json::object({{"name", one.common_name()},
                              {"serial", one.serial()},
                              {"sha256", one.sha256()},
                              {"not_after", rfc3339(one.not_after())}}));
    return ledger::Audit(*ledger).record("broker-test", Json::object({{"certificates", std::move(rows)}}));
  }

  OpenCa ca_;
  const config::Project& project_;
  ca::World world_;
  Context& context_;
};

void leave_out(TestIdentities& all, const std::string& why) {
  for (auto* candidate : {&all.good, &all.other, &all.expired})
    if (!candidate->identity) candidate->missing = why;
}

}  // namespace

Result<TestIdentities> test_identities(const config::Project& project, const TestIdentityFiles& files,
                                       const PassphraseOptions& passphrase, Context& context) {
  TestIdentities all;
  all.revoked.missing = "give one with --revoked FILE.pem: certificate and key of a device that was revoked";
  if (files.revoked) {
    auto revoked = read_identity(*files.revoked, *files.revoked, passphrase, context);
    if (!revoked) return std::move(revoked).error();
    all.revoked.identity = *std::move(revoked);
  }
  if (auto minted = mint_stranger(project, context, all); !minted) return std::move(minted).error();
  if (files.certificate) {
    auto good = read_identity(*files.certificate, files.key.value_or(*files.certificate), passphrase, context);
    if (!good) return std::move(good).error();
    all.good.identity = *std::move(good);
    leave_out(all, "needs the key of the device CA: leave --client-cert away");
    return all;
  }
  auto authority = open_ca(project, ca::Purpose::client, passphrase, context);
  if (!authority) {
    // Nobody to ask: the rest can be tried all the same.
    if (authority.error().code != Errc::usage) return std::move(authority).error();
    context.reporter.warning("the device CA stays closed (" + authority.error().what + "): only some cases are tried");
    leave_out(all, "needs the key of the device CA: " + authority.error().hint);
    return all;
  }
  if (auto minted = Mint(*std::move(authority), project, context).into(all); !minted) return std::move(minted).error();
  return all;
}

}  // namespace epki::cli

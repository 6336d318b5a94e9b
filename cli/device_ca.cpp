#include "cli/device_ca.hpp"

#include <optional>
#include <system_error>

#include "cli/hierarchy.hpp"
#include "core/file.hpp"

namespace epki::cli {

namespace {

namespace fs = std::filesystem;

// The passphrase for the new keys; nothing when they are to be left unencrypted, as the root's key is.
Result<std::optional<Secret>> passphrase_as_of_root(const config::Project& project, const PassphraseOptions& options,
                                                    Context& context) {
  std::error_code ignored;
  if (!fs::exists(project.root_key(), ignored)) {
    auto fresh = new_passphrase(options, {}, context);
    if (!fresh) return std::move(fresh).error();
    return std::optional<Secret>(*std::move(fresh));
  }
  auto read = read_file(project.root_key(), 1U << 20U);
  if (!read) return std::move(read).error();
  const Secret pem{*read};
  wipe(std::as_writable_bytes(std::span(*read)));
  const auto token = ossl::token_in_key_file(pem.view());
  if (!token) return token.error();
  if (*token) {
    auto fresh = new_passphrase(options, {}, context);
    if (!fresh) return std::move(fresh).error();
    return std::optional<Secret>(*std::move(fresh));
  }
  if (!ossl::PrivateKey::is_encrypted(pem.view())) {
    context.reporter.warning(
        "the key of the new device root will not be encrypted, because ca/root.key is not: whoever copies "
        "ca/device-root.key can make devices");
    return std::optional<Secret>();
  }
  auto known = existing_passphrase(options, "ca/root.key (the new device root's key gets the same)", context);
  if (!known) return std::move(known).error();
  // A slip of the finger must not become the passphrase of a new root.
  if (auto opened = ossl::PrivateKey::from_pem(pem.view(), &*known); !opened)
    return std::move(opened).error().in(project.root_key().string());
  return std::optional<Secret>(*std::move(known));
}

Status write_all(const config::Project& project, const std::vector<MadeCa>& cas, const Secret* passphrase) {
  ossl::Chain issuing;
  for (const auto& made : cas) {
    const auto base = project.folder / "ca" / made.file;
    const auto key = key_text(made.identity.key, passphrase);
    if (!key) return key.error();
    if (auto done = write_new_file(base.string() + ".key", key->view(), 0600); !done) return done;
    if (&made != &cas.front()) issuing.push_back(made.identity.certificate);
  }
  const auto anchors = client_anchors(cas.front().identity.certificate, issuing);
  if (auto done = replace_file(project.broker_folder() / "certs/client-ca.pem", anchors, 0644); !done) return done;
  // The root's certificate comes last: where it stands, everything stands.
  for (auto made = cas.rbegin(); made != cas.rend(); ++made)
    if (auto done =
            write_new_file(project.folder / "ca" / (made->file + ".pem"), made->identity.certificate.pem(), 0644);
        !done)
      return done;
  return success();
}

Status refuse_leftovers(const config::Project& project) {
  std::error_code ignored;
  for (const auto& file :
       {project.device_root_key(), project.issuing_device_key(), project.issuing_device_certificate()})
    if (fs::exists(file, ignored))
      return Error{
          Errc::input, file.string() + " exists, but " + project.device_root_certificate().string() + " does not",
          "put the certificate back; or, when the making of the device root was cut here, move that file away"};
  return success();
}

}  // namespace

Result<OpenCa> open_or_make_device_ca(const config::Project& project, const PassphraseOptions& options,
                                      ledger::Ledger& ledger, Context& context) {
  std::error_code ignored;
  if (fs::exists(project.device_root_certificate(), ignored))
    return open_ca(project, ca::Purpose::client, options, context);
  if (auto clear = refuse_leftovers(project); !clear) return std::move(clear).error();
  auto passphrase = passphrase_as_of_root(project, options, context);
  if (!passphrase) return std::move(passphrase).error();
  const auto key = ossl::key_type_named(project.ca.key, Errc::input);
  if (!key) return key.error();
  context.reporter.step(
      "this project has no root for devices yet: making ca/device-root.pem, unrelated to the broker's root");
  std::vector<MadeCa> cas;
  if (auto made = mint_hierarchy(project, ca::Purpose::client, *key, context, {}, cas); !made)
    return std::move(made).error();
  std::vector<ledger::IssuedCertificate> rows;
  rows.reserve(cas.size());
  for (const auto& made : cas) rows.push_back(ca::ledger_row(made.identity.certificate, made.kind, project.ca.name));
  if (auto recorded = ledger.record_issued(rows); !recorded) return std::move(recorded).error();
  if (auto written = write_all(project, cas, *passphrase ? &**passphrase : nullptr); !written)
    return std::move(written).error();
  ossl::Chain chain;
  if (cas.size() > 1) chain.push_back(cas.back().identity.certificate);
  return OpenCa{cas.back().identity, std::move(chain), cas.front().identity.certificate};
}

}  // namespace epki::cli

#include "verify/bundle/container.hpp"

#include <algorithm>
#include <set>

#include "core/archive.hpp"
#include "core/text.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/signature.hpp"

namespace epki::bundle {

namespace {

constexpr unsigned kReadable = 0644;

Error damaged(std::string what, std::string hint = "ask its sender for the file again") {
  return {Errc::input, std::move(what), std::move(hint)};
}

std::string plain(std::string_view fingerprint) {
  std::string text = lower(trimmed(fingerprint));
  std::erase(text, ':');
  if (text.starts_with("sha256")) text.erase(0, 6);
  return text;
}

Result<Json> manifest_in(const std::string& text) {
  auto manifest = Json::parse(text);
  if (!manifest) return damaged("the manifest cannot be read: " + manifest.error().what);
  const auto format = (*manifest)["schema"].text_or("");
  if (format == schema) return manifest;
  if (format.starts_with("ec200u-pki/bundle/"))
    return damaged("this bundle is of another format, " + format,
                   "use the release of ec200u-pki that wrote it, or a newer one");
  return damaged("the manifest is none of an evidence bundle");
}

/// Every member that the manifest names is there and unaltered, and no other.
Status check_members(const Json& manifest, const Members& members) {
  std::set<std::string> named;
  for (const auto& entry : manifest["members"].items()) {
    const auto name = entry["name"].text(), digest = entry["sha256"].text();
    if (!name || !digest) return damaged("the manifest names a member without a digest");
    if (!named.insert(*name).second) return damaged("the manifest names " + *name + " twice");
    const auto found = members.find(*name);
    if (found == members.end()) return damaged("the member " + *name + " is missing");
    if (ossl::sha256_hex(as_bytes(found->second)) != *digest)
      return damaged("the member " + *name + " was altered: its SHA-256 is not that of the manifest");
  }
  for (const auto& [name, content] : members) {
    if (!named.contains(name)) return damaged("the member " + name + " is not in the manifest");
  }
  return success();
}

Result<std::string> check_signer(const Json& manifest, std::string_view text, std::string_view signature,
                                 std::string_view pinned) {
  const auto pem = manifest["key"].text_or("");
  auto signer = ossl::public_fingerprint(pem);
  if (!signer) return damaged("the manifest holds no public key");
  if (auto verified = ossl::verify_detached(pem, text, signature); !verified)
    return Error{Errc::key, "the signature in " + std::string(signature_name) + " does not fit the manifest",
                 "the manifest was altered after it was signed; ask its sender for the file again"};
  if (!pinned.empty() && plain(pinned) != *signer)
    return Error{Errc::key, "the bundle is signed by another key: " + *signer,
                 "--key named " + plain(pinned) + "; compare the fingerprint with its sender by another way"};
  return signer;
}

}  // namespace

Result<std::string> seal(const Members& members, const ossl::PrivateKey& key, std::string_view tool, Instant now) {
  Json list = Json::array();
  for (const auto& [name, content] : members)
    list.push(
        Json::object({{"name", name}, {"size", content.size()}, {"sha256", ossl::sha256_hex(as_bytes(content))}}));
  const auto manifest = Json::object({{"schema", schema},
                                      {"tool", tool},
                                      {"created", rfc3339(now)},
                                      {"key", ossl::public_pem(key)},
                                      {"members", std::move(list)}})
                            .dump() +
                        "\n";
  auto signature = ossl::sign_detached(key, manifest);
  if (!signature) return std::move(signature).error();
  std::vector<ArchivedFile> files;
  files.emplace_back(std::string(manifest_name), kReadable, manifest);
  files.emplace_back(std::string(signature_name), kReadable, *std::move(signature));
  for (const auto& [name, content] : members) files.emplace_back(name, kReadable, content);
  return write_archive(files);
}

Result<Opened> open(std::string_view bytes, std::string_view pinned) {
  auto files = read_archive(bytes);
  if (!files) return damaged("this is no evidence bundle, or it is cut: " + files.error().what);
  Opened opened;
  std::string text, signature;
  bool has_manifest = false, has_signature = false;
  for (auto& file : *files) {
    const bool first = file.name == manifest_name ? !std::exchange(has_manifest, true)
                       : file.name == signature_name
                           ? !std::exchange(has_signature, true)
                           : opened.members.emplace(file.name, std::string(file.content)).second;
    if (!first) return damaged("the member " + file.name + " is there twice");
    if (file.name == manifest_name) text = file.content;
    if (file.name == signature_name) signature = file.content;
  }
  if (!has_manifest)
    return damaged("the member " + std::string(manifest_name) + " is missing: this is no evidence bundle");
  if (!has_signature) return damaged("the member " + std::string(signature_name) + " is missing");
  auto manifest = manifest_in(text);
  if (!manifest) return std::move(manifest).error();
  // What was altered by accident is told by its name, before the question of who signed it.
  if (auto whole = check_members(*manifest, opened.members); !whole) return std::move(whole).error();
  auto signer = check_signer(*manifest, text, signature, pinned);
  if (!signer) return std::move(signer).error();
  opened.tool = (*manifest)["tool"].text_or("");
  opened.created = (*manifest)["created"].text_or("");
  opened.signer = *std::move(signer);
  return opened;
}

}  // namespace epki::bundle

#include "cli/hierarchy.hpp"

#include <chrono>

#include "pki/profile/profile.hpp"

namespace epki::cli {

Status mint_hierarchy(const config::Project& project, ca::Purpose purpose, ossl::KeyType key, Context& context,
                      std::vector<MadeCa>& into) {
  const bool devices = purpose == ca::Purpose::client;
  const ca::World world{context.clock, context.random};
  const std::chrono::days lifetime(project.ca.root_days);
  auto root_profile = profile::built_in("root");
  if (!root_profile) return std::move(root_profile).error();
  context.reporter.step(std::string("making the ") + (devices ? "device root" : "root") + " (" + project.ca.key + ")");
  auto root = devices ? ca::mint_device_root(*root_profile, project.ca.name, key, lifetime, world)
                      : ca::mint_root(*root_profile, project.ca.name, key, lifetime, world);
  if (!root) return std::move(root).error();
  if (context.cancel.requested()) return interrupted();
  into.push_back({devices ? "device-root" : "root", devices ? "device-root" : "root", *std::move(root)});
  if (!project.ca.issuing) return success();
  auto issuing_profile = profile::built_in("issuing");
  if (!issuing_profile) return std::move(issuing_profile).error();
  auto issuing = ca::mint_issuing(*issuing_profile, project.ca.name, purpose, key,
                                  std::chrono::days(project.ca.issuing_days), into.back().identity, world);
  if (!issuing) return std::move(issuing).error();
  if (context.cancel.requested()) return interrupted();
  into.push_back({devices ? "issuing-device" : "issuing-server", "issuing", *std::move(issuing)});
  return success();
}

Result<Secret> key_text(const ossl::PrivateKey& key, const Secret* passphrase) {
  if (passphrase == nullptr) return key.to_pem();
  const auto pem = key.to_encrypted_pem(*passphrase);
  if (!pem) return pem.error();
  return Secret(*pem);
}

std::string client_anchors(const ossl::Certificate& device_root, const ossl::Chain& issuing) {
  if (issuing.empty()) return device_root.pem();
  // OpenSSL ends a path at an intermediate CA only where the file says that it is trusted for this very purpose.
  std::string text;
  for (const auto& one : issuing) text += one.pem_trusted_for_clients();
  return text;
}

}  // namespace epki::cli

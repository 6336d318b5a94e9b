#include "cli/hierarchy.hpp"

#include <chrono>

#include "cli/server_profile.hpp"
#include "pki/ca/requested.hpp"

namespace epki::cli {

namespace {

const TokenKey* key_for(const TokenKeys& tokens, const std::string& file) {
  for (const auto& one : tokens)
    if (one.file == file) return &one;
  return nullptr;
}

std::optional<ossl::TokenUri> place_of(const TokenKey* held) {
  return held != nullptr ? std::optional(held->uri) : std::nullopt;
}

Result<ca::Identity> issuing_of(const profile::Profile& profile, const config::Project& project, ca::Purpose purpose,
                                const ossl::PrivateKey& key, const ca::Identity& root, ca::World world) {
  auto made = ca::sign_issuing(profile, project.ca.name, purpose, {}, ossl::PublicKey::of(key),
                               std::chrono::days(project.ca.issuing_days), root, world);
  if (!made) return std::move(made).error();
  return ca::Identity{*std::move(made), key};
}

}  // namespace

Status mint_hierarchy(const config::Project& project, ca::Purpose purpose, ossl::KeyType key, Context& context,
                      const TokenKeys& tokens, std::vector<MadeCa>& into) {
  const bool devices = purpose == ca::Purpose::client;
  const ca::World world{context.clock, context.random};
  const std::chrono::days lifetime(project.ca.root_days);
  auto root_profile = ca_profile(project, "root", purpose);
  if (!root_profile) return std::move(root_profile).error();
  context.reporter.step(std::string("making the ") + (devices ? "device root" : "root") + " (" + project.ca.key + ")");
  const std::string root_file = devices ? "device-root" : "root";
  const auto* held = key_for(tokens, root_file);
  auto root = held != nullptr
                  ? ca::mint_root_of(*root_profile, project.ca.name,
                                     devices ? ca::RootRole::devices : ca::RootRole::broker, held->key, lifetime, world)
              : devices ? ca::mint_device_root(*root_profile, project.ca.name, key, lifetime, world)
                        : ca::mint_root(*root_profile, project.ca.name, key, lifetime, world);
  if (!root) return std::move(root).error();
  if (context.cancel.requested()) return interrupted();
  into.push_back({root_file, root_file, *std::move(root), place_of(held)});
  if (!project.ca.issuing) return success();
  auto issuing_profile = ca_profile(project, "issuing", purpose);
  if (!issuing_profile) return std::move(issuing_profile).error();
  const std::string issuing_file = devices ? "issuing-device" : "issuing-server";
  const auto* issuing_held = key_for(tokens, issuing_file);
  const std::chrono::days issuing_lifetime(project.ca.issuing_days);
  auto issuing = issuing_held != nullptr
                     ? issuing_of(*issuing_profile, project, purpose, issuing_held->key, into.back().identity, world)
                     : ca::mint_issuing(*issuing_profile, project.ca.name, purpose, key, issuing_lifetime,
                                        into.back().identity, world);
  if (!issuing) return std::move(issuing).error();
  if (context.cancel.requested()) return interrupted();
  into.push_back({issuing_file, "issuing", *std::move(issuing), place_of(issuing_held)});
  return success();
}

Result<MadeCa> mint_standby(const config::Project& project, ossl::KeyType key, const TokenKeys& tokens,
                            Context& context) {
  const auto profile = ca_profile(project, "root", ca::Purpose::server);
  if (!profile) return profile.error();
  context.reporter.step("making the standby root (" + project.ca.key + ")");
  const auto* held = key_for(tokens, "standby-root");
  auto pair = held != nullptr ? Result<ossl::PrivateKey>(held->key) : ossl::PrivateKey::generate(key);
  if (!pair) return std::move(pair).error();
  auto made = ca::mint_root_of(*profile, project.ca.name, ca::RootRole::standby, *pair,
                               std::chrono::days(project.ca.root_days), {context.clock, context.random});
  if (!made) return std::move(made).error();
  return MadeCa{"standby-root", "standby-root", *std::move(made), place_of(held)};
}

Result<Secret> key_file_text(const MadeCa& made, const Secret* passphrase) {
  if (made.token) return Secret(ossl::key_file_for(*made.token));
  return key_text(made.identity.key, passphrase);
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

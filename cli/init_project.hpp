#pragma once
// Makes a project folder: root, broker certificate, twin, broker configuration, ledger, project file. All or nothing.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/profile/profile.hpp"

namespace epki::cli {

struct MadeProject {
  ossl::Certificate root;
  ossl::Certificate server;
  std::optional<ossl::Certificate> device_root{};  ///< with broker.mutual
  std::vector<std::string> files;                  ///< relative to the project folder
  bool broker_as_root = false;  ///< the folder is private to root, so the broker must not drop privileges
};

/// `passphrase` null: CA keys are written unencrypted. With ca.issuing, each root gets an issuing CA below it; with
/// broker.mutual, devices get a root of their own. Blocks for the making of two to six keys. Errc::input when
/// the folder holds a project already, Errc::disk when something cannot be written; then nothing of it is left.
/// `modem`: what the modems take, instead of what the broker's profile says of them; a certificate beyond it is
/// Errc::input.
Result<MadeProject> make_project(const config::Project& project, const Secret* passphrase, Context& context,
                                 const profile::Limits* modem = nullptr);

}  // namespace epki::cli

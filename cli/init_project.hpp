#pragma once
// Makes a project folder: root, broker certificate, twin, broker configuration, ledger, project file. All or nothing.

#include <filesystem>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "pki/ossl/certificate.hpp"

namespace epki::cli {

struct MadeProject {
  ossl::Certificate root;
  ossl::Certificate server;
  std::vector<std::string> files;  ///< relative to the project folder
  bool broker_as_root = false;     ///< the folder is private to root, so the broker must not drop privileges
};

/// `passphrase` null: the root key is written unencrypted. Blocks for the making of two or three keys. Errc::input when
/// the folder holds a project already, Errc::disk when something cannot be written; then nothing of it is left.
Result<MadeProject> make_project(const config::Project& project, const Secret* passphrase, Context& context);

}  // namespace epki::cli

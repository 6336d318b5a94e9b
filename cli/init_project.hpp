#pragma once
// Makes a project folder: root, broker certificate, twin, broker configuration, ledger, project file. All or nothing.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "cli/hierarchy.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/profile/profile.hpp"

namespace epki::cli {

/// What the CAs are made from.
struct CaWishes {
  const Secret* passphrase = nullptr;  ///< null: CA keys are written unencrypted
  bool standby = false;                ///< a second root, for the day the first must go
  TokenKeys tokens{};                  ///< keys that are in tokens already
  /// A file of what the modems take, for the project to keep as modem_profile_file, and its limits.
  std::string modem_profile{};
  std::optional<profile::Limits> modem{};
};

inline constexpr const char* modem_profile_file = "ca/modem-profile.toml";

struct MadeProject {
  ossl::Certificate root;
  ossl::Certificate server;
  std::optional<ossl::Certificate> device_root{};  ///< with broker.mutual
  std::optional<ossl::Certificate> standby_root{};
  std::vector<std::string> files;  ///< relative to the project folder
  bool broker_as_root = false;     ///< the folder is private to root, so the broker must not drop privileges
};

/// Keeps to ca.modem_profile: a certificate beyond it is Errc::input. With ca.issuing, each root gets an issuing CA
/// below it; with broker.mutual, devices get a root of their own. Blocks for the making of two to six keys. Errc::input
/// when the folder holds a project already, Errc::disk when something cannot be written; then nothing of it is left.
Result<MadeProject> make_project(const config::Project& project, const CaWishes& wishes, Context& context);

}  // namespace epki::cli

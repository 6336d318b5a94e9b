#pragma once
#include <string_view>

#include "config/project.hpp"
#include "core/result.hpp"
#include "pki/ca/authority.hpp"
#include "pki/profile/profile.hpp"

namespace epki::cli {

/// The profile that server certificates of this project are made and judged by: the broker's, within what its modems
/// take (ca.modem_profile). Errc::input where that cannot be read or describes no modem.
Result<profile::Profile> server_profile(const config::Project& project);

/// The built-in profile "root" or "issuing" as this project's CAs for that purpose are made by it: the broker's within
/// the names that they may certify (ca.permit_names).
Result<profile::Profile> ca_profile(const config::Project& project, std::string_view kind, ca::Purpose purpose);

/// The profile of kind "modem" of that name, or in that file (relative to `folder`). Errc::input, and Errc::usage for
/// one that describes a certificate.
Result<profile::Profile> modem_profile(std::string_view name_or_file, const std::filesystem::path& folder);

/// A profile within a modem's limits; its own lifetime and rule of names stay.
profile::Profile within(profile::Profile profile, const profile::Limits& modem);

}  // namespace epki::cli

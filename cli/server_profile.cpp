#include "cli/server_profile.hpp"

#include <utility>

namespace epki::cli {

Result<profile::Profile> modem_profile(std::string_view name_or_file, const std::filesystem::path& folder) {
  // As profile::find() tells the two apart, but relative to the folder.
  const bool file = name_or_file.find('/') != std::string_view::npos || name_or_file.ends_with(".toml");
  auto found = file ? profile::load(folder / name_or_file) : profile::built_in(name_or_file);
  if (!found) return found;
  if (found->kind == profile::Kind::modem) return found;
  return Error{Errc::usage,
               "the profile " + std::string(name_or_file) + " describes a certificate, not what a modem takes",
               "give a profile of kind \"modem\": ec200u, ec200u-ec, or what verify --save-profile wrote"};
}

profile::Profile within(profile::Profile profile, const profile::Limits& modem) {
  const auto own = std::move(profile.accept);
  profile.accept = modem;
  profile.accept.days = own.days;
  profile.accept.names = own.names;
  return profile;
}

Result<profile::Profile> server_profile(const config::Project& project) {
  auto broker = profile::built_in("broker");
  if (!broker || project.ca.modem_profile.empty()) return broker;
  auto modem = modem_profile(project.ca.modem_profile, project.folder);
  if (!modem) return Error(std::move(modem).error()).during("reading ca.modem_profile of ec200u-pki.toml");
  return within(*std::move(broker), modem->accept);
}

Result<profile::Profile> ca_profile(const config::Project& project, std::string_view kind, ca::Purpose purpose) {
  auto found = profile::built_in(kind);
  if (found && purpose == ca::Purpose::server) found->permitted_names = project.ca.permit_names;
  return found;
}

}  // namespace epki::cli

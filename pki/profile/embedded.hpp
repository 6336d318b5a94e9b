#pragma once
// For this room's own files: the texts of templates/profiles, compiled in (embed.cmake writes the other half).

#include <span>
#include <string_view>

namespace epki::profile {

struct EmbeddedProfile {
  std::string_view name;
  std::string_view text;
};

/// In the order of their names.
std::span<const EmbeddedProfile> embedded_profiles();

}  // namespace epki::profile

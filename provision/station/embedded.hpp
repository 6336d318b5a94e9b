#pragma once
// The page's files from templates/station, compiled in so that an installed program needs no data folder.

#include <span>
#include <string_view>

namespace epki::station {

struct Asset {
  std::string_view path;  ///< "/page.js"
  const char* type;
  std::string_view content;
};
std::span<const Asset> assets();

}  // namespace epki::station

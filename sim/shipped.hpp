#pragma once
// The files of templates/personas, compiled in.

#include <span>
#include <string_view>

namespace epki::sim {

struct ShippedFile {
  std::string_view path;  ///< from templates/personas: "strict.toml", "built-in/….pem"
  std::string_view content;
};

std::span<const ShippedFile> shipped_files();

}  // namespace epki::sim

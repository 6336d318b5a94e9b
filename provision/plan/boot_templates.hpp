#pragma once
// The files of templates/boot, compiled in. For this room's own files.

#include <string_view>

namespace epki::plan {

/// "boot.txt", "boot.h", "boot.script"; empty for any other name.
std::string_view boot_template(std::string_view name);

}  // namespace epki::plan

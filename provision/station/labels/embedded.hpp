#pragma once
// templates/labels, compiled in so that an installed program needs no data folder.

#include <string_view>

namespace epki::labels {

std::string_view shipped_svg();  ///< templates/labels/device.svg
std::string_view shipped_zpl();  ///< templates/labels/device.zpl

}  // namespace epki::labels

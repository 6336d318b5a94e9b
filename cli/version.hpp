#pragma once

namespace epki::cli {
inline constexpr const char* version = EPKI_VERSION;
}

#pragma once
// For this room's own files: the texts of templates/broker, compiled in so that an installed program needs no data
// folder.

#include <string_view>

namespace epki::broker {

/// By its path below templates/broker; empty when there is none.
std::string_view embedded_template(std::string_view path);

}  // namespace epki::broker

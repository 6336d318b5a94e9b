#pragma once
// templates/report, compiled in so that an installed program needs no data folder.

#include <string_view>

namespace epki::report {

std::string_view verify_page();  ///< templates/report/verify.html

}  // namespace epki::report

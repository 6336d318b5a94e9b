#pragma once
// A verify report for people at a terminal. For customers there is the HTML file (verify/report).

#include <string>

#include "verify/trial/trial.hpp"

namespace epki::cli {

/// The probes as a table, equal attempts on one line, then each path's verdict. Ends with a newline.
std::string text_of(const trial::Report& report);

}  // namespace epki::cli

#pragma once
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "verify/probe/cases.hpp"

namespace epki::trial {

/// The files of a folder that may hold chains (*.pem), in the order of their names. Errc::input when it is no folder or
/// holds none.
Result<std::vector<std::string>> census_files(const std::string& folder);

/// One chain for each root: of several the one that is valid now, else the one that ended last. A file that holds no
/// chain is a warning; Errc::input when none holds one.
Result<std::vector<probe::Genuine>> read_census(const std::vector<std::string>& files, Instant now, Reporter& reporter);

}  // namespace epki::trial

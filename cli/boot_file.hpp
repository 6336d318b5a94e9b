#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "provision/plan/boot.hpp"

namespace epki::cli {

/// The boot sequence to judge by: the file named, else the only one below the project's boot/ (the current folder).
/// Errc::input when there is none, or several and none is named; the hint lists them.
Result<plan::BootSequence> read_boot_sequence(const std::optional<std::string>& file);

}  // namespace epki::cli

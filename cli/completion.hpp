#pragma once
#include <string>
#include <vector>

#include "cli/command_line.hpp"

namespace epki::cli {

/// A completion script for the shell ("bash", "zsh" or "fish") from the commands themselves, so that it cannot drift.
std::string completion_script(std::string_view shell, const std::vector<CommandLine::Described>& commands);

}  // namespace epki::cli

#pragma once
// The programs beside this one (program.hpp).

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/program.hpp"
#include "core/json.hpp"

namespace epki::cli {

/// The first word of a command line that is no option: the command. -C takes a value.
std::string_view command_word(int argc, const char* const* argv);

/// Runs the program that has this command in place of this one, and does not return then. Returns when it is not a
/// command of another program, or that program is not installed.
void run_elsewhere(int argc, char** argv, const std::filesystem::path& executable);

/// Why a command that another program has cannot be run here: its package is missing. Nothing for other words.
std::optional<Error> not_installed(std::string_view command, const std::filesystem::path& executable);

/// Declares the commands of this program, and lists those of the programs that are installed. The one command that the
/// words name is enough where nobody asks for a list of them: all take a millisecond.
void declare(CommandLine& line, int argc, const char* const* argv, const std::filesystem::path& executable);

/// Every command, those of the programs beside this one included: for completions and manual pages.
std::vector<CommandLine::Described> describe_all(const CommandLine& line, const std::filesystem::path& executable);

/// With this word as its only argument, a program prints described_json() of its own commands.
inline constexpr std::string_view describe_word = "__describe";
/// What a program says of itself when it is asked by another.
Json described_json(const std::vector<CommandLine::Described>& commands);

}  // namespace epki::cli

#pragma once
// What was done with a root's key, by whom and before whom: a file of JSON lines that travels with the medium, each
// line holding the SHA-256 of the one before, and a copy of one's own steps in ca/.

#include <filesystem>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "core/json.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"

namespace epki::cli {

inline constexpr const char* ceremony_log_name = "ceremony-log.jsonl";

/// The persons of a step, from the command line.
struct CeremonyPeople {
  std::optional<std::string> operator_name{};
  std::vector<std::string> witnesses{};
};
void add_people_options(Command& command, CeremonyPeople& people);

/// How many lines a folder's log has; 0 when there is none. Errc::input when a line was altered, taken out or cut: the
/// sentence names it.
Result<std::size_t> check_ceremony_log(const std::filesystem::path& folder);

/// Appends a step to the log in `medium` and the one in `ca`, durable when it returns, and records it in the ledger
/// with the people apart so that they can be redacted there. `facts`: what was requested, signed or taken in. Both logs
/// are checked first; errors of that, and Errc::disk.
Status log_ceremony(std::string_view step, const Json& facts, const CeremonyPeople& people,
                    const std::filesystem::path& medium, const std::filesystem::path& ca, ledger::Ledger& ledger,
                    Context& context);

}  // namespace epki::cli

#pragma once
// The files that verify leaves beside its answer: the report for a customer, the persona that it describes,
// and the profile of what the firmware takes.

#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "core/result.hpp"
#include "verify/trial/trial.hpp"

namespace epki::cli {

struct OutputOptions {
  std::optional<std::string> report{}, save_policy{}, save_profile{};
};

/// Before a run that takes minutes: that the file does not exist and its folder does. Errc::disk.
Status check_new_file(const std::string& file);

/// Before a run that takes minutes: that no file to be written exists, and that its folder does. Errc::usage where a
/// name has the wrong ending, Errc::disk otherwise.
Status check_outputs(const OutputOptions& options);

/// Writes them from the report. `repeat` is the command line that repeats the run. Returns the files' names.
Result<std::vector<std::string>> write_outputs(const OutputOptions& options, const trial::Report& report,
                                               const trial::Setup& setup, const std::string& repeat,
                                               const Context& context);

}  // namespace epki::cli

#pragma once
// A command line as the modem understands it (V.250, 5.2): AT, then basic commands, then extended ones with `;`
// between.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/front/args.hpp"

namespace epki::sim {

struct Command {
  enum class Form : std::uint8_t { exec, read, test, set } form = Form::exec;
  std::string name{};  ///< upper case: "+QFUPL", "E", "S3"
  Args args{};
};

/// The commands of a line (without its "AT"); an empty list for a bare AT. Nothing when the line breaks the grammar.
std::optional<std::vector<Command>> parse_command_line(std::string_view line);

}  // namespace epki::sim

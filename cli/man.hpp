#pragma once
// Manual pages, made from the same declarations as --help, so that neither can drift from the other.

#include <string>
#include <vector>

#include "cli/command_line.hpp"

namespace epki::cli {

struct ManPage {
  std::string file;  ///< "ec200u-pki-broker-render.1"
  std::string text;  ///< man(7)
};

/// One page for the program and one for each command. `date` is RFC 3339, of which the day is used.
std::vector<ManPage> man_pages(const std::vector<CommandLine::Described>& commands, const std::string& date);

}  // namespace epki::cli

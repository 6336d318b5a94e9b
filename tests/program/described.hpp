#pragma once
// The program's own word on its commands, so that no test keeps a list of them.

#include <string>
#include <utility>
#include <vector>

namespace epki::test {

struct DescribedCommand {
  std::string name;  ///< "init", "broker render"; empty for the program itself
  std::string summary{}, examples{};
  std::vector<std::pair<std::string, std::string>> options{};  ///< "-p,--port TEXT", help
  bool group = false;                                          ///< holds commands

  std::string first_word() const { return name.substr(0, name.find(' ')); }
  std::string second_word() const { return name.find(' ') == std::string::npos ? "" : name.substr(name.find(' ') + 1); }
};

/// Every command of every program in the build folder that is part of ec200u-pki. Throws when there is none.
std::vector<DescribedCommand> described_commands();

}  // namespace epki::test

#pragma once
// What to do next, where several devices failed at once.

#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace epki::cli {

/// Each distinct next step once, in the order of the first that needs it, with whom it is for in front:
/// "slots A1, A3: plug the modem in". `kind` is the word for one of them ("slot"). Empty for one failure or none: then
/// the error's own hint says it.
std::vector<std::string> next_steps(std::string_view kind, const std::vector<std::pair<std::string, Error>>& failed);

}  // namespace epki::cli

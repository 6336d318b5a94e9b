#include "sim/front/answer.hpp"

#include <string_view>

namespace epki::sim {
namespace {

struct Words {
  int code;
  std::string_view text;
};

// Only these were seen or are standardised as words; every other number stays a number in mode 2 as well.
constexpr Words known[] = {{3, "operation not allowed"},
                           {4, "operation not supported"},
                           {10, "SIM not inserted"},
                           {11, "SIM PIN required"},
                           {407, "file already exist"}};

}  // namespace

std::string cme_line(int code, int mode, bool words) {
  if (mode == 0) return "ERROR";
  if (mode == 2 && words)
    for (const auto& entry : known)
      if (entry.code == code) return "+CME ERROR: " + std::string(entry.text);
  return "+CME ERROR: " + std::to_string(code);
}

}  // namespace epki::sim

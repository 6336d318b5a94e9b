#include "verify/trial/uploadable.hpp"

namespace epki::trial {

std::string uploadable(std::string_view pem) {
  constexpr std::string_view escape = "+++";
  std::string text(pem);
  for (auto at = text.find(escape); at != std::string::npos; at = text.find(escape, at)) text.insert(at + 2, 1, '\n');
  return text;
}

}  // namespace epki::trial

#include "broker-configs/conf_lines.hpp"

#include "core/text.hpp"

namespace epki::broker {

std::vector<ConfLine> conf_lines(std::string_view text) {
  std::vector<ConfLine> lines;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    auto line = text.substr(begin, end == std::string_view::npos ? end : end - begin);
    begin = end == std::string_view::npos ? text.size() : end + 1;
    ++number;
    line = line.substr(0, line.find('\0'));  // a C string ends there
    while (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#' || line.front() == '\r') continue;
    const auto first = line.find_first_not_of(' ');
    if (first == std::string_view::npos) continue;
    line.remove_prefix(first);
    const auto space = line.find(' ');
    ConfLine one{number, line.substr(0, space), {}};
    if (space != std::string_view::npos) one.value = trimmed(line.substr(space));
    lines.push_back(one);
  }
  return lines;
}

}  // namespace epki::broker

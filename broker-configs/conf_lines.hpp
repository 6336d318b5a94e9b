#pragma once
// The lines of a mosquitto.conf, as Mosquitto reads them (mosquitto.conf(5), "File format"; tried with 2.0.11): a
// comment is a line whose very first character is #; the name ends at the first space; the value is all the rest of the
// line. Outside bytes of any kind and size.

#include <cstddef>
#include <string_view>
#include <vector>

namespace epki::broker {

struct ConfLine {
  std::size_t number = 0;  ///< from 1
  std::string_view key{};
  std::string_view value{};  ///< white space at both ends left out; empty: none was given
};

/// Views into `text`. Comments and empty lines are left out. Never fails, linear.
std::vector<ConfLine> conf_lines(std::string_view text);

}  // namespace epki::broker

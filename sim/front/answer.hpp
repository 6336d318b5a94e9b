#pragma once
// What a command answers.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "sim/front/timeline.hpp"

namespace epki::sim {

struct Answer {
  enum class Kind : std::uint8_t {
    ok,
    error,  ///< plain ERROR, whatever AT+CMEE says
    cme,    ///< +CME ERROR with `code`, as AT+CMEE says
    later,  ///< the handler calls Terminal::finish itself
  } kind = Kind::ok;
  int code = 0;
  std::vector<std::string> lines{};    ///< information, before the result
  std::function<void(Moment)> then{};  ///< done once the result is on its way
  std::string tail{};                  ///< raw bytes after the information lines, before the result: read data

  static Answer ok() { return {}; }
  static Answer ok(std::string line) { return {.lines = {std::move(line)}}; }
  static Answer ok(std::vector<std::string> lines) { return {.lines = std::move(lines)}; }
  static Answer error() { return {.kind = Kind::error}; }
  static Answer cme(int code) { return {.kind = Kind::cme, .code = code}; }
  static Answer later() { return {.kind = Kind::later}; }
};

/// The result line of a failure under AT+CMEE=`mode`. `words`: this firmware spells out the numbers it knows (mode 2).
std::string cme_line(int code, int mode, bool words);

namespace cme {  // AT reference, 3 (files); 3GPP TS 27.007, 9.2 (the others)
inline constexpr int sim_not_inserted = 10, sim_pin_required = 11;
inline constexpr int file_input = 400, file_size = 401, file_zero = 402, file_full = 403, file_missing = 405,
                     file_name = 406, file_exists = 407, file_write = 409, file_too_many = 413, file_read_only = 414,
                     file_descriptor = 416, file_delete = 418, file_timeout = 421, file_open = 426;
}  // namespace cme

}  // namespace epki::sim

#include <cstdlib>

#include "core/text.hpp"
#include "provision/at/reply.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/names.hpp"
#include "provision/ec200u/replies.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

// Lines of a modem, through everything that reads one.
void modem_replies(std::string_view bytes) {
  using namespace ec200u;
  std::vector<std::string> lines;
  for (const auto line : split(bytes, '\n')) lines.emplace_back(line);
  (void)parse_identity(lines);
  (void)parse_imei(lines);
  (void)parse_iccid(lines);
  (void)parse_registration(lines, "+CEREG:");
  for (const auto& line : lines) {
    (void)parse_packet_context(line);
    (void)parse_name_line(line);
    (void)parse_network_time(line);
    (void)parse_file_entry(line);
    (void)parse_space(line);
    (void)parse_receipt(line, "+QFUPL:");
    (void)parse_ssl_setting(line, 1, "cacert");
    (void)parse_mqtt_ssl(line);
    (void)parse_message(line);
    (void)parse_numbers(line, "+QMTOPEN:");
    if (const auto final = at::parse_final(line)) (void)file_error_code(*final);
    (void)at::parse_send_final(line);
    // What was understood as a time can be said to a modem and is the same time then, or is beyond its two-digit year.
    if (const auto reading = parse_clock(line))
      if (const auto value = clock_value(reading->utc)) {
        const auto again = parse_clock("+CCLK: \"" + *value + "\"");
        if (!again || again->utc != reading->utc) std::abort();
      }
    // A name that is called safe goes between quotes on one line.
    if (is_safe_name(line) && line.find_first_of("\"\r\n,") != std::string::npos) std::abort();
    if (const auto text = quoted("text", line); text && text->find('"', 1) != text->size() - 1) std::abort();
    for (const char* key : {"cacert", "seclevel", "ciphersuite"}) {
      const auto value = ssl_wire_value(key, line);
      if (value && value->find_first_of("\r\n") != std::string::npos) std::abort();
      (void)same_ssl_value(key, line, lines.front());
    }
  }
}

}  // namespace epki::fuzz

#pragma once
// What the device's own firmware must send after every boot: SSL and MQTT settings are gone after a reboot, files stay.
// One value; the text, the C header, the JSON and the reboot check all come from it.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "provision/plan/settings.hpp"

namespace epki::plan {

/// One command of the sequence. Steps are sent in order, each after the final answer to the one before.
struct BootStep {
  enum class Kind : std::uint8_t {
    wait,        ///< nothing is sent: wait for `expect`
    command,     ///< send, expect OK
    query,       ///< send, expect a line that starts with `expect`, then OK
    deferred,    ///< send, expect OK, then later a line that starts with `expect`
    registered,  ///< send, again and again until `limit`, until the second field of the answer is 1 or 5
    clock,       ///< send, and go on only if the year in the answer is at least `year` (yy: 70 and above is 19yy)
  };
  Kind kind = Kind::command;
  std::string send{};    ///< without CR; empty for wait
  std::string expect{};  ///< start of the line that must come; empty: OK alone
  std::chrono::milliseconds limit{};
  int year = 0;           ///< kind clock
  bool may_fail = false;  ///< an ERROR is no reason to stop ("already active")
  std::string because{};  ///< one sentence
};

struct BootSequence {
  std::string model, firmware;  ///< which firmware it was written out for
  std::string ca_file, ca_sha256;
  std::string host;  ///< opened last, by the device
  std::uint16_t port = 0;
  int client = 0;
  std::vector<BootStep> steps{};
};

struct BootFacts {
  std::string model, firmware;
  std::string ca_file, ca_sha256;
  int context = 1, client = 0, pdp = 1;
  bool set_mqtt_pdp = true;  ///< this firmware takes QMTCFG "pdpcid"
  std::string apn{};         ///< empty: as the modem has it
  std::string ntp_server{};
  int minimum_year = 2024;  ///< below it the clock cannot be right: the root did not exist
  std::string host{};
  std::uint16_t port = 8883;
  std::vector<Setting> settings{};  ///< those this firmware knows
};

BootSequence boot_sequence(const BootFacts& facts);

std::string boot_text(const BootSequence& sequence);
/// Compiles as C99 and as C++; needs nothing but itself.
std::string boot_c_header(const BootSequence& sequence);
Json boot_json(const BootSequence& sequence);

/// The folder in the project and the names of the three files: "<stem>.txt", "<stem>.h", "<stem>.json". The stem holds
/// the firmware revision, since firmwares differ in the keys they know.
inline constexpr std::string_view boot_folder = "boot";
std::string boot_stem(const BootSequence& sequence);

}  // namespace epki::plan

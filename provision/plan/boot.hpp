#pragma once
// What the device's own firmware must send after every boot: SSL and MQTT settings are gone after a reboot, files stay.
// One value; the text, the C header, the JSON, the script, the reboot check and the judgement of a capture all come
// from it (docs/boot-sequence.md).

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "provision/plan/settings.hpp"

namespace epki::plan {

/// What a device does when its clock does not become plausible in time. There is no third way: connecting without a
/// clock means trusting expired certificates.
enum class ClockFallback : std::uint8_t {
  none,       ///< no clock step
  set_clock,  ///< set it with AT+CCLK from a clock of the device's own, then ask again
  hold,       ///< do not connect; begin again later
};
std::string_view word(ClockFallback fallback);  ///< "set-clock", "hold"; empty for none

/// One command of the sequence. Steps are sent in order, each after the final answer to the one before.
struct BootStep {
  enum class Kind : std::uint8_t {
    wait,        ///< nothing is sent: wait for `expect`
    command,     ///< send, expect OK
    query,       ///< send, expect a line that starts with `expect`, then OK
    deferred,    ///< send, expect OK, then later a line that starts with `expect`
    registered,  ///< send, again and again until `limit`, until the second field of the answer is 1 or 5
    clock,       ///< send, again and again until `limit`, until the year in the answer is at least `year` (yy: 70 and
                 ///< above is 19yy); then `fallback`
  };
  Kind kind = Kind::command;
  std::string send{};    ///< without CR; empty for wait
  std::string expect{};  ///< start of the line that must come; empty: OK alone
  std::chrono::milliseconds limit{};
  int year = 0;           ///< kind clock
  bool may_fail = false;  ///< an ERROR is no reason to stop ("already active")
  ClockFallback fallback = ClockFallback::none;
  std::string because{};  ///< one sentence
  bool operator==(const BootStep&) const = default;
};
std::string_view word(BootStep::Kind kind);

/// A file that the sequence binds.
struct BootFile {
  FileRole role = FileRole::ca;
  std::string name, sha256;
  bool operator==(const BootFile&) const = default;
};

struct BootSequence {
  std::string model, firmware;  ///< which firmware it was written out for
  std::vector<BootFile> files{};
  std::string host;  ///< opened last, by the device
  std::uint16_t port = 0;
  int client = 0, context = 1;
  std::vector<BootStep> steps{};
  std::string ca_file() const;
  bool operator==(const BootSequence&) const = default;
};

struct BootFacts {
  std::string model, firmware;
  std::vector<BootFile> files{};
  int context = 1, client = 0, pdp = 1;
  bool set_mqtt_pdp = true;  ///< this firmware takes QMTCFG "pdpcid"
  std::string apn{};         ///< empty: as the modem has it
  std::string ntp_server{};  ///< empty: network time alone
  int minimum_year = 2024;   ///< below it the clock cannot be right: the root did not exist
  bool network_time = true;  ///< let the mobile network set the clock; false where it was seen to set it wrong
  ClockFallback fallback = ClockFallback::set_clock;
  std::string host{};
  std::uint16_t port = 8883;
  std::vector<Setting> settings{};  ///< those this firmware knows
  bool key_encrypted = false;       ///< clientkey is followed by key_password_placeholder
};

BootSequence boot_sequence(const BootFacts& facts);

std::string boot_text(const BootSequence& sequence);
/// Compiles as C99 and as C++; needs nothing but itself.
std::string boot_c_header(const BootSequence& sequence);
/// One step a line, fields between tabs: for whatever language.
std::string boot_script(const BootSequence& sequence);
Json boot_json(const BootSequence& sequence);
/// Reads boot_json() back. Errc::input for anything else.
Result<BootSequence> boot_from_json(const Json& document);

/// "AT+QMTOPEN=0,"host",8883" and "AT+QMTCONN=0,"<client id>"": what follows the sequence.
std::string boot_open_line(const BootSequence& sequence);
std::string boot_connect_line(const BootSequence& sequence);

/// The folder in the project and the names of the files: "<stem>.txt", ".h", ".json", ".script". The stem holds the
/// firmware revision, since firmwares differ in the keys they know. With a certificate of the device's own it holds
/// the device as well.
inline constexpr std::string_view boot_folder = "boot";
std::string boot_stem(const BootSequence& sequence, std::string_view device = {});

}  // namespace epki::plan

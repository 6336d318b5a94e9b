#pragma once
// What check says of a mosquitto.conf.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker-configs/access.hpp"
#include "broker-configs/conf_model.hpp"
#include "broker-configs/version.hpp"
#include "core/clock.hpp"

namespace epki::broker {

enum class Severity : std::uint8_t {
  error,    ///< the broker does not start, nobody or everybody gets in, or a modem cannot connect
  warning,  ///< works today, or for some; will bite
  notice,
};
std::string_view word(Severity severity);

struct Finding {
  Severity severity = Severity::error;
  Place place;
  std::string_view rule{};  ///< "e_half_tls"; its page in docs/broker.md
  std::string what{};       ///< what was found
  std::string_view why{};   ///< what follows from it
  std::string remedy{};
};

struct CheckQuestion {
  Instant now{};
  Version version = Version::v2_0_11;
  std::chrono::days soon{30};         ///< a certificate that ends within is worth a warning
  std::optional<std::string> host{};  ///< a name or address that clients dial
  std::optional<Account>
      account{};  ///< who runs the broker; nothing: what the file says, or mosquitto where there is one
};

struct CheckReport {
  std::vector<Finding> findings;   ///< by file, then by line
  std::vector<std::string> files;  ///< what was read as configuration
  std::size_t listeners = 0;
};

/// Reads the file, what it includes and what it names, as far as this account may read it, and judges them together. A
/// relative path is looked for beside the file. Errc::input or Errc::disk when the file itself cannot be read.
Result<CheckReport> check_configuration(const std::filesystem::path& file, const CheckQuestion& question);

}  // namespace epki::broker

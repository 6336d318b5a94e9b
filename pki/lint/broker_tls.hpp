#pragma once
// Whether a broker and this modem can agree on TLS.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pki/lint/seen.hpp"

namespace epki::lint {

struct Problem {
  std::size_t line = 0;
  std::string what;
};

/// The suites that this modem may offer, by IANA number: those its setting names, and those that libraries of its class
/// have besides.
std::vector<std::uint16_t> modem_suites();

bool tls_listener(const SeenFile& f);  ///< a Mosquitto configuration with a TLS listener
/// A listener whose `ciphers` share no suite with the modem, or none that goes with the server certificate's key where
/// that was given too. The first, or nothing.
std::optional<Problem> unshared(const SeenFile& f);
/// A listener that shares with the modem only suites which the modem's lists do not name.
std::optional<Problem> unproven(const SeenFile& f);
/// A listener that wants TLS 1.3.
std::optional<Problem> too_new(const SeenFile& f);

}  // namespace epki::lint

#pragma once
// Every word that may begin a line of mosquitto.conf, with what each version makes of it: one table.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "broker-configs/version.hpp"

namespace epki::broker {

/// What a line belongs to.
enum class Scope : std::uint8_t {
  global,    ///< the broker, wherever it stands
  security,  ///< the broker, or with per_listener_settings the listener above it
  listener,  ///< the listener above it; before the first one, a listener of its own on port 1883
  bridge,    ///< the connection above it
};

enum class Kind : std::uint8_t {
  truth,   ///< true or false, nothing else
  number,  ///< decimal
  text,    ///< anything but nothing
  words,   ///< several words with a meaning each
};

struct Directive {
  std::string_view name;  ///< ends in _ where any ending is allowed: plugin_opt_
  Scope scope = Scope::global;
  Kind kind = Kind::text;
  /// 2.0.11 refuses a second one for the same listener, bridge or broker (tried for each).
  bool once = false;
  std::optional<Version> since{};  ///< nothing: 2.0.11 has it
  /// What to write instead, where it does nothing any more or goes away.
  std::string_view instead{};
  std::string_view source{};  ///< where what other versions than 2.0.11 make of it is known from
};

std::span<const Directive> all_directives();
/// Nothing: no version knows it.
const Directive* find_directive(std::string_view name);

}  // namespace epki::broker

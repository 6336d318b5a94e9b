#pragma once
// A mosquitto.conf as values: what belongs to the broker, to each listener and to each bridge, and what of it Mosquitto
// would not accept. Pure: files it includes come through a callback.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker-configs/version.hpp"
#include "core/result.hpp"

namespace epki::broker {

struct Place {
  std::string file;
  std::size_t line = 0;  ///< from 1; 0: the file as a whole
};

struct Setting {
  std::string name, value;
  Place place;
  bool is_true() const { return value == "true"; }
};

/// Settings in their order. Lookups give the last of that name, which is the one that counts, or null.
struct Settings {
  std::vector<Setting> all;
  const Setting* find(std::string_view name) const;
  std::string value(std::string_view name) const;  ///< empty when it is not set
  bool is_true(std::string_view name) const;
};

struct Listener {
  Place place;               ///< of its `listener`, or of what brought it into being
  bool by_accident = false;  ///< no `listener` or `port` line made it, but another line outside of any listener
  std::int64_t port = 1883;
  std::string address{};  ///< empty: all; with port 0 the path of a socket
  Settings settings{};

  bool has_certificate() const { return settings.find("certfile") != nullptr && settings.find("keyfile") != nullptr; }
  bool is_tls() const { return has_certificate() || settings.find("psk_hint") != nullptr; }
  bool is_websockets() const { return settings.value("protocol") == "websockets"; }
  bool on_loopback() const;  ///< or on a socket in the file system
};

struct Bridge {
  Place place;
  std::string name;
  Settings settings{};
};

/// Something of the text alone that Mosquitto refuses or reads otherwise than it looks. `rule` is a rule of
/// check/rules.hpp.
struct Problem {
  Place place;
  std::string rule;
  std::string what;
  std::string remedy{};  ///< instead of the rule's own, where it can say more
};

struct Model {
  std::vector<std::string> files;  ///< the main one first
  Settings broker;                 ///< and, without per_listener_settings, the security settings of all listeners
  std::vector<Listener> listeners;
  std::vector<Bridge> bridges;
  bool per_listener = false;
  bool plugins = false;  ///< one at least is loaded: who may come in is its business too
  std::vector<Problem> problems;

  /// A setting of scope security as it holds for this listener, or null.
  const Setting* security(const Listener& listener, std::string_view name) const;
  /// No listener at all: Mosquitto then binds to loopback, port 1883, and lets everybody in.
  bool local_only() const { return listeners.empty(); }
};

struct NamedText {
  std::string name, text;
};

/// The *.conf files of a folder, in the order in which Mosquitto reads them (by name, byte by byte).
using IncludedFiles = std::function<Result<std::vector<NamedText>>(const std::string& folder)>;

/// Never fails: what cannot be understood is among the problems. `version` decides which directives are known.
Model read_model(const NamedText& main, const IncludedFiles& included, Version version);

}  // namespace epki::broker

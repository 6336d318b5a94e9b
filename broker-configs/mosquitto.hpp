#pragma once
// A Mosquitto process started from a configuration, and where it is found. What it is started from: render.hpp.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "config/project.hpp"
#include "core/child.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"

namespace epki::broker {

/// The address at which a program on this machine reaches the broker: broker.listen, or loopback when it binds to all.
std::string reachable_at(const config::Project& project);

/// Whether something accepts TCP connections there, asked once. Blocks until the deadline at most, but for looking up
/// a host that is no address.
bool is_listening(const std::string& host, std::uint16_t port, Deadline by);

/// The address of `host` at which something accepts, as text; empty when nothing does. Blocks as is_listening().
std::string numeric_address(const std::string& host, std::uint16_t port, Deadline by);

/// A broker started by us for the time of one command.
class RunningBroker {
 public:
  /// Starts mosquitto on the file and waits until its first listener answers. Errc::network with the broker's own last
  /// words when it does not start, and when another program has the port already; Errc::input when mosquitto is not
  /// installed (hint: the package). The broker ends with the thread that started it.
  static Result<RunningBroker> start(const std::filesystem::path& configuration, std::uint16_t port,
                                     const std::filesystem::path& log, Deadline by);
  pid_t pid() const { return child_.pid(); }
  void reload();  ///< SIGHUP
  void stop() { child_.stop(); }

 private:
  explicit RunningBroker(Child child) : child_(std::move(child)) {}
  Child child_;
};

}  // namespace epki::broker

#pragma once
// Hot-plug: being told by udev, instead of looking again and again.

#include <cstdint>
#include <memory>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"

namespace epki::transport {

/// Hears what udev says about serial ports and USB devices. Where no udev daemon runs (a container) it hears nothing,
/// so that who waits must still look now and then.
class UsbWatch {
 public:
  /// Who speaks: the daemon, when a device's node is there with its permissions; or the kernel, before that.
  enum class From : std::uint8_t { daemon, kernel };

  /// Errc::internal when libudev or its socket cannot be opened.
  static Result<UsbWatch> open(From from = From::daemon);
  UsbWatch(UsbWatch&&) noexcept;
  UsbWatch& operator=(UsbWatch&&) noexcept;
  ~UsbWatch();

  /// Blocks until something came, went or changed since the last call (true), or until the deadline or the cancel
  /// (false). Says that something happened, not what: list the ports to see.
  bool wait(Deadline by, const Cancel& cancel);

 private:
  struct Impl;
  explicit UsbWatch(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace epki::transport

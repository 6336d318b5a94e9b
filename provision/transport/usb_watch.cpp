#include "provision/transport/usb_watch.hpp"

#include <poll.h>

#include "core/poll.hpp"
#include "provision/transport/udev_handles.hpp"

namespace epki::transport {

struct UsbWatch::Impl {
  Udev context{udev_new()};
  Monitor monitor;

  /// The socket does not block: everything that waits in it is taken, so that one unplugging is one change.
  bool take_all() {
    bool any = false;
    while (Device(udev_monitor_receive_device(monitor.get()))) any = true;
    return any;
  }
};

UsbWatch::UsbWatch(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
UsbWatch::UsbWatch(UsbWatch&&) noexcept = default;
UsbWatch& UsbWatch::operator=(UsbWatch&&) noexcept = default;
UsbWatch::~UsbWatch() = default;

Result<UsbWatch> UsbWatch::open(From from) {
  auto impl = std::make_unique<Impl>();
  const auto failed = [] { return Error{Errc::internal, "udev's announcements cannot be heard", {}}; };
  if (!impl->context) return failed();
  impl->monitor.reset(udev_monitor_new_from_netlink(impl->context.get(), from == From::daemon ? "udev" : "kernel"));
  if (!impl->monitor) return failed();
  for (const char* subsystem : {"tty", "usb"})
    if (udev_monitor_filter_add_match_subsystem_devtype(impl->monitor.get(), subsystem, nullptr) < 0) return failed();
  if (udev_monitor_enable_receiving(impl->monitor.get()) < 0) return failed();
  return UsbWatch(std::move(impl));
}

bool UsbWatch::wait(Deadline by, const Cancel& cancel) {
  for (;;) {
    if (impl_->take_all()) return true;
    if (cancel.requested() || std::chrono::steady_clock::now() >= by) return false;
    pollfd waiting[] = {{udev_monitor_get_fd(impl_->monitor.get()), POLLIN, 0}, {cancel.fd(), POLLIN, 0}};
    ::poll(waiting, 2, milliseconds_until(by));
    // A socket that fails would be readable for ever: then only the deadline ends the wait.
    if ((waiting[0].revents & (POLLERR | POLLNVAL)) != 0) ::poll(&waiting[1], 1, milliseconds_until(by));
  }
}

}  // namespace epki::transport

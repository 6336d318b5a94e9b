#include "provision/transport/usb_ports.hpp"

#include <algorithm>

#include "provision/transport/udev_handles.hpp"

namespace epki::transport {

namespace {

std::string text(const char* value) {
  return value == nullptr ? std::string() : std::string(value);
}

/// `device` is a tty or a USB device; what it lacks stays empty.
UsbPort describe(udev_device* device) {
  UsbPort port;
  const bool is_tty = text(udev_device_get_subsystem(device)) == "tty";
  if (is_tty) {
    port.node = text(udev_device_get_devnode(device));
    port.device = udev_device_get_devnum(device);
  }
  udev_device* const interface = udev_device_get_parent_with_subsystem_devtype(device, "usb", "usb_interface");
  if (interface != nullptr) port.interface = text(udev_device_get_sysattr_value(interface, "bInterfaceNumber"));
  udev_device* const usb = is_tty ? udev_device_get_parent_with_subsystem_devtype(device, "usb", "usb_device") : device;
  if (usb == nullptr) return port;
  port.vendor = text(udev_device_get_sysattr_value(usb, "idVendor"));
  port.product = text(udev_device_get_sysattr_value(usb, "idProduct"));
  port.serial = text(udev_device_get_sysattr_value(usb, "serial"));
  port.topology = text(udev_device_get_sysname(usb));
  return port;
}

void add_subsystem(udev* context, const char* subsystem, std::vector<UsbPort>& into) {
  const Enumeration devices(udev_enumerate_new(context));
  if (!devices) return;
  udev_enumerate_add_match_subsystem(devices.get(), subsystem);
  udev_enumerate_scan_devices(devices.get());
  for (auto* entry = udev_enumerate_get_list_entry(devices.get()); entry != nullptr;
       entry = udev_list_entry_get_next(entry)) {
    const Device device(udev_device_new_from_syspath(context, udev_list_entry_get_name(entry)));
    if (!device) continue;
    UsbPort port = describe(device.get());
    if (!port.vendor.empty()) into.push_back(std::move(port));
  }
}

}  // namespace

Result<std::vector<FoundPort>> choose_ports(const std::vector<UsbPort>& listed) {
  // The numbers: AT reference, 5. The order of ttyUSB names changes between boots, the interface number does not.
  std::vector<FoundPort> found;
  bool crashed = false;
  for (const UsbPort& port : listed) {
    if (port.vendor == "2c7c" && port.product == "0901" && port.interface == "02" && !port.node.empty())
      found.push_back({port.node, port.topology, port.serial, port.device});
    crashed = crashed || (port.vendor == "1782" && port.product == "4d12");
  }
  if (found.empty() && crashed)
    return Error{Errc::modem_gone, "a modem is on USB in its boot ROM (1782:4d12): its firmware has crashed or is gone",
                 "power-cycle the modem; if it comes back the same way, its firmware must be loaded anew"};
  std::sort(found.begin(), found.end(), [](const FoundPort& a, const FoundPort& b) { return a.topology < b.topology; });
  return found;
}

Result<std::vector<FoundPort>> find_ports() {
  const Udev context(udev_new());
  if (!context) return Error{Errc::internal, "libudev could not be started", {}};
  std::vector<UsbPort> listed;
  add_subsystem(context.get(), "tty", listed);
  add_subsystem(context.get(), "usb", listed);
  return choose_ports(listed);
}

}  // namespace epki::transport

#pragma once
// Choosing among what udev lists, apart from asking udev, so that it can be tested without a modem.

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/result.hpp"
#include "provision/transport/port_spec.hpp"

namespace epki::transport {

/// One serial port on USB as udev tells it. Identifiers are lower-case hex, as in sysfs.
struct UsbPort {
  std::string node;       ///< /dev/ttyUSB0; empty for a USB device without a serial port
  std::string vendor;     ///< "2c7c"
  std::string product;    ///< "0901"
  std::string interface;  ///< "02"
  std::string topology;   ///< "1-2.3"
  std::string serial;
  dev_t device = 0;  ///< of the node
};

/// The AT ports, by topology. When there is none but a modem sits in its boot ROM, that is the Error.
Result<std::vector<FoundPort>> choose_ports(const std::vector<UsbPort>& listed);

}  // namespace epki::transport

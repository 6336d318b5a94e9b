#pragma once
// libudev's values as owners: each is given back when it goes.

#include <libudev.h>

#include <memory>

#include "core/freed.hpp"

namespace epki::transport {

using Udev = std::unique_ptr<udev, Freed<udev_unref>>;
using Enumeration = std::unique_ptr<udev_enumerate, Freed<udev_enumerate_unref>>;
using Device = std::unique_ptr<udev_device, Freed<udev_device_unref>>;
using Monitor = std::unique_ptr<udev_monitor, Freed<udev_monitor_unref>>;

}  // namespace epki::transport

#pragma once
// libudev's values as owners: each is given back when it goes.

#include <libudev.h>

#include <memory>

namespace epki::transport {

template <auto Unref>
struct Unreferenced {
  template <class T>
  void operator()(T* object) const noexcept {
    Unref(object);
  }
};

using Udev = std::unique_ptr<udev, Unreferenced<udev_unref>>;
using Enumeration = std::unique_ptr<udev_enumerate, Unreferenced<udev_enumerate_unref>>;
using Device = std::unique_ptr<udev_device, Unreferenced<udev_device_unref>>;
using Monitor = std::unique_ptr<udev_monitor, Unreferenced<udev_monitor_unref>>;

}  // namespace epki::transport

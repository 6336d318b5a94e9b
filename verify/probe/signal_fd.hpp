#pragma once
// For this room's own files: waking a thread that waits in poll().

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "core/descriptor.hpp"

namespace epki::probe {

/// Readable for poll() from raise() to lower().
class Signal {
 public:
  Signal() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  bool valid() const { return fd_.valid(); }
  int fd() const { return fd_.get(); }
  // Neither can fail in a way that matters: a full counter is readable, an empty one is lowered already.
  void raise() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(fd(), &one, sizeof one);
  }
  void lower() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = ::read(fd(), &count, sizeof count);
  }

 private:
  Descriptor fd_;
};

}  // namespace epki::probe

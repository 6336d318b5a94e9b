#include "core/cancel.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

namespace epki {

Cancel::Cancel() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::runtime_error("eventfd failed: no file descriptors left");
}

Cancel::~Cancel() {
  ::close(fd_);
}

void Cancel::request() noexcept {
  requested_.store(true);
  const std::uint64_t one = 1;
  // The counter cannot overflow and a full one is readable all the same, so the result says nothing of use.
  [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
}

bool Cancel::requested() const noexcept {
  return requested_.load() && shields_.load() == 0;
}

int Cancel::fd() const noexcept {
  return shields_.load() == 0 ? fd_ : -1;
}

Error interrupted() {
  return {Errc::interrupted, "interrupted", "what was begun is safe to repeat: run the same command again"};
}

}  // namespace epki

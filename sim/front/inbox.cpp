#include "sim/front/inbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace epki::sim {

Inbox::Inbox() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Inbox::~Inbox() {
  close(fd_);
}

void Inbox::post(Note note) {
  const std::lock_guard lock(guard_);
  notes_.push_back(std::move(note));
  const std::uint64_t one = 1;
  // The only failure is a counter that is already full, and then the descriptor is readable as it should be.
  [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
}

std::vector<Inbox::Note> Inbox::take() {
  const std::lock_guard lock(guard_);
  if (notes_.empty()) return {};
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = read(fd_, &count, sizeof count);
  return std::exchange(notes_, {});
}

}  // namespace epki::sim

#include "core/secret.hpp"

#include <string.h>  // explicit_bzero
#include <sys/mman.h>

#include <cstring>
#include <utility>

namespace epki {

Secret::Secret(std::size_t size) : data_(size == 0 ? nullptr : new std::byte[size]()), size_(size), capacity_(size) {
  // Best effort: RLIMIT_MEMLOCK may be small, and an unlocked secret is still wiped.
  if (data_ != nullptr) [[maybe_unused]]
    const int locked = ::mlock(data_, capacity_);
}

Secret::Secret(std::string_view text) : Secret(text.size()) {
  if (data_ != nullptr) std::memcpy(data_, text.data(), text.size());
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

Secret::~Secret() {
  release();
}

void Secret::release() noexcept {
  if (data_ == nullptr) return;
  wipe({data_, capacity_});
  // No munlock: the page may hold another secret, and an unlock counts for the whole page.
  delete[] data_;
  data_ = nullptr;
}

void Secret::shrink(std::size_t size) {
  if (size >= size_) return;
  wipe({data_ + size, size_ - size});
  size_ = size;
}

void wipe(std::span<std::byte> bytes) noexcept {
  ::explicit_bzero(bytes.data(), bytes.size());
}

}  // namespace epki

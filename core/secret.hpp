#pragma once
// Key material and passphrases: locked in memory where the system allows it, wiped when let go, and never printed.

#include <cstddef>
#include <span>
#include <string_view>

namespace epki {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text);
  explicit Secret(std::size_t size);  ///< that many zero bytes, to be filled through bytes()
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  Secret clone() const { return Secret(view()); }

  /// The only way to the bytes. Named so that every use stands out in a review.
  std::string_view view() const { return {reinterpret_cast<const char*>(data_), size_}; }
  std::span<std::byte> bytes() { return {data_, size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Shortens to `size` bytes; what falls off is wiped at once.
  void shrink(std::size_t size);

 private:
  void release() noexcept;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Overwrites a buffer in a way the compiler may not remove.
void wipe(std::span<std::byte> bytes) noexcept;

}  // namespace epki

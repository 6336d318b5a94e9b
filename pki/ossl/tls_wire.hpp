#pragma once
// Reading and writing the length-prefixed fields of TLS (RFC 5246, section 4). No OpenSSL: pure values.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace epki::ossl {

/// Takes fields from outside bytes. A field that does not fit ends the reading: it and all later ones are nothing.
class WireReader {
 public:
  explicit WireReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  bool failed() const { return failed_; }
  bool empty() const { return rest_.empty(); }

  /// A big-endian number of `width` bytes, at most 4; 0 when it does not fit.
  std::uint32_t number(std::size_t width) {
    std::uint32_t value = 0;
    for (const std::byte b : raw(width)) value = (value << 8U) | std::to_integer<std::uint32_t>(b);
    return value;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }

  std::span<const std::byte> raw(std::size_t size) {
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  /// A vector: a length of `width` bytes, then that many bytes.
  std::span<const std::byte> vector(std::size_t width) {
    const std::size_t size = number(width);
    return raw(size);
  }

 private:
  std::span<const std::byte> rest_;
  bool failed_ = false;
};

/// Puts fields together.
class WireWriter {
 public:
  WireWriter& number(std::uint32_t value, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) bytes_.push_back(static_cast<char>((value >> (8 * i)) & 0xffU));
    return *this;
  }
  WireWriter& u8(std::uint32_t value) { return number(value, 1); }
  WireWriter& u16(std::uint32_t value) { return number(value, 2); }
  WireWriter& raw(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  WireWriter& raw(std::span<const std::byte> bytes) {
    return raw(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
  /// A vector: the length of `content` in `width` bytes, then the content.
  WireWriter& vector(std::string_view content, std::size_t width) {
    return number(static_cast<std::uint32_t>(content.size()), width).raw(content);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace epki::ossl

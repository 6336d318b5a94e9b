#pragma once
// The wire: two functions with an absolute deadline. A serial port, a pseudo-terminal, a TCP connection and a test
// script all fit.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"

namespace epki::transport {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Waits for at least one byte. 0: the deadline passed first. Errc::modem_gone when the other side is gone for good,
  /// Errc::interrupted on cancel.
  virtual Result<std::size_t> read_some(std::span<std::byte> into, Deadline by) = 0;
  /// Writes all of it, or fails; a deadline that passes is Errc::modem_gone ("takes no more bytes").
  virtual Status write_all(std::span<const std::byte> bytes, Deadline by) = 0;
  virtual std::string name() const = 0;  ///< for messages: the path, or tcp:HOST:PORT
};

/// A serial port or pseudo-terminal: raw 8N1, exclusive (TIOCEXCL and an advisory lock), input flushed.
/// Errc::modem_gone when it does not exist or is in use (the sentence says by whom where that can be known), Errc::disk
/// for no permission (hint: the dialout group).
Result<std::unique_ptr<ByteStream>> open_serial(const std::string& path, std::int64_t baud, const Cancel& cancel);

/// Serial over network (ser2net, an emulator). Blocks until connected or the deadline.
Result<std::unique_ptr<ByteStream>> open_tcp(const std::string& host, std::uint16_t port, Deadline by,
                                             const Cancel& cancel);

}  // namespace epki::transport

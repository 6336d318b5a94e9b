#pragma once
// The wire: two functions with an absolute deadline. A serial port, a pseudo-terminal, a TCP connection and a test
// script all fit.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

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
  /// The line's speed in baud; 0: this wire has none of its own (a network, a program).
  virtual std::int64_t speed() const { return 0; }
  /// Once what was written has left. Errc::usage for a speed that the port does not run at.
  virtual Status set_speed(std::int64_t baud);
  /// How often the port went away and came back, or is away now: whoever counts on what the modem was told before must
  /// ask whether this has grown.
  virtual std::size_t losses() const { return 0; }
};

struct SerialOptions {
  std::int64_t baud = 115200;
  bool rts_cts = false;  ///< hardware flow control: only where both lines are wired
  /// Where the lock file for a serial port goes (LCK..ttyUSB0, as other serial programs make it); none where this
  /// folder is not there or not writable. Pseudo-terminals get none: their names are used again and again.
  std::filesystem::path lock_folder = "/run/lock";
};

/// A serial port or pseudo-terminal: raw 8N1, exclusive (TIOCEXCL, an advisory lock and a lock file), input flushed.
/// Errc::modem_gone when it does not exist or is in use (the sentence says by whom where that can be known), Errc::disk
/// for no permission (hint: the dialout group).
Result<std::unique_ptr<ByteStream>> open_serial(const std::string& path, const SerialOptions& options,
                                                const Cancel& cancel);
Result<std::unique_ptr<ByteStream>> open_serial(const std::string& path, std::int64_t baud, const Cancel& cancel);
/// The speeds a serial port can be set to, ascending.
std::vector<std::int64_t> serial_speeds();

/// Serial over network (ser2net, an emulator). Blocks until connected or the deadline.
Result<std::unique_ptr<ByteStream>> open_tcp(const std::string& host, std::uint16_t port, Deadline by,
                                             const Cancel& cancel);

/// A program that carries the bytes on its standard input and output, for boards that are reached through something
/// else only (`ssh line7 socat - /dev/ttyUSB0,raw`). Run by `sh -c`; ended with the stream. Its standard error is ours.
Result<std::unique_ptr<ByteStream>> open_program(const std::string& command, const Cancel& cancel);

/// A port that may be unplugged and plugged in again, or goes away while the modem restarts, as USB ports do. While it
/// is away, what is written is lost, as it is with a modem that is switched off, and reads wait. Away for longer than
/// `patience`, it is Errc::modem_gone. `open` is asked again and again, and may find the port under another name.
using OpenPort = std::function<Result<std::unique_ptr<ByteStream>>()>;
std::unique_ptr<ByteStream> keep_open(std::unique_ptr<ByteStream> opened, OpenPort open,
                                      std::chrono::milliseconds patience, const Cancel& cancel);

}  // namespace epki::transport

#pragma once
// A ByteStream over one non-blocking descriptor: what serial ports, pseudo-terminals and sockets share.

#include <functional>
#include <string>

#include "core/cancel.hpp"
#include "provision/transport/byte_stream.hpp"

namespace epki::transport {

class FdStream : public ByteStream {
 public:
  /// Owns `fd`, which must be non-blocking. `before_close` runs once before it is closed.
  FdStream(int fd, std::string name, const Cancel& cancel, std::function<void(int)> before_close = {});
  ~FdStream() override;
  FdStream(const FdStream&) = delete;
  FdStream& operator=(const FdStream&) = delete;

  Result<std::size_t> read_some(std::span<std::byte> into, Deadline by) override;
  Status write_all(std::span<const std::byte> bytes, Deadline by) override;
  std::string name() const override { return name_; }

 protected:
  int fd() const { return fd_; }
  Error gone(int error_number) const;

 private:
  enum class Woken : std::uint8_t { ready, deadline };
  Result<Woken> wait(short events, Deadline by);

  int fd_;
  bool socket_;
  std::string name_;
  const Cancel& cancel_;
  std::function<void(int)> before_close_;
};

}  // namespace epki::transport

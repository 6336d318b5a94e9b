#pragma once
// A real serial port on which the simulator plays the modem for a real board.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace epki::sim {

class SerialLine {
 public:
  /// Raw 8N1 at `baud`, for us alone. Errc::modem_gone when there is no such port or somebody has it, Errc::disk for no
  /// permission, Errc::usage for a rate this system does not have.
  static Result<SerialLine> open(const std::string& path, std::int64_t baud);
  SerialLine(SerialLine&& other) noexcept;
  SerialLine& operator=(SerialLine&&) = delete;
  ~SerialLine();

  int fd() const { return fd_; }
  const std::string& name() const { return name_; }
  /// Never blocks: empty when nothing waits. False in `there`: the port is gone.
  std::string read(bool& there);
  /// Never blocks: how many bytes went.
  std::size_t write(std::string_view bytes);

 private:
  SerialLine(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  int fd_;
  std::string name_;
};

}  // namespace epki::sim

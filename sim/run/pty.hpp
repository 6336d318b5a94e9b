#pragma once
// The modem's end of a pseudo-terminal.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace epki::sim {

/// Raw both ways. The host's side is kept open here too, so that a host may close it and come back.
class Pty {
 public:
  static Result<Pty> open();
  Pty(Pty&& other) noexcept;
  Pty& operator=(Pty&&) = delete;
  ~Pty();

  int fd() const { return master_; }
  const std::string& name() const { return name_; }  ///< "/dev/pts/3"
  /// The host's line speed in baud; 0 when it is none of the usual ones.
  std::int64_t speed() const;
  /// Never blocks: empty when nothing waits.
  std::string read();
  /// Never blocks: how many bytes went.
  std::size_t write(std::string_view bytes);
  /// The port vanishes: the host sees it hang up.
  void close();

 private:
  Pty(int master, int slave, std::string name) : master_(master), slave_(slave), name_(std::move(name)) {}
  int master_, slave_;
  std::string name_;
};

}  // namespace epki::sim

#pragma once
// The lock file that serial programs agree upon (Filesystem Hierarchy Standard 3.0, 5.9.2: /run/lock, LCK..<device>,
// the process number as ten characters and a line end).

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.hpp"

namespace epki::transport {

class PortLock {
 public:
  /// Nothing where the folder is not there or not writable: then nobody else of this account has locks there either.
  /// Errc::modem_gone where a process that lives holds the port. The file of one that has ended is replaced.
  static Result<std::optional<PortLock>> take(const std::filesystem::path& folder, const std::string& device);

  PortLock(PortLock&& other) noexcept;
  PortLock& operator=(PortLock&&) = delete;
  ~PortLock();  ///< gives the port back
  const std::filesystem::path& file() const { return file_; }

 private:
  explicit PortLock(std::filesystem::path file) : file_(std::move(file)) {}
  std::filesystem::path file_;
};

}  // namespace epki::transport

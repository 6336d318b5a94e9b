#pragma once
// One process at a time, for work on several files that belong together.

#include <filesystem>
#include <string_view>

#include "core/cancel.hpp"
#include "core/descriptor.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"

namespace epki {

/// Held as long as the value lives; a process that ends, however, lets go of it (flock(2)). The file stays.
class FileLock {
 public:
  /// Makes the file, mode 0600, and its folder, 0700. Waits until no other process holds it, and says so: `what` is the
  /// work, "a renewal". Errc::interrupted, Errc::disk.
  static Result<FileLock> take(const std::filesystem::path& file, std::string_view what, const Cancel& cancel,
                               Reporter& reporter);

 private:
  explicit FileLock(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

}  // namespace epki

#pragma once
// One process at a time, for work on several files that belong together.

#include <filesystem>
#include <optional>
#include <string_view>

#include "core/cancel.hpp"
#include "core/descriptor.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"

namespace epki {

/// Opens the file, makes it where it is not there (mode 0600; its folder must be there), and locks it (flock(2))
/// without waiting. Nothing: another process holds it. What is returned still has its name: a file that its last holder
/// removed meanwhile is opened anew. Closing it lets go of it. Errc::disk.
Result<std::optional<Descriptor>> lock_file(const std::filesystem::path& file);

/// Whether the name still leads to the open file: another process may have removed it, or put another one there.
bool still_named(int fd, const std::filesystem::path& file);

/// Held as long as the value lives; a process that ends, however, lets go of it. The file stays.
class FileLock {
 public:
  /// Makes the file's folder too, mode 0700. Waits until no other process holds it, and says so: `what` is the work,
  /// "a renewal". Errc::interrupted, Errc::disk.
  static Result<FileLock> take(const std::filesystem::path& file, std::string_view what, const Cancel& cancel,
                               Reporter& reporter);

 private:
  explicit FileLock(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

}  // namespace epki

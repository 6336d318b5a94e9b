#pragma once
// Files, with the care that keys need: created with their final mode, never through a shorter-lived wider one.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace epki {

/// The whole file. Errc::input when it does not exist or is larger than `limit` bytes, Errc::disk when it cannot be
/// read.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit = 64U << 20U);

/// How far a new file is synced. One who writes several into one folder needs the folder synced once, with the last.
enum class Sync : std::uint8_t { file, file_and_folder };

/// Creates a file that must not exist yet, with `mode` from its first byte, synced to disk. Errc::disk otherwise.
Status write_new_file(const std::filesystem::path& path, std::string_view content, unsigned mode,
                      Sync sync = Sync::file_and_folder);

/// The same, but under its name it is whole or not there at all: written beside it and renamed, unless the name is
/// taken by then. For what others may already be waiting for.
Status publish_new_file(const std::filesystem::path& path, std::string_view content, unsigned mode);

/// Success when `size` bytes can be written under this name: tried, in a file beside it that is gone again afterwards.
/// For what must not be begun when its result cannot be handed over; the room may be gone later all the same.
Status try_room_for(const std::filesystem::path& path, std::size_t size);

/// Makes the names in a file's folder durable, e.g. after a link or an unlink.
Status sync_folder_of(const std::filesystem::path& path);

/// Writes beside `path` and renames over it, so that a reader sees the old or the new content, never a part.
Status replace_file(const std::filesystem::path& path, std::string_view content, unsigned mode);

/// Makes the folder and its parents; an existing folder is fine.
Status make_folder(const std::filesystem::path& path, unsigned mode = 0755);

/// errno as an Error: "<doing> <path>: <reason>", Errc::disk, with a hint for the usual causes (full, no permission).
Error disk_error(std::string_view doing, const std::filesystem::path& path, int error_number);

/// A folder of its own under the system's temporary folder, mode 0700, removed with all its content at the end.
class TemporaryFolder {
 public:
  static Result<TemporaryFolder> make(std::string_view stem);
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace epki

#pragma once
// Files in one piece, as a POSIX tar archive (IEEE 1003.1, pax) that tar(1) reads too. The library behind it stays in
// archive.cpp.

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace epki {

/// A file of an archive; `content` is wiped with it, for it may be a key.
struct ArchivedFile {
  std::string name;  ///< relative, with slashes
  unsigned mode = 0644;
  std::string content;

  ArchivedFile(std::string file_name, unsigned file_mode, std::string file_content)
      : name(std::move(file_name)), mode(file_mode), content(std::move(file_content)) {}
  ArchivedFile(ArchivedFile&&) noexcept = default;
  ArchivedFile& operator=(ArchivedFile&&) noexcept = default;
  ArchivedFile(const ArchivedFile&) = delete;
  ArchivedFile& operator=(const ArchivedFile&) = delete;
  ~ArchivedFile() { wipe(std::as_writable_bytes(std::span(content))); }
};

/// All in memory: as large as the files. Errc::internal when the library cannot, Errc::input for a build without it.
Result<std::string> write_archive(const std::vector<ArchivedFile>& files);

/// Errc::input when the bytes are no archive, are cut, or hold anything but files with relative names that stay below
/// the folder they are unpacked in.
Result<std::vector<ArchivedFile>> read_archive(std::string_view bytes);

}  // namespace epki

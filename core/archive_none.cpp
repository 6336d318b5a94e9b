// For a build without libarchive.

#include "core/archive.hpp"

namespace epki {

namespace {

Error without_archives() {
  return {Errc::input, "this ec200u-pki was built without archives (libarchive): it neither writes nor reads a backup",
          "use a build with them (EPKI_ARCHIVE=ON)"};
}

}  // namespace

Result<std::string> write_archive(const std::vector<ArchivedFile>& /*files*/) {
  return without_archives();
}

Result<std::vector<ArchivedFile>> read_archive(std::string_view /*bytes*/) {
  return without_archives();
}

}  // namespace epki

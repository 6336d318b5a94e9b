#include "core/archive.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <span>

#include "core/libarchive.hpp"
#include "core/secret.hpp"

namespace epki {

namespace {

struct FreeWriter {
  void operator()(archive* p) const noexcept { la().write_free(p); }
};
struct FreeReader {
  void operator()(archive* p) const noexcept { la().read_free(p); }
};
struct FreeEntry {
  void operator()(archive_entry* p) const noexcept { la().entry_free(p); }
};

la_ssize_t append(archive* /*from*/, void* into, const void* bytes, std::size_t size) {
  static_cast<std::string*>(into)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

std::string reason(archive* a) {
  const char* text = la().error_string(a);
  return text == nullptr ? "no reason given" : text;
}

Error unreadable(archive* a) {
  return {Errc::input, "the archive cannot be read: " + reason(a), "it is damaged or cut off"};
}

bool stays_below(const std::string& name) {
  const std::filesystem::path path(name);
  if (name.empty() || path.is_absolute()) return false;
  for (const auto& part : path)
    if (part == ".." || part.empty()) return false;
  return true;
}

Status write_one(archive* into, const ArchivedFile& file) {
  const std::unique_ptr<archive_entry, FreeEntry> entry(la().entry_new());
  if (!entry) return Error{Errc::internal, "no memory for the archive"};
  la().entry_set_pathname(entry.get(), file.name.c_str());
  la().entry_set_filetype(entry.get(), AE_IFREG);
  la().entry_set_perm(entry.get(), file.mode);
  la().entry_set_size(entry.get(), static_cast<la_int64_t>(file.content.size()));
  if (la().write_header(into, entry.get()) != ARCHIVE_OK ||
      la().write_data(into, file.content.data(), file.content.size()) != static_cast<la_ssize_t>(file.content.size()))
    return Error{Errc::internal, "writing " + file.name + " into the archive: " + reason(into)};
  return success();
}

Result<ArchivedFile> read_one(archive* from, archive_entry* entry) {
  const char* pathname = la().entry_pathname(entry);
  const std::string name = pathname == nullptr ? "" : pathname;
  if (la().entry_filetype(entry) != AE_IFREG || !stays_below(name))
    return Error{Errc::input, "the archive holds something that no backup does: \"" + name + "\"",
                 "it was not written by this program"};
  ArchivedFile file(name, la().entry_perm(entry), {});
  file.content.resize(static_cast<std::size_t>(std::max<la_int64_t>(la().entry_size(entry), 0)));
  const auto read = la().read_data(from, file.content.data(), file.content.size());
  if (read != static_cast<la_ssize_t>(file.content.size())) return unreadable(from);
  return file;
}

}  // namespace

Result<std::string> write_archive(const std::vector<ArchivedFile>& files) {
  if (auto there = load_libarchive(); !there) return std::move(there).error();
  std::string bytes;
  std::size_t size = 10240;
  for (const auto& file : files) size += file.content.size() + 2048;
  bytes.reserve(size);  // growing would leave copies of keys behind
  const std::unique_ptr<archive, FreeWriter> out(la().write_new());
  // A device may be called by any word, and the program may run in any locale, at night in "C": such names go as bytes.
  // Others do not, because GNU tar, which may have to read this one day, remarks on it at every file.
  const bool beyond_ascii = std::any_of(files.begin(), files.end(), [](const ArchivedFile& file) {
    return std::any_of(file.name.begin(), file.name.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7e; });
  });
  if (!out || la().write_set_format_pax_restricted(out.get()) != ARCHIVE_OK ||
      (beyond_ascii && la().write_set_options(out.get(), "hdrcharset=BINARY") != ARCHIVE_OK) ||
      la().write_open(out.get(), &bytes, nullptr, append, nullptr) != ARCHIVE_OK)
    return Error{Errc::internal, "the archive could not be begun"};
  for (const auto& file : files)
    if (auto written = write_one(out.get(), file); !written) return std::move(written).error();
  if (la().write_close(out.get()) != ARCHIVE_OK)
    return Error{Errc::internal, "ending the archive: " + reason(out.get())};
  return bytes;
}

Result<std::vector<ArchivedFile>> read_archive(std::string_view bytes) {
  if (auto there = load_libarchive(); !there) return std::move(there).error();
  const std::unique_ptr<archive, FreeReader> in(la().read_new());
  if (!in || la().read_support_format_tar(in.get()) != ARCHIVE_OK)
    return Error{Errc::internal, "the archive could not be begun"};
  if (la().read_open_memory(in.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return unreadable(in.get());
  std::vector<ArchivedFile> files;
  for (;;) {
    archive_entry* entry = nullptr;
    const int next = la().read_next_header(in.get(), &entry);
    if (next == ARCHIVE_EOF) return files;
    if (next != ARCHIVE_OK) return unreadable(in.get());
    auto file = read_one(in.get(), entry);
    if (!file) return std::move(file).error();
    files.push_back(*std::move(file));
  }
}

}  // namespace epki

#pragma once
// libarchive, loaded when the first archive is written or read. Linked, it would bring a dozen libraries (XML, Unicode,
// five ways of packing) into every command: docs/decisions/0012-libraries-when-needed.md.

#include <archive.h>
#include <archive_entry.h>

#include "core/result.hpp"

namespace epki {

/// libarchive's functions, each under its own name without archive_. Null before load_libarchive() has succeeded.
struct Libarchive {
#define EPKI_LIBARCHIVE_FUNCTIONS(X) \
  X(entry_filetype)                  \
  X(entry_free)                      \
  X(entry_new)                       \
  X(entry_pathname)                  \
  X(entry_perm)                      \
  X(entry_set_filetype)              \
  X(entry_set_pathname)              \
  X(entry_set_perm)                  \
  X(entry_set_size)                  \
  X(entry_size)                      \
  X(error_string)                    \
  X(read_data)                       \
  X(read_free)                       \
  X(read_new)                        \
  X(read_next_header)                \
  X(read_open_memory)                \
  X(read_support_format_tar)         \
  X(write_close)                     \
  X(write_data)                      \
  X(write_free)                      \
  X(write_header)                    \
  X(write_new)                       \
  X(write_open)                      \
  X(write_set_format_pax_restricted) \
  X(write_set_options)
// NOLINTNEXTLINE(bugprone-macro-parentheses): a member is named, which parentheses would make an expression
#define EPKI_LIBARCHIVE_MEMBER(name) decltype(&::archive_##name) name = nullptr;
  EPKI_LIBARCHIVE_FUNCTIONS(EPKI_LIBARCHIVE_MEMBER)
#undef EPKI_LIBARCHIVE_MEMBER
};

/// Loads libarchive.so.13 once for the process. Blocks on the disk. Errc::input when it is not installed or too old; a
/// later call says the same again.
Status load_libarchive();

/// The loaded functions: load_libarchive() comes before.
const Libarchive& la();

}  // namespace epki

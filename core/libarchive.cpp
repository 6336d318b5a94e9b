#include "core/libarchive.hpp"

#include "core/late_library.hpp"

namespace epki {

namespace {

struct Loaded {
  LateLibrary library{"libarchive.so.13"};
  Libarchive functions{};

  Loaded() {
#define EPKI_LIBARCHIVE_FIND(name) library.find("archive_" #name, functions.name);
    EPKI_LIBARCHIVE_FUNCTIONS(EPKI_LIBARCHIVE_FIND)
#undef EPKI_LIBARCHIVE_FIND
  }
};

const Loaded& loaded() {
  static const Loaded once;
  return once;
}

}  // namespace

Status load_libarchive() {
  const auto& failure = loaded().library.failure();
  if (failure.empty()) return success();
  return Error{Errc::input, "archives are neither written nor read, because their library cannot be used: " + failure,
               "install libarchive (Debian: libarchive13)"};
}

const Libarchive& la() {
  return loaded().functions;
}

}  // namespace epki

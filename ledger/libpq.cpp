#include "ledger/libpq.hpp"

#include <dlfcn.h>

#include <string>

namespace epki::ledger {

namespace {

constexpr const char* library = "libpq.so.5";

struct Loaded {
  Libpq functions{};
  std::string failure{};  ///< empty: all functions are there
};

// Never unloaded: connections may live in threads that end after main() does.
Loaded load() {
  Loaded loaded;
  void* handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* said = ::dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps it for each thread
    loaded.failure = said != nullptr ? said : library;
    return loaded;
  }
#define EPKI_LIBPQ_FIND(name)                                                                             \
  loaded.functions.name = reinterpret_cast<decltype(loaded.functions.name)>(::dlsym(handle, "PQ" #name)); \
  if (loaded.functions.name == nullptr) loaded.failure = std::string(library) + " has no PQ" #name;
  EPKI_LIBPQ_FUNCTIONS(EPKI_LIBPQ_FIND)
#undef EPKI_LIBPQ_FIND
  return loaded;
}

const Loaded& loaded() {
  static const Loaded once = load();
  return once;
}

}  // namespace

Status load_libpq() {
  if (loaded().failure.empty()) return success();
  return Error{Errc::input, "the ledger is on a PostgreSQL server, and its library cannot be used: " + loaded().failure,
               "install PostgreSQL's client library of version 14 or later (Debian: libpq5)"};
}

const Libpq& pq() {
  return loaded().functions;
}

}  // namespace epki::ledger

#include "ledger/libpq.hpp"

#include "core/late_library.hpp"

namespace epki::ledger {

namespace {

struct Loaded {
  LateLibrary library{"libpq.so.5"};
  Libpq functions{};

  Loaded() {
#define EPKI_LIBPQ_FIND(name) library.find("PQ" #name, functions.name);
    EPKI_LIBPQ_FUNCTIONS(EPKI_LIBPQ_FIND)
#undef EPKI_LIBPQ_FIND
  }
};

const Loaded& loaded() {
  static const Loaded once;
  return once;
}

}  // namespace

Status load_libpq() {
  const auto& failure = loaded().library.failure();
  if (failure.empty()) return success();
  return Error{Errc::input, "the ledger is on a PostgreSQL server, and its library cannot be used: " + failure,
               "install PostgreSQL's client library of version 14 or later (Debian: libpq5)"};
}

const Libpq& pq() {
  return loaded().functions;
}

}  // namespace epki::ledger

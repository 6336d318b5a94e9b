// For a build without PostgreSQL.

#include "ledger/server.hpp"

namespace epki::ledger {

namespace {

Error without_server() {
  return {
      Errc::input, "this ec200u-pki was built without PostgreSQL, and the ledger's address is a PostgreSQL server",
      "use a build with it (EPKI_POSTGRESQL=ON), or take ledger.url out of the project file to keep the ledger in a "
      "file"};
}

}  // namespace

Result<std::unique_ptr<ServerConnecting>> start_connecting(const std::string& /*url*/,
                                                           std::chrono::milliseconds /*busy*/) {
  return without_server();
}

Result<std::unique_ptr<Database>> connect_to_server(const std::string& /*url*/, std::chrono::milliseconds /*busy*/) {
  return without_server();
}

}  // namespace epki::ledger

#pragma once
// A ledger on a database server, as the rest of the room sees it. A build without PostgreSQL (EPKI_POSTGRESQL=OFF) has
// server_none.cpp in place of server_postgres.cpp.

#include <chrono>
#include <memory>
#include <string>

#include "core/clock.hpp"
#include "ledger/database.hpp"

namespace epki::ledger {

/// A connection that is being made, a piece at a time.
class ServerConnecting {
 public:
  virtual ~ServerConnecting() = default;
  /// The database, or null when the connection is not made yet at the deadline. Errc::ledger when it cannot be made.
  virtual Result<std::unique_ptr<Database>> advance(Deadline deadline) = 0;
};

/// Begins to connect and does not wait. Errc::input when the URL cannot be understood or this build knows no server.
Result<std::unique_ptr<ServerConnecting>> start_connecting(const std::string& url, std::chrono::milliseconds busy);

/// Connects, waiting at most `busy`; statements wait for others as long. Errors as above.
Result<std::unique_ptr<Database>> connect_to_server(const std::string& url, std::chrono::milliseconds busy);

}  // namespace epki::ledger

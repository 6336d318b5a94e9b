#pragma once
// A PostgreSQL of the tests' own: its data in a temporary folder, reached through a socket in that folder, no port.

#include <memory>
#include <optional>
#include <string>

#include "core/child.hpp"
#include "core/file.hpp"

namespace epki::ledger {

class PostgresServer {
 public:
  /// Why there is none on this machine; empty when there is.
  static std::string missing();
  /// initdb and start: about 1.5 s.
  static std::unique_ptr<PostgresServer> make(const std::string& more_options = "");

  /// A new, empty database.
  std::string new_database();
  std::string url(const std::string& database) const;

  void kill();            ///< SIGKILL, as when the power fails
  bool start();           ///< again, on the same data
  void stop_answering();  ///< SIGSTOP: the machine answers, the server does not
  void go_on();

  /// Runs SQL as its owner, as somebody else with another program would.
  std::string query(const std::string& database, const std::string& sql);

 private:
  PostgresServer(TemporaryFolder folder, std::string programs, std::string options)
      : folder_(std::move(folder)), programs_(std::move(programs)), options_(std::move(options)) {}
  std::string data() const { return (folder_.path() / "data").string(); }

  TemporaryFolder folder_;
  std::string programs_, options_;
  std::optional<Child> server_;
  int databases_ = 0;
};

/// One for the whole test program; null when there is none on this machine.
PostgresServer* shared_postgres();

}  // namespace epki::ledger

#include "ledger/tests/postgres_server.hpp"

#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <sstream>

#include "core/text.hpp"

namespace epki::ledger {

namespace {

Deadline soon() {
  return after(std::chrono::seconds(60));
}

std::string output_of(std::vector<std::string> argv) {
  auto child = Child::start({.argv = std::move(argv), .error_file = "/dev/null"});
  if (!child) return {};
  auto said = child->read_all(soon());
  return child->wait(soon()) == 0 && said ? *said : std::string{};
}

// The folder with initdb and postgres: not in PATH on Debian.
std::string programs_folder() {
  for (const auto& folder : {std::string(trimmed(output_of({"pg_config", "--bindir"}))),
                             std::string("/usr/lib/postgresql/15/bin"), std::string("/usr/bin")})
    if (!folder.empty() && ::access((folder + "/initdb").c_str(), X_OK) == 0) return folder;
  return {};
}

// PostgreSQL refuses to run as root.
std::vector<std::string> as_its_account(std::vector<std::string> argv) {
  if (::geteuid() != 0) return argv;
  std::vector<std::string> all{"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=TERM"};
  all.insert(all.end(), argv.begin(), argv.end());
  return all;
}

}  // namespace

std::string PostgresServer::missing() {
  if (programs_folder().empty()) return "PostgreSQL is not installed (Debian package postgresql)";
  if (::geteuid() == 0 && ::getpwnam("postgres") == nullptr) return "there is no account postgres to run it as";
  return {};
}

std::unique_ptr<PostgresServer> PostgresServer::make(const std::string& more_options) {
  auto folder = TemporaryFolder::make("ledger-postgres");
  if (!folder) return nullptr;
  if (::geteuid() == 0) {
    const auto* account = ::getpwnam("postgres");
    if (account == nullptr || ::chown(folder->path().c_str(), account->pw_uid, account->pw_gid) != 0) return nullptr;
  }
  std::unique_ptr<PostgresServer> server(new PostgresServer(std::move(*folder), programs_folder(), more_options));
  auto made = Child::start({.argv = as_its_account({server->programs_ + "/initdb", "-D", server->data(), "-U", "test",
                                                    "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"}),
                            .folder = "/",
                            .output_file = "/dev/null"});
  if (!made || made->wait(soon()) != 0 || !server->start()) return nullptr;
  return server;
}

bool PostgresServer::start() {
  // The log goes through a pipe to us: only what says that it is ready, and what ends it.
  std::string words;
  for (const auto& word : as_its_account({programs_ + "/postgres", "-D", data(), "-c", "listen_addresses=", "-c",
                                          "unix_socket_directories=" + folder_.path().string(), "-c", "fsync=off", "-c",
                                          "full_page_writes=off", "-c", "log_min_messages=log", "-c",
                                          "log_checkpoints=off", "-c", "max_connections=50"}))
    words += "'" + word + "' ";
  auto child = Child::start({.argv = {"sh", "-c", "exec " + words + options_ + " 2>&1"}, .folder = "/"});
  if (!child) return false;
  server_ = std::move(*child);
  for (;;) {
    const auto line = server_->read_line(soon());
    if (!line || !*line) return false;
    if ((*line)->find("ready to accept connections") != std::string::npos) return true;
  }
}

void PostgresServer::kill() {
  if (!server_) return;
  std::vector<pid_t> all;
  const auto pid = std::to_string(server_->pid());
  std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
  for (pid_t child = 0; children >> child;) all.push_back(child);
  server_->kill_now();
  for (const auto child : all) ::kill(child, SIGKILL);  // its own processes, known by their parent
  server_->wait(soon());
  server_.reset();
}

void PostgresServer::stop_answering() {
  const auto pid = std::to_string(server_->pid());
  std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
  server_->signal(SIGSTOP);
  for (pid_t child = 0; children >> child;) ::kill(child, SIGSTOP);
}

void PostgresServer::go_on() {
  const auto pid = std::to_string(server_->pid());
  std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
  for (pid_t child = 0; children >> child;) ::kill(child, SIGCONT);
  server_->signal(SIGCONT);
}

std::string PostgresServer::url(const std::string& database) const {
  return "postgresql://test@/" + database + "?host=" + folder_.path().string();
}

std::string PostgresServer::new_database() {
  const auto name = "ledger_" + std::to_string(++databases_);
  query("postgres", "CREATE DATABASE " + name);
  return url(name);
}

std::string PostgresServer::query(const std::string& database, const std::string& sql) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
      PQconnectdb((database.find("://") != std::string::npos ? database : url(database)).c_str()), &PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()), &PQclear);
  const auto status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK) return "ok";
  if (status != PGRES_TUPLES_OK) return std::string("error: ") + PQerrorMessage(connection.get());
  return PQntuples(result.get()) == 0 ? "" : PQgetvalue(result.get(), 0, 0);
}

PostgresServer* shared_postgres() {
  static const std::unique_ptr<PostgresServer> server =
      PostgresServer::missing().empty() ? PostgresServer::make() : nullptr;
  return server.get();
}

}  // namespace epki::ledger

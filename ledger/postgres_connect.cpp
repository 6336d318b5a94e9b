// Making a connection to PostgreSQL, and the text of a statement as PostgreSQL wants it.

#include <poll.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/poll.hpp"
#include "ledger/postgres.hpp"

namespace epki::ledger {

namespace {

std::string first_line(const char* text) {
  std::string line(text != nullptr ? text : "");
  return line.substr(0, line.find('\n'));
}

Error not_reachable(PGconn* handle) {
  return {Errc::ledger, "the ledger's database is not reachable: " + first_line(pq().errorMessage(handle)),
          "check [ledger] url in the project file, that the database server runs, and that this account may log in"};
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string replace_word(const std::string& sql, std::string_view word, std::string_view by) {
  std::string out;
  for (std::size_t at = 0; at < sql.size();) {
    const bool starts = at == 0 || !is_word(sql[at - 1]);
    const auto end = at + word.size();
    if (starts && sql.compare(at, word.size(), word) == 0 && (end == sql.size() || !is_word(sql[end]))) {
      out += by;
      at = end;
    } else {
      out += sql[at++];
    }
  }
  return out;
}

}  // namespace

std::string postgres_places(const std::string& sql) {
  std::string out;
  int next = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    const char c = sql[at];
    if (c == '\'') quoted = !quoted;
    if (c != '?' || quoted) {
      out += c;
      continue;
    }
    out += '$';
    if (at + 1 < sql.size() && std::isdigit(static_cast<unsigned char>(sql[at + 1])) != 0)
      continue;  // the number follows
    out += std::to_string(++next);
  }
  return out;
}

std::string postgres_types(const std::string& sql) {
  return replace_word(replace_word(sql, "INTEGER", "BIGINT"), "TEXT", "TEXT COLLATE \"C\"");
}

Result<PostgresConnecting> PostgresConnecting::start(const std::string& url) {
  if (auto loaded = load_libpq(); !loaded) return std::move(loaded).error();
  // A slip of the pen is no database that is away: nobody would ever bring home what was recorded without it.
  char* why = nullptr;
  PQconninfoOption* parsed = pq().conninfoParse(url.c_str(), &why);
  pq().freemem(why);  // it may repeat a password
  pq().conninfoFree(parsed);
  if (parsed == nullptr)
    return Error{Errc::input, "the ledger's address cannot be understood",
                 "mend [ledger] url in the project file: postgresql://USER@HOST/DATABASE?sslmode=verify-full"};
  // What the URL says comes last and wins. A peer that vanished is noticed within about fifteen seconds.
  const std::array<const char*, 9> names{"connect_timeout",           "keepalives_idle",  "keepalives_interval",
                                         "keepalives_count",          "tcp_user_timeout", "application_name",
                                         "fallback_application_name", "dbname",           nullptr};
  const std::array<const char*, 9> values{"10", "5", "3", "3", "15000", nullptr, "ec200u-pki", url.c_str(), nullptr};
  PostgresHandle handle(pq().connectStartParams(names.data(), values.data(), 1));
  if (!handle) return Error{Errc::internal, "no memory for a connection to the ledger's database"};
  if (pq().status(handle.get()) == CONNECTION_BAD) return not_reachable(handle.get());
  return PostgresConnecting(std::move(handle));
}

Result<PostgresHandle> PostgresConnecting::advance(Deadline deadline) {
  for (;;) {
    pollfd one{pq().socket(handle_.get()), static_cast<short>(wants_to_write_ ? POLLOUT : POLLIN), 0};
    const int ready = ::poll(&one, 1, milliseconds_until(deadline));
    if (ready < 0) continue;  // a signal; the deadline stands
    if (ready == 0) return PostgresHandle{};
    switch (pq().connectPoll(handle_.get())) {
      case PGRES_POLLING_OK: return std::move(handle_);
      case PGRES_POLLING_FAILED: return not_reachable(handle_.get());
      case PGRES_POLLING_WRITING: wants_to_write_ = true; break;
      default: wants_to_write_ = false; break;
    }
  }
}

Result<std::unique_ptr<PostgresDatabase>> PostgresDatabase::connect(const std::string& url,
                                                                    std::chrono::milliseconds busy) {
  auto connecting = PostgresConnecting::start(url);
  if (!connecting) return std::move(connecting).error();
  auto handle = connecting->advance(after(busy));
  if (!handle) return std::move(handle).error();
  if (!*handle)
    return Error{Errc::ledger, "the ledger's database does not answer",
                 "check [ledger] url in the project file, that the database server runs, and the network to it"};
  return adopt(std::move(*handle), url, busy);
}

}  // namespace epki::ledger

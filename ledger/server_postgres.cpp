#include "ledger/postgres.hpp"
#include "ledger/server.hpp"

namespace epki::ledger {

namespace {

class ConnectingToPostgres final : public ServerConnecting {
 public:
  ConnectingToPostgres(PostgresConnecting connecting, std::string url, std::chrono::milliseconds busy)
      : connecting_(std::move(connecting)), url_(std::move(url)), busy_(busy) {}

  Result<std::unique_ptr<Database>> advance(Deadline deadline) override {
    auto handle = connecting_.advance(deadline);
    if (!handle) return std::move(handle).error();
    if (!*handle) return std::unique_ptr<Database>();
    auto adopted = PostgresDatabase::adopt(std::move(*handle), url_, busy_);
    if (!adopted) return std::move(adopted).error();
    return std::unique_ptr<Database>(std::move(*adopted));
  }

 private:
  PostgresConnecting connecting_;
  std::string url_;
  std::chrono::milliseconds busy_;
};

}  // namespace

Result<std::unique_ptr<ServerConnecting>> start_connecting(const std::string& url, std::chrono::milliseconds busy) {
  auto started = PostgresConnecting::start(url);
  if (!started) return std::move(started).error();
  return std::unique_ptr<ServerConnecting>(std::make_unique<ConnectingToPostgres>(std::move(*started), url, busy));
}

Result<std::unique_ptr<Database>> connect_to_server(const std::string& url, std::chrono::milliseconds busy) {
  auto connected = PostgresDatabase::connect(url, busy);
  if (!connected) return std::move(connected).error();
  return std::unique_ptr<Database>(std::move(*connected));
}

}  // namespace epki::ledger

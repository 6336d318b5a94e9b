// Many statements on the way at once (PostgreSQL documentation, "Pipeline Mode"): a row costs its work, not a round
// trip.

#include <poll.h>

#include "core/poll.hpp"
#include "ledger/postgres.hpp"

namespace epki::ledger {

namespace {

constexpr int most_queued = 256;

}  // namespace

Status PostgresDatabase::queue(const std::string& sql, const std::vector<std::string>& values) {
  const auto name = prepared(sql);
  if (!name) return name.error();
  if (lost_) return gone("");
  auto* handle = handle_.get();
  if (queued_ == 0 && pq().enterPipelineMode(handle) != 1) return gone(pq().errorMessage(handle));
  std::vector<const char*> texts;
  texts.reserve(values.size());
  for (const auto& value : values) texts.push_back(value.c_str());
  if (pq().sendQueryPrepared(handle, name->c_str(), static_cast<int>(texts.size()), texts.data(), nullptr, nullptr,
                             0) != 1)
    return gone(pq().errorMessage(handle));
  return ++queued_ < most_queued ? success() : settle_queue();
}

Status PostgresDatabase::settle_queue() {
  if (queued_ == 0 || lost_) return success();
  state_.clear();
  auto read = read_queue();
  queued_ = 0;
  if (lost_) return read;
  if (pq().exitPipelineMode(handle_.get()) != 1) return gone(pq().errorMessage(handle_.get()));
  return read;
}

// Reads until the mark at the end; the first failure counts, those after it only say that it failed.
Status PostgresDatabase::read_queue() {
  auto* handle = handle_.get();
  if (pq().pipelineSync(handle) != 1) return gone(pq().errorMessage(handle));
  const auto deadline = patience();
  Status all = success();
  for (;;) {
    const int flushed = pq().flush(handle);
    if (flushed < 0 || pq().consumeInput(handle) != 1) return gone(pq().errorMessage(handle));
    if (pq().isBusy(handle) != 0) {
      pollfd wait{pq().socket(handle), static_cast<short>(flushed == 1 ? POLLIN | POLLOUT : POLLIN), 0};
      if (::poll(&wait, 1, milliseconds_until(deadline)) == 0) return gone("it is silent");
      continue;
    }
    PostgresResult one(pq().getResult(handle));
    if (!one) continue;  // between the results of two statements
    const auto status = pq().resultStatus(one.get());
    if (status == PGRES_PIPELINE_SYNC) return all;
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_ABORTED) continue;
    if (pq().status(handle) == CONNECTION_BAD) return gone(pq().errorMessage(handle));
    auto failed = judge(std::move(one));
    if (!failed && all) all = std::move(failed).error();
  }
}

}  // namespace epki::ledger

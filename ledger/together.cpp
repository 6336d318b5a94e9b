// Events of many threads in one transaction of a ledger's file. 256 slots that come to the same step at the same time
// would stand in line for 256 transactions, each with its own begin, commit and pages of the same few tables.

#include <algorithm>
#include <utility>

#include "ledger/impl.hpp"

namespace epki::ledger {

Status Ledger::Impl::record_in_file(std::string_view kind, const Rows& rows, Kept kept) {
  Waiting mine{.kind = kind, .key = random_key(), .rows = rows};
  std::unique_lock guard(waiting_mutex);
  // It is taken out again, by whoever writes it, before it is done.
  // cppcheck-suppress danglingLifetime
  waiting.push_back(&mine);
  // One writes for all. Were it a lock that they wait for, each would wake by itself, one after the other, only to find
  // that its event is written.
  mine.woken.wait(guard, [&] { return mine.done || !one_writes; });
  if (!mine.done) {
    one_writes = true;
    guard.unlock();
    const auto all = write_waiting();
    guard.lock();
    one_writes = false;
    for (auto* one : all) {
      one->done = true;
      one->woken.notify_one();
    }
    if (!waiting.empty()) waiting.front()->woken.notify_one();
  }
  guard.unlock();
  // Without the lock: while this thread waits for the disk, others write what the same flush will serve.
  return mine.result && kept == Kept::flushed ? mine.durable() : std::move(mine.result);
}

std::vector<Ledger::Impl::Waiting*> Ledger::Impl::write_waiting() {
  const std::lock_guard lock(mutex);
  std::vector<Waiting*> all;
  {
    // Not before the ledger is ours: until then more may come.
    const std::lock_guard guard(waiting_mutex);
    all.swap(waiting);
  }
  // One that is refused takes the others along: then each is written for itself, and only it fails.
  if (all.size() < 2 || !write_together(all))
    for (auto* one : all) write_alone(*one);
  return all;
}

bool Ledger::Impl::write_together(const std::vector<Waiting*>& all) {
  auto transaction = Transaction::write(*database);
  if (!transaction) {
    // A ledger that stays locked was waited for, once for all of them.
    for (auto* one : all) one->result = transaction.error();
    return true;
  }
  for (auto* one : all) {
    auto writing = Writing::within(*database, random(), words(one->kind, one->key));
    if (!writing) return false;
    const auto detail = one->rows(*writing);
    if (!detail || !writing->fill(detail->dump(-1))) return false;
  }
  auto committed = transaction->commit_soon();
  if (!committed) return false;
  for (auto* one : all) {
    one->result = success();
    one->durable = *committed;
  }
  return true;
}

void Ledger::Impl::write_alone(Waiting& one) {
  auto committed = write_event(*database, one.kind, one.key, one.rows);
  one.result = committed ? success() : Status(committed.error());
  if (committed) one.durable = *std::move(committed);
}

Result<Durable> Ledger::Impl::write_event(Database& into, std::string_view kind, const std::string& key,
                                          const Rows& rows) {
  auto writing = Writing::begin(into, random(), words(kind, key));
  if (!writing) return std::move(writing).error();
  const auto detail = rows(*writing);
  if (!detail) return detail.error();
  return writing->finish_soon(detail->dump(-1));
}

}  // namespace epki::ledger

// Where the ledger is: opening it, one call after another, long reads, and going on without the database.

#include "core/text.hpp"
#include "ledger/impl.hpp"
#include "ledger/merge.hpp"
#include "ledger/schema.hpp"
#include "ledger/sqlite.hpp"

namespace epki::ledger {

namespace {

// What a call may spend on merging what was recorded meanwhile.
constexpr std::chrono::milliseconds merge_budget{100};
// How long a call waits for a connection right after one broke: a server that restarts, or one that dropped only us.
constexpr std::chrono::milliseconds at_once{1000};

Error unreachable(const std::string& why) {
  return {Errc::ledger, why, "this needs the database: run the same command again when it is back"};
}

}  // namespace

Result<Ledger> Ledger::open(const std::filesystem::path& file, const Clock& clock, Options options) {
  auto database = open_file(file, options.busy, options.to_read ? Access::read : Access::write);
  if (!database) return std::move(database).error();
  return Ledger(std::make_unique<Impl>(std::move(*database), clock, std::move(options)));
}

Result<Ledger> Ledger::open(const std::filesystem::path& file, const Clock& clock) {
  return open(file, clock, Options());
}

Result<Ledger> Ledger::empty(const Clock& clock, Options options) {
  auto folder = TemporaryFolder::make("ec200u-pki-no-ledger");
  if (!folder) return std::move(folder).error();
  auto ledger = open(folder->path() / "ledger.db", clock, std::move(options));
  if (ledger) ledger->impl().only_for_now.emplace(*std::move(folder));
  return ledger;
}

Result<Ledger> Ledger::connect(const std::string& url, const Clock& clock, Options options) {
  auto impl = std::make_unique<Impl>(nullptr, clock, std::move(options));
  impl->url = url;
  if (auto opened = impl->open_local_journal(); !opened) return std::move(opened).error();
  auto connected = connect_to_server(url, impl->options.busy);
  if (connected) {
    // A database that answers and cannot be used is no reason to go on without it.
    if (auto ready = migrate(**connected); !ready && !(*connected)->lost()) return std::move(ready).error();
    impl->database = std::move(*connected);
    if (auto merged = impl->merge_all(); !merged) return std::move(merged).error();
  } else {
    if (!impl->local || connected.error().code != Errc::ledger) return std::move(connected).error();
    impl->go_offline(connected.error().what);
  }
  return Ledger(std::move(impl));
}

Status Ledger::Impl::open_local_journal() {
  const auto& file = options.local_journal;
  if (file.empty()) return success();
  auto opened = open_file(file, options.busy, options.to_read ? Access::read : Access::write);
  if (!opened) {
    // Where none can be made, a reader needs none.
    std::error_code unknown;
    if (options.to_read && opened.error().code == Errc::disk && !std::filesystem::exists(file, unknown))
      return success();
    return std::move(opened).error();
  }
  if ((*opened)->unchanging()) {
    const auto left = unmerged_events(**opened);
    if (!left) return left.error();
    if (*left == 0) return success();
    return Error{Errc::disk,
                 file.string() + " holds " + counted(static_cast<std::size_t>(*left), "event") +
                     " that the ledger's database does not have, and cannot be merged here: nothing can be "
                     "written",
                 "run ec200u-pki ledger merge as an account that may write there, or copy the project into a folder "
                 "that you may write"};
  }
  if (auto indexed = index_for_merging(**opened); !indexed) return indexed;
  local = std::move(*opened);
  return success();
}

void Ledger::Impl::go_offline(std::string why) {
  database.reset();
  connecting.reset();
  next_attempt = after(options.retry);
  why_offline = std::move(why);
}

Status Ledger::Impl::reconnect(std::chrono::milliseconds patience) {
  if (!connecting) {
    auto started = start_connecting(url, options.busy);
    if (!started) return std::move(started).error();
    connecting = std::move(*started);
  }
  auto connected = connecting->advance(after(patience));
  if (!connected) return std::move(connected).error();
  if (!*connected) return success();  // not yet
  connecting.reset();
  if (auto ready = migrate(**connected); !ready) return ready;
  database = std::move(*connected);
  return success();
}

void Ledger::Impl::come_online(bool broke_just_now) {
  if (database && why_offline.empty()) return;
  const bool wait = broke_just_now || !local;
  // A connection in the making is looked at by every call, a new one is begun now and then.
  if (!wait && !connecting && std::chrono::steady_clock::now() < next_attempt) return;
  if (!database) {
    auto tried = reconnect(!local ? options.busy : wait ? at_once : std::chrono::milliseconds(0));
    if (!tried) return go_offline(tried.error().what);
    if (!database) {
      if (why_offline.empty()) why_offline = "the ledger's database does not answer";
      return;
    }
  }
  auto merged = merge_some(merge_budget);
  if (!merged) {
    // The line goes on locally, whatever keeps the journal from being merged; ledger merge says it aloud.
    if (database->lost()) return go_offline(merged.error().what);
    why_offline = merged.error().what;
    next_attempt = after(options.retry);
    return;
  }
  why_offline = *merged == 0 ? "" : "the local journal is being merged into the database";
}

Result<Database*> Ledger::Impl::reachable() {
  if (url.empty()) return database.get();
  come_online(false);
  if (database && !why_offline.empty())
    if (auto merged = merge_all(); !merged) return std::move(merged).error();
  if (database) return database.get();
  return unreachable(why_offline);
}

Status Ledger::Impl::with_database(Where where, const std::function<Status(Database& database)>& work) {
  const std::lock_guard lock(mutex);
  if (url.empty()) return work(*database);
  const bool may_go_local = local && where == Where::anywhere;
  for (int round = 0;; ++round) {
    if (may_go_local) {
      come_online(round > 0);
      if (!database || !why_offline.empty()) return work(*local);
    } else if (auto here = reachable(); !here) {
      return std::move(here).error();
    }
    auto done = work(*database);
    if (done || !database->lost()) return done;
    if (round == 0) {
      // The first thing to find out is whether it is there again: it may have committed before it went.
      database.reset();
      continue;
    }
    go_offline(done.error().what);
    return may_go_local ? work(*local) : done;
  }
}

Status Ledger::Impl::record(std::string_view kind, Where where, const Rows& rows, Kept kept) {
  if (url.empty()) return record_in_file(kind, rows, kept);
  const auto key = random_key();
  bool tried = false;
  Durable durable = success;
  auto recorded = with_database(where, [&](Database& into) -> Status {
    if (tried) {
      // The connection broke during the first attempt: it may have been committed all the same.
      const auto there = has_event(into, key);
      if (!there) return there.error();
      if (*there) return success();
    }
    tried = true;
    auto committed = write_event(into, kind, key, rows);
    if (!committed) return std::move(committed).error();
    durable = *std::move(committed);
    return success();
  });
  // Without the lock: while this thread waits for the disk, others write what the same flush will serve.
  return recorded && kept == Kept::flushed ? durable() : recorded;
}

Status Ledger::Impl::record(std::string_view kind, const Json& detail,
                            const std::function<Status(Writing& writing)>& rows, Kept kept) {
  const Rows with_detail = [&](Writing& writing) -> Result<Json> {
    if (auto written = rows(writing); !written) return std::move(written).error();
    return detail;
  };
  return record(kind, Where::anywhere, with_detail, kept);
}

Status Ledger::Impl::stream(const std::function<Status(Database& database)>& ask, Where where) {
  std::unique_ptr<Database> own;
  auto opened = with_database(where, [&](Database& from) -> Status {
    auto other = from.again();
    if (!other) return std::move(other).error();
    own = std::move(*other);
    return success();
  });
  if (!opened) return opened;
  auto view = Transaction::read(*own);
  if (!view) return std::move(view).error();
  // Nothing was written: that the view ends by a rollback makes no difference.
  return ask(*own);
}

}  // namespace epki::ledger

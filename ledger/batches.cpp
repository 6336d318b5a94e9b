#include "ledger/batches.hpp"

#include "core/text.hpp"
#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

Result<std::optional<Batch>> stored_batch(Database& database, std::string_view id) {
  Statement row(database,
                "SELECT b.name, b.source, b.total, coalesce((SELECT max(p.done) FROM batch_progress p WHERE p.batch ="
                " b.name), 0), e.at FROM batch b JOIN event e ON e.number = b.event WHERE b.name = ?");
  const auto found = row.bind(1, id).next();
  if (!found) return found.error();
  if (!*found) return std::optional<Batch>{};
  const auto at = stored_instant(database, row.text(4));
  if (!at) return at.error();
  return std::optional(Batch{row.text(0), row.text(1), row.number(2), row.number(3), *at});
}

Status same_list(const Batch& there, const std::string& source_sha256, std::int64_t rows_total) {
  if (there.source_sha256 == source_sha256 && there.rows_total == rows_total) return success();
  return Error{Errc::input,
               "batch " + there.id + " was begun with another list (" +
                   counted(static_cast<std::size_t>(there.rows_total), "row") + ", SHA-256 " +
                   there.source_sha256.substr(0, 12) + "…)",
               "give the list it was begun with, unchanged, or another batch name"};
}

}  // namespace

// What was added and not committed yet: the lock is held meanwhile.
struct CertificateWriter::State {
  Ledger::Impl& impl;
  std::string batch;
  std::int64_t stands_at;  ///< rows_done of the last commit
  std::string key{};
  std::unique_lock<std::mutex> lock{};
  std::optional<Writing> writing{};
  std::size_t added = 0;
  std::string first{}, last{};

  Status begin() {
    if (writing) return success();
    lock = std::unique_lock(impl.mutex);
    key = impl.random_key();
    auto database = impl.reachable();
    if (!database) return std::move(database).error();
    auto begun = Writing::begin(**database, impl.random(), impl.words("issued-batch", key));
    if (!begun) return give_up(std::move(begun).error());
    writing.emplace(std::move(*begun));
    added = 0;
    if (auto settled = refuse_unsettled(**database); !settled) return give_up(std::move(settled).error());
    const auto there = stored_batch(**database, batch);
    if (!there) return give_up(there.error());
    if (!*there || (*there)->rows_done != stands_at)
      return give_up({Errc::ledger, "batch " + batch + " is being worked on by another process, too",
                      "let one of them end, then run the same command again"});
    return success();
  }

  Status give_up(Error error) {
    writing.reset();
    if (lock.owns_lock()) lock.unlock();
    return error;
  }
};

CertificateWriter::CertificateWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
CertificateWriter::CertificateWriter(CertificateWriter&&) noexcept = default;
CertificateWriter::~CertificateWriter() = default;

Status CertificateWriter::add(const IssuedCertificate& certificate) {
  if (auto begun = state_->begin(); !begun) return begun;
  auto one = add_certificate_of(*state_->writing, state_->batch, certificate);
  if (!one) return state_->give_up(std::move(one).error());
  if (state_->added == 0) state_->first = certificate.serial;
  state_->last = certificate.serial;
  ++state_->added;
  return success();
}

Status CertificateWriter::commit(std::int64_t rows_done) {
  if (auto begun = state_->begin(); !begun) return begun;
  auto marked = state_->writing->add(table::batch_progress, {state_->batch, rows_done});
  if (!marked) return state_->give_up(std::move(marked).error());
  const auto detail = Json::object({{"batch", state_->batch},
                                    {"count", state_->added},
                                    {"rows_done", rows_done},
                                    {"first_serial", state_->first},
                                    {"last_serial", state_->last}});
  auto done = state_->writing->finish(detail.dump(-1));
  if (!done) return state_->give_up(std::move(done).error());
  state_->writing.reset();
  state_->lock.unlock();
  state_->stands_at = rows_done;
  return success();
}

void CertificateWriter::write_back() {
  if (state_->writing) return;
  const std::lock_guard guard(state_->impl.mutex);
  if (auto database = state_->impl.reachable(); database) (*database)->write_back();
}

Batches::Batches(Ledger& ledger) : impl_(ledger.impl()) {}

Result<Batch> Batches::begin(const std::string& id, const std::string& source_sha256, std::int64_t rows_total) {
  auto there = find(id);
  if (!there) return std::move(there).error();
  if (!*there) {
    auto recorded = impl_.record("batch", Where::database_only, [&](Writing& writing) -> Result<Json> {
      // Two processes may begin the same batch at once.
      auto meanwhile = stored_batch(writing.database(), id);
      if (!meanwhile) return std::move(meanwhile).error();
      if (!*meanwhile) {
        const auto added = writing.add(table::batch, {id, source_sha256, rows_total});
        if (!added) return added.error();
      }
      return Json::object({{"batch", id}, {"source", source_sha256}, {"rows", rows_total}});
    });
    if (!recorded) return std::move(recorded).error();
    there = find(id);
    if (!there) return std::move(there).error();
    if (!*there) return Error{Errc::internal, "batch " + id + " vanished"};
  }
  if (auto same = same_list(**there, source_sha256, rows_total); !same) return std::move(same).error();
  return std::move(**there);
}

Result<std::optional<Batch>> Batches::find(std::string_view id) {
  return impl_.read_there<std::optional<Batch>>([&](Database& database) { return stored_batch(database, id); });
}

Result<CertificateWriter> Batches::writer(const Batch& batch) {
  // A hundred thousand rows touch more pages than are kept otherwise; as many as a group of them dirties are enough,
  // and the rest is read again from the system's own cache. So the memory of a batch does not grow with it.
  auto calm = impl_.read_there<bool>([](Database& database) -> Result<bool> {
    if (database.is_sqlite())
      if (auto set = database.run("PRAGMA cache_size = -12288"); !set) return std::move(set).error();
    return true;
  });
  if (!calm) return std::move(calm).error();
  return CertificateWriter(std::make_unique<CertificateWriter::State>(
      CertificateWriter::State{.impl = impl_, .batch = batch.id, .stands_at = batch.rows_done}));
}

}  // namespace epki::ledger

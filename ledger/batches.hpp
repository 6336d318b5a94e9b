#pragma once
// Many certificates from one list, recorded as they are made, and resumed where the last run stopped.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/ledger.hpp"

namespace epki::ledger {

struct Batch {
  std::string id;             ///< chosen by the caller, unique in this ledger
  std::string source_sha256;  ///< of the list (CSV file) it works through
  std::int64_t rows_total = 0;
  std::int64_t rows_done = 0;  ///< rows of the list whose certificates are recorded
  Instant begun;
};

/// Writes certificates of a batch. The first add() takes the ledger's write lock, commit() gives it back: make the
/// certificates first, then add and commit them, a few thousand at a time, so that other processes wait for
/// milliseconds only. Call nothing else of the same ledger between the first add() and commit(): it would wait for
/// itself. Without commit() nothing of what was added is recorded.
class CertificateWriter {
 public:
  CertificateWriter(CertificateWriter&&) noexcept;
  CertificateWriter& operator=(CertificateWriter&&) = delete;
  ~CertificateWriter();

  /// Errc::ledger, here or in commit(), when the serial exists for that issuer or another process works on the same
  /// batch: all since the last commit() is given up then. The row gets this batch's id, whatever certificate.batch
  /// says.
  Status add(const IssuedCertificate& certificate);
  /// One transaction: what was added, and that the batch stands at `rows_done`. Durable when it returns: only then may
  /// a key or certificate leave the process. Without any add() only the position is recorded.
  Status commit(std::int64_t rows_done);
  /// After the last commit(): does what closing the ledger would have to do, so that it can be done beside something
  /// else. Blocks on the disk and holds the ledger meanwhile. Nothing depends on its success.
  void write_back();

 private:
  friend class Batches;
  struct State;
  explicit CertificateWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Batches {
 public:
  explicit Batches(Ledger& ledger);

  /// Begins a batch, or returns where it stands when the same list was begun under this id. Errc::input when the id
  /// belongs to another list or another number of rows.
  Result<Batch> begin(const std::string& id, const std::string& source_sha256, std::int64_t rows_total);
  Result<std::optional<Batch>> find(std::string_view id);
  /// The batch must have begun.
  Result<CertificateWriter> writer(const Batch& batch);

 private:
  Ledger::Impl& impl_;
};

}  // namespace epki::ledger

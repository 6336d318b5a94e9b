#pragma once
// What was issued, installed and judged, and what was begun on a modem and must be undone. SQLite or PostgreSQL behind
// it. More about the same ledger: certificates.hpp, crl.hpp, batches.hpp, devices.hpp, audit.hpp, snapshot.hpp,
// export.hpp.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/random.hpp"
#include "core/result.hpp"

namespace epki::ledger {

struct IssuedCertificate {
  std::string serial;  ///< lower-case hex; unique per issuer by a database constraint
  std::string issuer;  ///< SHA-256 of the issuer's DER name, hex: what "unique" is relative to
  std::string kind;    ///< "root" | "issuing" | "server" | "device" | "twin"
  std::string name;
  std::string subject;
  std::string sha256;  ///< of the DER
  Instant not_before;
  Instant not_after;
  std::string pem;      ///< the certificate, never a key
  std::string imei{};   ///< of the device it is for; empty when it is for none
  std::string batch{};  ///< id of the batch it was issued in (batches.hpp), or empty
};

struct DeviceRun {
  std::string imei, model, firmware, port;
  std::string status;  ///< the words of the contract: "protected" …
  Json detail;         ///< the device object of the JSON report
  Instant at{};        ///< when it was recorded; record_run() takes the time of its own
};

/// A verdict holds for this firmware, path and settings, and for nothing else.
struct VerdictKey {
  std::string model;
  std::string firmware;  ///< full revision
  std::string path;      ///< "mqtt" | "ssl"
  std::string settings;  ///< canonical text of the SSL settings it was measured under
};

struct StoredVerdict {
  VerdictKey key;
  std::string verdict_class;   ///< the words of the contract: "uploaded" …
  bool names_checked = false;  ///< policy hostname = checked
  std::string imei;            ///< measured on this device
  Instant at;
  Json detail;  ///< the verdict object of the JSON report
};

/// Something begun on a modem that a later run must finish or undo (DESIGN: journalled before the first byte).
struct JournalEntry {
  std::int64_t id = 0;
  std::string imei;
  std::string kind;  ///< chosen by the room that writes it: "twin-upload", "verify-file", "verify-setting", …
  Json detail;
  Instant at;
};

/// What has happened to an event when the call that records it returns. Either way it survives the end of this program,
/// and no later event is in the ledger without it.
enum class Kept : std::uint8_t {
  flushed,    ///< a power cut cannot take it either
  committed,  ///< a power cut may take it, until a later event is flushed. For a step that would only be done again
};

/// Called now and then during a long walk with how far it has come; an Error of its own ends it.
using Progress = std::function<Status(std::int64_t done, std::int64_t total)>;

struct Event {
  std::int64_t number = 0;
  Instant at;
  std::string kind;
  Json detail;
  std::string operator_name{}, station{}, tool{};  ///< empty for events of a program before they were recorded
  std::string hash{};
};

class Ledger {
 public:
  struct Options {
    std::chrono::milliseconds busy{10000};  ///< how long a call waits for another process
    std::string operator_name{};            ///< who works here; kept so that the name can be redacted (audit.hpp)
    std::string station{};                  ///< where; both stand in every event
    std::string tool{};                     ///< name and version of the program
    /// For a PostgreSQL ledger: where to go on while the database is not reachable. Empty: calls fail then.
    std::filesystem::path local_journal{};
    std::chrono::milliseconds retry{3000};  ///< how often a database that is away is looked for; no call waits for it
    RandomSource* random = nullptr;         ///< null: the kernel's. For tests
    /// Nothing will be recorded: a folder where nothing can be written will do. Calls that record fail there.
    bool to_read = false;
  };

  /// Opens or creates (mode 0600, WAL, foreign keys, migrations by user_version). `clock` must outlive the ledger. One
  /// Ledger may be used from several threads, one file from several processes. Errc::ledger for a damaged file, one
  /// from a newer program, or one that stays locked; Errc::disk for a folder that cannot be written.
  static Result<Ledger> open(const std::filesystem::path& file, const Clock& clock, Options options);
  static Result<Ledger> open(const std::filesystem::path& file, const Clock& clock);

  /// One that holds nothing and is gone with this value, for who looks on without the ledger that was lost. In the
  /// system's temporary folder.
  static Result<Ledger> empty(const Clock& clock, Options options);

  /// The same for a database of PostgreSQL: "postgresql://user@host/name". The password comes from the URL, PGPASSWORD
  /// or ~/.pgpass. Errc::ledger when it is not reachable and there is no local journal.
  static Result<Ledger> connect(const std::string& url, const Clock& clock, Options options);

  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;
  ~Ledger();

  /// All in one transaction, durable when it returns. Errc::ledger when a serial exists already, or while there are
  /// unaccounted serials (certificates.hpp); none is recorded then.
  Status record_issued(const std::vector<IssuedCertificate>& certificates);
  Result<std::vector<IssuedCertificate>> issued(std::optional<std::string_view> kind = std::nullopt);

  Status record_run(const DeviceRun& run);
  Result<std::vector<DeviceRun>> runs(std::optional<std::string_view> imei = std::nullopt);

  Status record_verdict(const StoredVerdict& verdict);
  /// The newest for exactly this key.
  Result<std::optional<StoredVerdict>> verdict_for(const VerdictKey& key);

  /// Durable when it returns: only then may the first byte be sent. When `detail` has a text member "file", that name
  /// counts among files_intended() from now on.
  Result<std::int64_t> journal_begin(const std::string& imei, const std::string& kind, const Json& detail);
  /// Not flushed: an entry that is open again after a power cut is looked at again.
  Status journal_end(std::int64_t id);
  /// Oldest first.
  Result<std::vector<JournalEntry>> journal_open(std::string_view imei);
  Result<std::vector<JournalEntry>> journal_open_all();

  /// A file on a device that was read back and compared: lets an unchanged device be recognised. `evidence` is
  /// "read-back" or "read-back-after-reboot".
  Status record_file(const std::string& imei, const std::string& name, std::size_t size, const std::string& sha256,
                     const std::string& evidence, Kept kept = Kept::flushed);
  /// "" when none is recorded; else the newest evidence for exactly this name, size and hash, and "" again once another
  /// content was recorded under that name.
  Result<std::string> file_evidence(const std::string& imei, const std::string& name, std::size_t size,
                                    const std::string& sha256);
  /// Names this ledger ever intended to have on that device: those of record_file() and of journal entries.
  Result<std::vector<std::string>> files_intended(const std::string& imei);

  /// From now on events name this operator.
  void act_as(const std::string& operator_name);
  /// Empty while the database answers, else why calls go to the local journal.
  std::string offline();
  /// Records what the local journal holds and the database does not, each event exactly once. Returns how many. Done on
  /// opening and as soon as the database is back, too.
  Result<std::size_t> merge();

  /// Hash-chained events: every record_… above appends one in the same transaction. Each row's hash covers the
  /// previous row's (docs/ledger.md).
  Result<std::vector<Event>> events(std::int64_t from = 1, std::size_t limit = 1000);
  /// Walks the chain. The text begins with "ok, N events" or names the first row that does not follow. Errc::ledger if
  /// broken.
  Result<std::string> check();

  struct Impl;
  Impl& impl() { return *impl_; }  ///< for this room's own files

 private:
  explicit Ledger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace epki::ledger

// Figures of the ledger: ledger_bench DEVICES CERTIFICATES [--postgres]. bench/ledger builds and runs it.
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>

#include "core/file.hpp"
#include "ledger/audit.hpp"
#include "ledger/batches.hpp"
#include "ledger/crl.hpp"
#include "ledger/devices.hpp"
#include "ledger/export.hpp"
#include "ledger/tests/postgres_server.hpp"

using namespace epki;
using Steady = std::chrono::steady_clock;

namespace {

double seconds_since(Steady::time_point start) {
  return std::chrono::duration<double>(Steady::now() - start).count();
}

double memory_mib(const char* line_begin) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with(line_begin)) return std::atof(line.c_str() + std::strlen(line_begin)) / 1024;
  return 0;
}

// How much more memory a piece of work takes at its peak than there was before it.
class Growth {
 public:
  Growth() {
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak counts from here (proc(5))
    before_ = memory_mib("VmRSS:");
  }
  double mib() const { return memory_mib("VmHWM:") - before_; }

 private:
  double before_ = 0;
};

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "error: %s\n", result.error().what.c_str());
  std::exit(1);
}

void must_be(Status status) {
  must(std::move(status));
}

void row(const char* what, double value, const char* unit, const char* limit) {
  std::printf("%-58s %12.3f %-10s %s\n", what, value, unit, limit);
  std::fflush(stdout);
}

// Runs `what` for many inputs; prints the median and the worst in milliseconds.
template <class Call>
void many(const char* name, int times, const char* limit, Call&& call) {
  std::vector<double> all;
  for (int i = 0; i < times; ++i) {
    const auto start = Steady::now();
    call(i);
    all.push_back(seconds_since(start) * 1000);
  }
  std::sort(all.begin(), all.end());
  row((std::string(name) + ", median").c_str(), all[all.size() / 2], "ms", limit);
  row((std::string(name) + ", 99 of 100").c_str(), all[all.size() * 99 / 100], "ms", "");
}

std::string imei_of(std::int64_t number) {
  return std::to_string(861000000000000 + number);
}

std::string serial_of(std::int64_t number) {
  // Random to the index, the same in every run.
  std::mt19937_64 random(static_cast<std::uint64_t>(number));
  char text[33];
  std::snprintf(text, sizeof(text), "%016llx%016llx", static_cast<unsigned long long>(random()),
                static_cast<unsigned long long>(random()));
  return text;
}

const std::string issuer(64, 'a');
const std::string pem(900, 'p');  // of an EC certificate

ledger::IssuedCertificate certificate(std::int64_t number, Instant now) {
  const auto imei = imei_of(number);
  const auto serial = serial_of(number);
  return {.serial = serial,
          .issuer = issuer,
          .kind = "device",
          .name = imei,
          .subject = "CN=" + imei,
          .sha256 = serial_of(number + 1000000000) + serial,
          .not_before = now,
          .not_after = now + std::chrono::hours(24 * 365),
          .pem = pem,
          .imei = imei};
}

// The machine's own floor: the same columns into one SQLite table with one index and no chain, one transaction.
double floor_us_a_row(const std::filesystem::path& file, int rows, Instant now) {
  sqlite3* db = nullptr;
  sqlite3_open(file.c_str(), &db);
  sqlite3_exec(
      db,
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE c (id INTEGER PRIMARY KEY, issuer "
      "TEXT, serial TEXT, kind TEXT, name TEXT, subject TEXT, sha256 TEXT, a TEXT, b TEXT, pem TEXT, imei TEXT, "
      "UNIQUE (serial, issuer)); BEGIN",
      nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO c VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", -1, &insert, nullptr);
  std::vector<ledger::IssuedCertificate> all;
  for (int i = 0; i < rows; ++i) all.push_back(certificate(i, now));
  const auto start = Steady::now();
  for (int i = 0; i < rows; ++i) {
    const auto& c = all[static_cast<std::size_t>(i)];
    const auto from = rfc3339(c.not_before), until = rfc3339(c.not_after);
    sqlite3_bind_int64(insert, 1, i + 1);
    int place = 2;
    for (const auto* text :
         {&c.issuer, &c.serial, &c.kind, &c.name, &c.subject, &c.sha256, &from, &until, &c.pem, &c.imei})
      sqlite3_bind_text(insert, place++, text->data(), static_cast<int>(text->size()), SQLITE_STATIC);
    sqlite3_step(insert);
    sqlite3_reset(insert);
  }
  sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr);
  const auto took = seconds_since(start);
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return took * 1e6 / rows;
}

void certificates(ledger::Ledger& book, int count, const std::filesystem::path& folder, Instant now) {
  std::vector<ledger::IssuedCertificate> chunk;
  ledger::Batches batches(book);
  auto writer = must(batches.writer(must(batches.begin("bench", "source", count))));
  double took = 0;
  for (int done = 0; done < count;) {
    chunk.clear();
    for (int i = 0; i < 5000 && done < count; ++i) chunk.push_back(certificate(done++, now));
    const auto start = Steady::now();
    for (const auto& one : chunk) must_be(writer.add(one));
    must_be(writer.commit(done));
    took += seconds_since(start);
  }
  const auto us = took * 1e6 / count;
  const auto floor = floor_us_a_row(folder / "floor.db", count, now);
  row("certificate recorded, in a batch, chained and indexed", us, "us a row", "");
  row("  the same row into a bare SQLite table", floor, "us a row", "");
  row("  ratio to that floor", us / floor, "", "");

  ledger::Certificates found(book);
  std::mt19937_64 random(1);
  many("find a certificate by IMEI", 300, "",
       [&](int) { must(found.find(imei_of(static_cast<std::int64_t>(random() % static_cast<unsigned>(count))))); });
  many("find a certificate by serial", 300, "",
       [&](int) { must(found.find(serial_of(static_cast<std::int64_t>(random() % static_cast<unsigned>(count))))); });

  std::vector<ledger::Revocation> revoked;
  for (int i = 0; i < count; ++i)
    revoked.push_back({{issuer, serial_of(i)}, now, ledger::RevocationReason::superseded});
  auto start = Steady::now();
  must(found.revoke(revoked));
  row("revoke all of them in one transaction", seconds_since(start), "s", "");
  revoked.clear();
  revoked.shrink_to_fit();
  ledger::Crls crls(book);
  const Growth growth;
  start = Steady::now();
  std::size_t entries = 0;
  must_be(crls.for_each_revoked(issuer, [&](const ledger::RevokedEntry&) {
    ++entries;
    return success();
  }));
  row("read their entries for a CRL", seconds_since(start), "s", "< 2 with the CRL");
  row("  growth of the peak memory", growth.mib(), "MiB", "constant");
}

void devices(ledger::Ledger& book, std::int64_t count) {
  ledger::Devices line(book);
  const auto start = Steady::now();
  std::vector<ledger::DeviceStep> steps;
  for (std::int64_t i = 0; i < count; ++i) {
    ledger::DeviceStep step{.imei = imei_of(i),
                            .slot = "1-" + std::to_string(i % 16),
                            .station = "line-" + std::to_string(i % 4),
                            .job = "job",
                            .batch = "lot-" + std::to_string(i / 50000),
                            .operator_name = "Kim"};
    steps.push_back(step);
    step.phase = ledger::Phase::recorded;
    step.attempt = i % 50 == 0 ? ledger::Attempt::failed : ledger::Attempt::passed;
    step.status = "protected";
    steps.push_back(std::move(step));
    if (steps.size() < 4000 && i + 1 < count) continue;
    must_be(line.steps(steps));
    steps.clear();
  }
  const auto took = seconds_since(start);
  row("devices recorded, two steps each, 2,000 a transaction", took * 1e6 / static_cast<double>(count), "us each", "");

  many("one step of one device, durable", 500, "",
       [&](int i) { must(line.arrive({.imei = imei_of(count + i), .slot = "1-1", .station = "line-1"})); });
  std::mt19937_64 random(2);
  const auto any = [&] { return imei_of(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(count))); };
  many("search by the whole IMEI", 1000, "< 5", [&](int) { must(line.list({.imei_prefix = any(), .limit = 50})); });
  many("search by its first 10 digits, 50 rows", 1000, "< 5",
       [&](int) { must(line.list({.imei_prefix = any().substr(0, 10), .limit = 50})); });
  many("search by its first 3 digits, 50 rows", 1000, "< 5",
       [&](int) { must(line.list({.imei_prefix = "861", .limit = 50})); });
  many("dashboard: counts", 200, "< 50", [&](int) { must(line.counts()); });
  many("dashboard: output of all days", 200, "< 50", [&](int) { must(line.output("")); });
  many("dashboard: the last 20 devices of a station", 200, "< 50", [&](int) { must(line.latest("line-1", 20)); });
  for (const auto format : {ledger::ExportFormat::csv, ledger::ExportFormat::json_lines}) {
    const Growth growth;
    const auto begun = Steady::now();
    std::size_t bytes = 0;
    const auto rows = must(ledger::export_devices(book, {}, format, [&](std::string_view piece) {
      bytes += piece.size();
      return success();
    }));
    const auto name = "export of all devices as " + std::string(word(format));
    row((name + ", " + std::to_string(rows) + " rows").c_str(), seconds_since(begun), "s", "");
    row("  growth of the peak memory", growth.mib(), "MiB", "constant");
  }
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  const auto number = std::atoll(words[1]);
  const int certificate_count = std::atoi(words[2]);
  const bool postgres = count > 3 && std::strcmp(words[3], "--postgres") == 0;
  const SystemClock clock;
  auto folder = must(TemporaryFolder::make("ledger-bench"));
  std::unique_ptr<ledger::PostgresServer> server;
  if (postgres) {
    if (const auto why = ledger::PostgresServer::missing(); !why.empty()) {
      std::printf("skipped: %s\n", why.c_str());
      return 0;
    }
    server = ledger::PostgresServer::make("-c fsync=on -c shared_buffers=256MB");
  }
  auto book = server ? must(ledger::Ledger::connect(server->new_database(), clock, {}))
                     : must(ledger::Ledger::open(folder.path() / "ledger.db", clock, {}));
  std::printf("%s, %lld devices, %d certificates\n", postgres ? "PostgreSQL" : "SQLite", number, certificate_count);
  certificates(book, certificate_count, folder.path(), clock.now());
  devices(book, number);
  const auto start = Steady::now();
  const Growth growth;
  must(ledger::Audit(book).check());
  row("check: chain, names and computed tables", seconds_since(start), "s", "");
  row("  growth of the peak memory", growth.mib(), "MiB", "constant");
  return 0;
}

// A second process for the tests: ledger_writer FILE|URL WORD …, told on stdout what it has done.
//   issue NAME N           N batches of 20 certificates, one line after each: "batch K"
//   line NAME N [JOURNAL]  N devices of a line, each with a certificate: "serial S" when it may leave, "device IMEI" at
//   its
//                          end; those that passed before are passed over
//   hold                   holds the write lock until its stdin ends
//   open-as-nobody         opens the ledger as an account without rights; prints the code and the sentence
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "ledger/devices.hpp"
#include "ledger/ledger.hpp"
#include "ledger/postgres.hpp"
#include "ledger/sqlite.hpp"

using namespace epki;

namespace {

int say(const Error& error) {
  std::printf("%s: %s\n", std::string(word(error.code)).c_str(), error.what.c_str());
  return 1;
}

void tell(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

bool is_url(const std::string& place) {
  return place.find("://") != std::string::npos;
}

ledger::IssuedCertificate certificate(const std::string& serial, const std::string& name, const std::string& imei) {
  return {.serial = serial,
          .issuer = "issuer",
          .kind = "device",
          .name = name,
          .subject = "CN=" + name,
          .sha256 = std::string(64, 'a'),
          .not_before = Instant{},
          .not_after = Instant{},
          .pem = std::string(1200, 'p'),
          .imei = imei};
}

std::vector<ledger::IssuedCertificate> batch(const std::string& name, int number) {
  std::vector<ledger::IssuedCertificate> all;
  for (int i = 0; i < 20; ++i) {
    const auto serial = name + std::to_string(number) + "x" + std::to_string(i);
    all.push_back(certificate(serial, serial, ""));
  }
  return all;
}

int issue(ledger::Ledger& book, const std::string& name, int batches) {
  for (int number = 0; number < batches; ++number) {
    if (auto done = book.record_issued(batch(name, number)); !done) return say(done.error());
    tell("batch " + std::to_string(number));
  }
  return 0;
}

int line(ledger::Ledger& book, const std::string& name, int count) {
  ledger::Devices devices(book);
  std::random_device seed;
  for (int i = 0; i < count; ++i) {
    const auto imei = std::to_string(861000000000000 + i);
    const auto known = devices.find(imei);
    if (!known) return say(known.error());
    if (!*known || (*known)->passes == 0) {
      auto arrival = devices.arrive({.imei = imei, .slot = "1-1", .station = name});
      if (!arrival) return say(arrival.error());
      if (!arrival->begun) return say({Errc::internal, "the device " + imei + " was not begun"});
      // A new key each time it begins, as on a real line.
      const auto serial = std::to_string(seed()) + "." + std::to_string(seed()) + "." + std::to_string(i);
      if (auto issued = book.record_issued({certificate(serial, imei, imei)}); !issued) return say(issued.error());
      tell("serial " + serial);
      for (const auto phase : {ledger::Phase::uploaded, ledger::Phase::verified})
        if (auto done = devices.step({.imei = imei, .phase = phase, .serial = serial}); !done) return say(done.error());
      auto done = devices.step({.imei = imei, .phase = ledger::Phase::recorded, .attempt = ledger::Attempt::passed});
      if (!done) return say(done.error());
    }
    tell("device " + imei);
  }
  return 0;
}

int hold(const std::string& place) {
  std::unique_ptr<ledger::Database> database;
  if (is_url(place)) {
    auto opened = ledger::PostgresDatabase::connect(place, std::chrono::seconds(10));
    if (!opened) return say(opened.error());
    database = std::move(*opened);
  } else {
    auto opened = ledger::SqliteDatabase::open(place, std::chrono::seconds(10));
    if (!opened) return say(opened.error());
    database = std::move(*opened);
  }
  auto transaction = ledger::Transaction::write(*database);
  if (!transaction) return say(transaction.error());
  tell("held");
  while (std::getchar() != EOF) continue;
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  const std::string place = words[1], what = words[2];
  if (what == "hold") return hold(place);
  if (what == "open-as-nobody" && ::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return 2;
  const SystemClock clock;
  ledger::Ledger::Options options;
  if (count > 5) options.local_journal = words[5];
  auto book =
      is_url(place) ? ledger::Ledger::connect(place, clock, options) : ledger::Ledger::open(place, clock, options);
  if (!book) return say(book.error());
  if (what == "issue" && count == 5) return issue(*book, words[3], std::atoi(words[4]));
  if (what == "line" && count >= 5) return line(*book, words[3], std::atoi(words[4]));
  tell("opened");
  return 0;
}

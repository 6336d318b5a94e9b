// A second process for the tests: ledger_writer FILE WORD, told on stdout what it has done.
//   issue NAME N   N batches of 20 certificates, one line after each: "batch K"
//   hold           holds the write lock until its stdin ends
//   open-as-nobody opens the ledger as an account without rights; prints the code and the sentence
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "ledger/ledger.hpp"
#include "ledger/sqlite.hpp"

using namespace epki;

namespace {

int say(const Error& error) {
  std::printf("%s: %s\n", std::string(word(error.code)).c_str(), error.what.c_str());
  return 1;
}

std::vector<ledger::IssuedCertificate> batch(const std::string& name, int number) {
  std::vector<ledger::IssuedCertificate> all;
  for (int i = 0; i < 20; ++i) {
    const auto serial = name + std::to_string(number) + "x" + std::to_string(i);
    all.push_back({serial, "issuer", "device", serial, "CN=" + serial, std::string(64, 'a'), Instant{}, Instant{},
                   std::string(1200, 'p')});
  }
  return all;
}

int issue(ledger::Ledger& book, const std::string& name, int batches) {
  for (int number = 0; number < batches; ++number) {
    if (auto done = book.record_issued(batch(name, number)); !done) return say(done.error());
    std::printf("batch %d\n", number);
    std::fflush(stdout);
  }
  return 0;
}

int hold(const std::string& file) {
  auto database = ledger::SqliteDatabase::open(file, std::chrono::seconds(10));
  if (!database) return say(database.error());
  auto transaction = ledger::Transaction::write(**database);
  if (!transaction) return say(transaction.error());
  std::puts("held");
  std::fflush(stdout);
  while (std::getchar() != EOF) continue;
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  const std::string file = words[1], what = words[2];
  if (what == "hold") return hold(file);
  if (what == "open-as-nobody" && ::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) return 2;
  const SystemClock clock;
  auto book = ledger::Ledger::open(file, clock);
  if (!book) return say(book.error());
  if (what == "issue" && count == 5) return issue(*book, words[3], std::atoi(words[4]));
  std::puts("opened");
  return 0;
}

#include "ledger/audit.hpp"

#include "core/child.hpp"
#include "core/text.hpp"
#include "ledger/devices.hpp"
#include "ledger/snapshot.hpp"
#include "ledger/tests/both.hpp"

namespace epki::ledger {
namespace {

class AuditTest : public BothTest {
 protected:
  // A key outside the station: openssl, on another machine.
  std::string run(std::vector<std::string> argv) {
    auto child = Child::start({.argv = std::move(argv), .folder = folder->path(), .error_file = "/dev/null"});
    EXPECT_TRUE(child) << child.error().what;
    auto said = child->read_all(after(std::chrono::seconds(30)));
    EXPECT_EQ(child->wait(after(std::chrono::seconds(30))), 0);
    return said ? *said : "";
  }
  std::string make_key(const std::string& algorithm, const std::string& option) {
    std::vector<std::string> words{"openssl", "genpkey", "-algorithm", algorithm, "-out", "key.pem"};
    if (!option.empty()) words.insert(words.end(), {"-pkeyopt", option});
    run(words);
    return run({"openssl", "pkey", "-in", "key.pem", "-pubout"});
  }
  std::string sign(const Head& head) {
    EXPECT_TRUE(replace_file(folder->path() / "head", head.text(), 0600));
    run({"openssl", "dgst", "-sha256", "-sign", "key.pem", "-out", "head.sig", "head"});
    return *read_file(folder->path() / "head.sig");
  }
};
EPKI_ON_BOTH(AuditTest);

TEST_P(AuditTest, ASignedHeadShowsACutTailAndAnAlteredRow) {
  const auto key = make_key("EC", "ec_paramgen_curve:P-256");
  auto book = open();
  Audit audit(book);
  for (const auto* serial : {"01", "02", "03"}) ASSERT_TRUE(book.record_issued({leaf(serial)}));
  const auto head = *audit.head();
  EXPECT_EQ(head.event, 3);
  const auto signature = sign(head);
  ASSERT_TRUE(book.record_issued({leaf("04")}));
  const auto whole = audit.check(head, signature, key);
  ASSERT_TRUE(whole) << whole.error().what;
  EXPECT_EQ(whole->events, 4);
  EXPECT_EQ(whole->last_hash, audit.head()->hash);

  auto other = signature;
  other.back() = static_cast<char>(other.back() ^ 1);
  EXPECT_EQ(audit.check(head, other, key).error().code, Errc::key);
  EXPECT_EQ(audit.check(head, signature, "no key").error().code, Errc::key);

  // A cut tail: the last events and their rows are gone, the chain is whole.
  meddle("DELETE FROM certificate WHERE event > 2");
  meddle("DELETE FROM event WHERE number > 2");
  EXPECT_TRUE(book.check()) << "the chain alone cannot show it";
  const auto cut = audit.check(head, signature, key);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, Errc::ledger);
  EXPECT_NE(cut.error().what.find("was cut off: it ends at event 2, and the signed head names event 3"),
            std::string::npos)
      << cut.error().what;

  // Written anew with all hashes computed: another third event.
  ASSERT_TRUE(book.record_issued({leaf("05")}));
  EXPECT_TRUE(book.check());
  const auto altered = audit.check(head, signature, key);
  ASSERT_FALSE(altered);
  EXPECT_NE(altered.error().what.find("its event 3 is not the one that was signed"), std::string::npos)
      << altered.error().what;
}

TEST_P(AuditTest, HeadsAreImportedOnlyWhenTheyVerifyAndFit) {
  const auto key = make_key("RSA", "rsa_keygen_bits:2048");
  auto book = open();
  Audit audit(book);
  ASSERT_TRUE(book.record_issued({leaf("01")}));
  const auto head = *audit.head();
  const auto signature = sign(head);
  ASSERT_TRUE(audit.import_head(head, signature, key));
  auto wrong = head;
  wrong.hash = std::string(64, '1');
  EXPECT_EQ(audit.import_head(wrong, signature, key).error().code, Errc::key) << "signed was another";
  EXPECT_EQ(audit.import_head(wrong, sign(wrong), key).error().code, Errc::ledger);
  auto foreign = head;
  foreign.ledger = std::string(32, '0');
  EXPECT_EQ(audit.import_head(foreign, sign(foreign), key).error().code, Errc::ledger);
  const auto heads = *audit.heads();
  ASSERT_EQ(heads.size(), 1U);
  EXPECT_EQ(heads[0].head.text(), head.text());
  EXPECT_EQ(heads[0].signature, to_hex(as_bytes(signature)));
  EXPECT_EQ(heads[0].public_key, key);
  EXPECT_EQ(book.events(2, 1)->front().kind, "head-signed");
}

TEST_P(AuditTest, Ed25519SignsTheTextItself) {
  const auto key = make_key("ED25519", "");
  auto book = open();
  Audit audit(book);
  const auto head = *audit.head();
  EXPECT_EQ(head.event, 0);
  ASSERT_TRUE(replace_file(folder->path() / "head", head.text(), 0600));
  run({"openssl", "pkeyutl", "-sign", "-rawin", "-inkey", "key.pem", "-in", "head", "-out", "head.sig"});
  EXPECT_TRUE(audit.check(head, *read_file(folder->path() / "head.sig"), key));
}

TEST(Head, IsReadBackExactly) {
  const Head head{std::string(32, 'a'), 12, std::string(64, 'b'), morning};
  EXPECT_EQ(head.text(), "ec200u-pki ledger head 1\nledger: " + std::string(32, 'a') +
                             "\nevent: 12\nhash: " + std::string(64, 'b') + "\nat: 2026-11-22T08:00:00Z\n");
  const auto again = Head::parse(head.text());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->text(), head.text());
  for (const auto& bad :
       {std::string(), head.text() + "x", head.text().substr(1), head.text().substr(0, 60), "\n" + head.text(),
        std::string("ec200u-pki ledger head 1\nledger: a\nevent: x\nhash: b\nat: c\n")}) {
    const auto refused = Head::parse(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, Errc::input);
  }
}

TEST_P(AuditTest, EventsSayWhoWhereAndWithWhat) {
  auto book = open({.operator_name = "Kim", .station = "line-1", .tool = "ec200u-pki 0.1.0"});
  ASSERT_TRUE(book.record_issued({leaf("01")}));
  book.act_as("Lee");
  Audit audit(book);
  ASSERT_TRUE(audit.record("ceremony", Json::object({{"step", "the safe was opened"}}), {"Ana", "Bo"}));
  const auto events = *book.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].operator_name, "Kim");
  EXPECT_EQ(events[0].station, "line-1");
  EXPECT_EQ(events[0].tool, "ec200u-pki 0.1.0");
  EXPECT_EQ(events[1].operator_name, "Lee");
  EXPECT_EQ(events[1].detail["people"][1].text(), "Bo");
  std::vector<std::int64_t> seen;
  ASSERT_TRUE(audit.for_each(1, "ceremony", [&](const Event& event) -> Result<bool> {
    seen.push_back(event.number);
    return true;
  }));
  EXPECT_EQ(seen, std::vector<std::int64_t>{2});
}

TEST_P(AuditTest, APersonIsTakenOutAndTheChainStaysWhole) {
  auto book = open({.operator_name = "Kim Secretname"});
  Devices devices(book);
  ASSERT_TRUE(devices.arrive({.imei = "8610", .slot = "1-1", .station = "line-1"}));
  Audit audit(book);
  ASSERT_TRUE(audit.record("ceremony", Json::object(), {"Kim Secretname", "Bo"}));
  EXPECT_EQ(*audit.people(), (std::vector<std::string>{"Bo", "Kim Secretname"}));
  const auto key = make_key("EC", "ec_paramgen_curve:P-256");
  const auto head = *audit.head();
  const auto signature = sign(head);
  book.act_as("");
  EXPECT_FALSE(*audit.redact("Nobody"));
  EXPECT_TRUE(*audit.redact("Kim Secretname"));
  EXPECT_FALSE(*audit.redact("Kim Secretname"));
  EXPECT_EQ(*audit.people(), std::vector<std::string>{"Bo"});
  const auto checked = audit.check(head, signature, key);
  ASSERT_TRUE(checked) << checked.error().what;
  EXPECT_EQ((*devices.find("8610"))->operator_name, "(redacted)");
  const auto events = *book.events();
  EXPECT_EQ(events[0].operator_name, "(redacted)");
  EXPECT_EQ(events[1].detail["people"][0].text(), "(redacted)");
  EXPECT_EQ(events[2].kind, "redacted");
  if (on_postgres()) return;
  for (const auto* end : {"", "-wal"}) {
    const auto bytes = read_file(file.string() + end);
    if (!bytes) continue;
    EXPECT_EQ(bytes->find("Secretname"), std::string::npos) << "left in the file" << end;
  }
}

TEST_P(AuditTest, AChangedNameIsFound) {
  auto book = open({.operator_name = "Kim"});
  ASSERT_TRUE(book.record_issued({leaf("01")}));
  meddle("UPDATE personal SET name = 'Lee'");
  const auto checked = book.check();
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().what.find("the name Lee is not the one recorded"), std::string::npos);
}

TEST_P(AuditTest, ASnapshotIsAWholeLedger) {
  auto book = open({.operator_name = "Kim"});
  ASSERT_TRUE(book.record_issued({leaf("01"), leaf("02")}));
  Devices devices(book);
  ASSERT_TRUE(devices.arrive({.imei = "8610", .slot = "1-1", .station = "line-1"}));
  const auto bytes = snapshot(book);
  ASSERT_TRUE(bytes) << bytes.error().what;
  ASSERT_TRUE(book.record_issued({leaf("03")}));
  const auto copy_file = folder->path() / "copy.db";
  ASSERT_TRUE(write_new_file(copy_file, *bytes, 0600));
  auto restored = Ledger::open(copy_file, clock);
  ASSERT_TRUE(restored) << restored.error().what;
  EXPECT_EQ(restored->issued()->size(), 2U);
  EXPECT_EQ((*Devices(*restored).find("8610"))->operator_name, "Kim");
  const auto checked = restored->check();
  ASSERT_TRUE(checked) << checked.error().what;
  EXPECT_TRUE(checked->starts_with("ok, 2 events"));
  EXPECT_EQ(Audit(*restored).head()->ledger, Audit(book).head()->ledger) << "the same ledger";
  EXPECT_TRUE(restored->record_issued({leaf("09")})) << "it goes on from there";
  ASSERT_TRUE(snapshot_to(book, folder->path() / "second.db"));
  const auto there = snapshot_to(book, folder->path() / "second.db");
  ASSERT_FALSE(there) << "nothing is overwritten";
  EXPECT_EQ(there.error().code, Errc::disk);
}

TEST_P(AuditTest, ASnapshotFillsAnEmptyLedgerOfTheOtherKind) {
  auto source = Ledger::open(folder->path() / "source.db", clock, {.operator_name = "Kim"});
  ASSERT_TRUE(source);
  ASSERT_TRUE(source->record_issued({leaf("01"), leaf("02")}));
  ASSERT_TRUE(Devices(*source).arrive({.imei = "8610", .slot = "1-1", .station = "line-1"}));
  auto target = open();
  auto copied = copy(*source, target);
  ASSERT_TRUE(copied) << copied.error().what;
  EXPECT_EQ(target.issued()->size(), 2U);
  EXPECT_EQ(*target.check(), *source->check());
  ASSERT_TRUE(target.record_issued({leaf("03")}));
  const auto again = copy(*source, target);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().what.find("is not empty"), std::string::npos) << again.error().what;
  ASSERT_TRUE(target.check());
}

TEST_P(AuditTest, HoldsAreFoundAmongOtherEvents) {
  auto book = open();
  auto another = open();
  Audit audit(book), elsewhere(another);
  const auto word = [](const char* batch) { return Json::object({{"batch", batch}}); };
  ASSERT_TRUE(audit.record("something", word("a")));
  ASSERT_TRUE(audit.record(batch_held, word("a")));
  ASSERT_TRUE(audit.record("something", word("b")));
  ASSERT_TRUE(elsewhere.record(batch_released, word("a"), {"Kim"}));
  std::vector<std::string> seen;
  std::int64_t next = 1;
  const auto look = [&] {
    seen.clear();
    EXPECT_TRUE(audit.for_holds(next, [&](const Event& event) -> Result<bool> {
      next = event.number + 1;
      seen.push_back(event.kind + " " + event.detail["batch"].text_or(""));
      return true;
    }));
    return seen;
  };
  EXPECT_EQ(look(), (std::vector<std::string>{"batch-held a", "batch-released a"}));
  ASSERT_TRUE(audit.record("something", word("b")));
  EXPECT_TRUE(look().empty());
  ASSERT_TRUE(elsewhere.record(batch_held, word("b")));
  EXPECT_EQ(look(), (std::vector<std::string>{"batch-held b"}));
}

// What is long ended is not looked at again, and nothing that is open is missed for that.
TEST_P(AuditTest, OpenEntriesAreFoundHoweverOften) {
  auto book = open();
  auto another = open();
  const auto begin = [](Ledger& in, const char* imei) { return *in.journal_begin(imei, "k", Json()); };
  const auto there = [&] {
    std::vector<std::string> imeis;
    const auto open_now = *book.journal_open_all();
    for (const auto& entry : open_now) imeis.push_back(entry.imei);
    return imeis;
  };
  using Imeis = std::vector<std::string>;
  EXPECT_EQ(there(), Imeis());
  const auto first = begin(book, "1"), second = begin(another, "2"), third = begin(book, "3");
  EXPECT_EQ(there(), (Imeis{"1", "2", "3"}));
  ASSERT_TRUE(book.journal_end(first));
  ASSERT_TRUE(another.journal_end(third));
  EXPECT_EQ(there(), Imeis{"2"});
  const auto fourth = begin(another, "4");
  EXPECT_EQ(there(), (Imeis{"2", "4"}));
  ASSERT_TRUE(another.journal_end(second));
  EXPECT_EQ(there(), Imeis{"4"});
  ASSERT_TRUE(book.journal_end(fourth));
  EXPECT_EQ(there(), Imeis());
  begin(another, "5");
  EXPECT_EQ(there(), Imeis{"5"});
  EXPECT_EQ(there(), Imeis{"5"});
}

}  // namespace
}  // namespace epki::ledger

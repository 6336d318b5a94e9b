#include <gtest/gtest.h>
#include <unistd.h>

#include "ledger/tests/postgres_server.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

std::string project_with(Sandbox& box, const std::string& url) {
  const auto file = box / "ec200u-pki.toml";
  auto text = *read_file(file);
  const std::string empty = "url = \"\"";
  const auto at = text.find(empty, text.find("[ledger]"));
  EXPECT_NE(at, std::string::npos) << text;
  text.replace(at, empty.size(), "url = \"" + url + "\"");
  EXPECT_TRUE(replace_file(file, text, 0644));
  return text;
}

TEST(Ledger, ListsAndShowsWhatInitMade) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto list = box.run({"ledger", "list", "--json"});
  ASSERT_EQ(list.exit, 0) << list;
  const auto json = list.json();
  EXPECT_EQ(json["schema"].text(), "ec200u-pki/ledger/1");
  EXPECT_EQ(json["action"].text(), "list");
  EXPECT_EQ(json["count"].integer(), 3) << list;
  EXPECT_TRUE(json["next"].is_null());
  const auto serial = json["rows"][0]["serial"].text_or("");
  const auto page = box.run({"ledger", "list", "--limit", "2", "--json"});
  EXPECT_EQ(page.json()["rows"].size(), 2U);
  const auto rest = box.run({"ledger", "list", "--after", page.json()["next"].text_or("?"), "--json"});
  EXPECT_EQ(rest.json()["rows"].size(), 1U) << rest;
  const auto shown = box.run({"ledger", "show", serial, "--json"});
  ASSERT_EQ(shown.exit, 0) << shown;
  EXPECT_EQ(shown.json()["certificates"][0]["kind"].text(), "root");
  EXPECT_EQ(box.run({"ledger", "show", "broker.test"}).exit, 0);
  const auto nobody = box.run({"ledger", "show", "nobody", "--json"});
  EXPECT_EQ(nobody.exit, 3) << nobody;
  EXPECT_EQ(nobody.json()["ok"].boolean(), false);
  const auto events = box.run({"ledger", "list", "events", "--json"});
  EXPECT_EQ(events.json()["rows"][0]["kind"].text(), "issued");
  EXPECT_FALSE(events.json()["rows"][0]["tool"].is_null());
  EXPECT_EQ(box.run({"ledger", "list", "--expires-within", "3y"}).exit, 2);
  EXPECT_EQ(box.run({"ledger", "list", "--status", "lost"}).exit, 2);
  EXPECT_EQ(box.run({"ledger", "list", "devices", "--kind", "root"}).exit, 2);
  EXPECT_EQ(box.run({"ledger", "list", "nonsense"}).exit, 2);
  EXPECT_EQ(box.run({"ledger"}).exit, 2);
}

TEST(Ledger, CheckFindsAChangedRowAndASignedHeadACutTail) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto whole = box.run({"ledger", "check", "--json"});
  ASSERT_EQ(whole.exit, 0) << whole;
  EXPECT_EQ(whole.json()["events"].integer(), 1);
  ASSERT_EQ(box.shell("openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out audit.key &&"
                      " openssl pkey -in audit.key -pubout -out audit.pem")
                .exit,
            0);
  ASSERT_EQ(box.run({"ledger", "head", "--out", "today.head"}).exit, 0);
  EXPECT_EQ(box.run({"ledger", "head", "--out", "today.head"}).exit, 5) << "nothing is overwritten";
  ASSERT_EQ(box.shell("openssl dgst -sha256 -sign audit.key -out today.head.sig today.head").exit, 0);
  const auto imported = box.run({"ledger", "import-head", "today.head", "--key", "audit.pem"});
  ASSERT_EQ(imported.exit, 0) << imported;
  const auto with_head = box.run({"ledger", "check", "--head", "today.head", "--key", "audit.pem", "--json"});
  ASSERT_EQ(with_head.exit, 0) << with_head;
  EXPECT_EQ(with_head.json()["head"]["event"].integer(), 1);
  EXPECT_EQ(box.run({"ledger", "check", "--head", "today.head"}).exit, 2) << "whose key?";
  box.write("forged.head.sig", "no signature");
  EXPECT_EQ(
      box.run({"ledger", "check", "--head", "today.head", "--signature", "forged.head.sig", "--key", "audit.pem"}).exit,
      4);
  EXPECT_EQ(box.run({"ledger", "check", "--head", "audit.pem", "--key", "audit.pem"}).exit, 3);
  // Somebody restores an empty ledger in its place: only the head shows it.
  ASSERT_EQ(box.shell("rm ledger.db*; : > ledger.db").exit, 0);
  EXPECT_EQ(box.run({"ledger", "check"}).exit, 0);
  const auto cut = box.run({"ledger", "check", "--head", "today.head", "--key", "audit.pem", "--json"});
  EXPECT_EQ(cut.exit, 8) << cut;
}

// A bench has the root's certificate and no key: it begins a ledger of its own, once.
TEST(Ledger, OfABenchIsNotBegunTwice) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  ASSERT_EQ(box.shell("mkdir -p bench/ca && cp ec200u-pki.toml bench/ && cp ca/root.pem bench/ca/").exit, 0);
  const auto at_bench = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"-C", "bench"});
    return box.run(words);
  };
  const std::vector<std::string> provision{"provision", "--port", "sim", "--no-connect"};
  ASSERT_EQ(at_bench(provision).exit, 0);
  ASSERT_EQ(box.shell("rm bench/ledger.db*").exit, 0);
  for (const char* attempt : {"first", "second"}) {
    const auto lost = at_bench(provision);
    EXPECT_EQ(lost.exit, 8) << attempt << lost;
    EXPECT_NE(lost.err.find("ledger.db is gone"), std::string::npos) << lost;
    EXPECT_NE(lost.err.find("make an empty file of that name"), std::string::npos) << lost;
  }
  // What only looks goes on, says so, and begins none.
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"audit", "--port", "sim"}, {"doctor", "--port", "sim"}, {"provision", "--port", "sim", "--dry-run"}}) {
    const auto looked = at_bench(words);
    EXPECT_NE(looked.exit, 8) << looked;
    EXPECT_NE(looked.err.find("warning: the ledger"), std::string::npos) << looked;
    EXPECT_FALSE(std::filesystem::exists(box / "bench/ledger.db")) << looked;
  }
  box.write("bench/ledger.db", "");
  const auto anew = at_bench(provision);
  EXPECT_EQ(anew.exit, 0) << anew;
}

TEST(Ledger, ExportsToAFileOrThePipeAndOverwritesNothing) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"ledger", "export", "--out", "all.csv", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  EXPECT_EQ(ran.json()["count"].integer(), 3);
  const auto csv = *read_file(box / "all.csv");
  EXPECT_TRUE(csv.starts_with("serial,status,kind,name,")) << csv;
  EXPECT_EQ(box.run({"ledger", "export", "--out", "all.csv"}).exit, 5);
  EXPECT_EQ(*read_file(box / "all.csv"), csv);
  const auto piped = box.shell("ec200u-pki ledger export --format jsonl --kind server | wc -l");
  EXPECT_EQ(piped.out, "1\n") << piped;
  const auto inside = box.run({"ledger", "export", "--json"});
  EXPECT_EQ(inside.exit, 0) << inside;
  EXPECT_EQ(static_cast<std::int64_t>(inside.json()["rows"].size()), ran.json()["count"].integer()) << inside;
  EXPECT_EQ(inside.json()["rows"][std::size_t{0}]["kind"].text(), "root") << inside;
  const auto array = Json::parse(box.run({"ledger", "export", "--format", "json"}).out);
  ASSERT_TRUE(array) << array.error().what;
  EXPECT_EQ(array->dump(), inside.json()["rows"].dump());
  EXPECT_EQ(box.run({"ledger", "export", "devices", "--format", "json"}).out, "[]\n");
  EXPECT_EQ(box.run({"ledger", "export", "devices", "--format", "aws-iot"}).exit, 2);
  EXPECT_EQ(box.run({"ledger", "export", "--format", "xml"}).exit, 2);
  const auto aws = box.run({"ledger", "export", "--format", "aws-iot", "--out", "t.json", "--template", "r.json"});
  EXPECT_EQ(aws.exit, 0) << aws;
  EXPECT_TRUE(Json::parse(*read_file(box / "r.json")));
}

TEST(Ledger, TakesAPersonOut) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto who = box.run({"ledger", "list", "events", "--json"}).json()["rows"][0]["operator"].text_or("");
  ASSERT_FALSE(who.empty());
  const auto unsure = box.run({"ledger", "redact", who});
  EXPECT_EQ(unsure.exit, 2) << unsure;
  EXPECT_EQ(box.run({"ledger", "redact", "nobody at all", "--yes"}).exit, 3);
  ASSERT_EQ(box.run({"ledger", "redact", who, "--yes"}).exit, 0);
  const auto events = box.run({"ledger", "list", "events", "--json"});
  EXPECT_EQ(events.json()["rows"][0]["operator"].text(), "(redacted)") << events;
  EXPECT_EQ(box.run({"ledger", "check"}).exit, 0);
}

TEST(Ledger, ALedgerOfANewerProgramEndsInItsExitCode) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  // PRAGMA user_version lives at offset 60 (sqlite.org, "Database File Format").
  ASSERT_EQ(box.shell("printf '\\000\\000\\000\\143' | dd of=ledger.db bs=1 seek=60 conv=notrunc status=none").exit, 0);
  const auto refused = box.run({"ledger", "check", "--json"});
  EXPECT_EQ(refused.exit, 8) << refused;
  EXPECT_NE(refused.out.find("newer"), std::string::npos) << refused;
}

// Root may write whatever the modes say: it becomes somebody else.
TEST(Ledger, AnArchiveThatNobodyMayWriteIsRead) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  ASSERT_EQ(box.run({"issue", "client", "d1"}).exit, 0);
  const std::string as = ::geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
  ASSERT_EQ(box.shell((as.empty() ? "true" : "chown -R 65534:65534 .") + std::string(" && chmod -R a-w .")).exit, 0);
  if (box.shell(as + "ec200u-pki --version").exit != 0) GTEST_SKIP() << "the program is where nobody else may go";
  const auto before = box.shell("ls -lRn").out;
  for (const auto* command : {"list", "show d1", "export d1", "ledger list", "ledger list events", "ledger show d1",
                              "ledger export", "ledger check", "ledger head", "renew --check --within 1d"}) {
    const auto ran = box.shell(as + "ec200u-pki " + command);
    EXPECT_EQ(ran.exit, 0) << ran;
  }
  for (const auto* command : {"issue client d2", "revoke d1", "crl", "backup ../b", "doctor --port sim"}) {
    const auto ran = box.shell(as + "ec200u-pki " + command + " --json");
    EXPECT_EQ(ran.exit, 5) << ran;
    EXPECT_NE(ran.json()["error"]["hint"].text_or(""), "") << ran;
    EXPECT_NE(ran.json()["error"]["what"].text_or("").find(box.folder().string()), std::string::npos) << ran;
  }
  EXPECT_EQ(box.shell("ls -lRn").out, before);
  EXPECT_EQ(box.shell("chmod -R u+w .").exit, 0);
}

TEST(Ledger, IsReadOnAFullDisk) {
  Sandbox box;
  if (box.shell("unshare -rm sh -c 'mount -t tmpfs -o size=64k none /mnt'").exit != 0)
    GTEST_SKIP() << "no file system can be mounted here";
  ASSERT_EQ(box.init().exit, 0);
  box.write("script", R"sh(
set -e
mkdir full
mount -t tmpfs -o size=2m none full
mkdir -p full/broker/certs
cp broker/certs/server.pem full/broker/certs
cp -r ec200u-pki.toml ledger.db ca full
cd full
dd if=/dev/zero of=fill bs=1k count=4000 2>/dev/null || true
for command in list 'show root' 'ledger check' 'renew --check' 'ledger export'; do ec200u-pki $command; done
ec200u-pki revoke broker.test 2>../said && exit=0 || exit=$?
test $exit = 5
grep -q "no room for the ledger" ../said || { cat ../said; exit 1; }
)sh");
  const auto ran = box.shell("unshare -rm sh -x script");
  EXPECT_EQ(ran.exit, 0) << ran;
}

TEST(Ledger, MovesIntoPostgresAndGoesOnWithoutIt) {
  if (const auto why = ledger::PostgresServer::missing(); !why.empty()) GTEST_SKIP() << why;
  const auto server = ledger::PostgresServer::make();
  ASSERT_NE(server, nullptr);
  const auto url = server->new_database();
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto before = box.run({"ledger", "check", "--json"}).json()["last_hash"].text();
  const auto moved = box.run({"ledger", "copy", "--to", url});
  ASSERT_EQ(moved.exit, 0) << moved;
  EXPECT_NE(box.run({"ledger", "copy", "--to", url}).exit, 0) << "it is not empty any more";
  EXPECT_EQ(box.run({"ledger", "merge"}).exit, 2) << "a file has nothing to merge";
  project_with(box, url);
  const auto after = box.run({"ledger", "check", "--json"});
  ASSERT_EQ(after.exit, 0) << after;
  EXPECT_EQ(after.json()["last_hash"].text(), before);
  EXPECT_EQ(box.run({"ledger", "list", "--json"}).json()["count"].integer(), 3);
  ASSERT_EQ(box.run({"ledger", "copy", "--to", "back.db"}).exit, 0);

  server->kill();
  for (const auto* command : {"list", "check", "export"}) {
    const auto away = box.run({"ledger", command});
    EXPECT_EQ(away.exit, 8) << away;  // what this station alone knows would be a wrong answer
    EXPECT_NE(away.err.find("not reachable"), std::string::npos) << away;
  }
  EXPECT_EQ(box.run({"ledger", "list", "devices"}).exit, 0) << "what this station did is there";
  const auto merge = box.run({"ledger", "merge", "--json"});
  EXPECT_EQ(merge.exit, 8) << merge;
  ASSERT_TRUE(server->start());
  EXPECT_EQ(box.run({"ledger", "merge", "--json"}).exit, 0);
}

TEST(Ledger, AProjectMayGoOnInAnEmptyDatabaseWithoutWhatItsFileHolds) {
  if (const auto why = ledger::PostgresServer::missing(); !why.empty()) GTEST_SKIP() << why;
  const auto server = ledger::PostgresServer::make();
  ASSERT_NE(server, nullptr);
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  project_with(box, server->new_database());
  const auto issued = box.run({"issue", "client", "first", "second"});
  EXPECT_EQ(issued.exit, 0) << issued;
  EXPECT_EQ(box.run({"ledger", "list", "--json"}).json()["count"].integer(), 3) << "with the devices' root";
}

TEST(Ledger, AUrlThatIsNoneIsSaidWithItsPlace) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  project_with(box, "mysql://kim:secretword@host/db");
  const auto refused = box.run({"ledger", "list"});
  EXPECT_EQ(refused.exit, 3) << refused;
  EXPECT_NE(refused.err.find("ledger.url names no PostgreSQL database"), std::string::npos) << refused;
  EXPECT_EQ(refused.err.find("secretword"), std::string::npos) << "it may hold a password";
}

}  // namespace
}  // namespace epki::test

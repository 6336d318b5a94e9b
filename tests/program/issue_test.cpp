// issue, by name, from a list, for a request; cut and taken up again.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <fstream>
#include <functional>
#include <set>

#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777U : 0;
}

std::size_t count_of(std::string_view word, const std::string& text) {
  std::size_t n = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

std::string list_of(std::size_t names) {
  std::string text = "name\n";
  for (std::size_t i = 0; i < names; ++i) text += "device-" + std::to_string(i) + "\n";
  return text;
}

TEST(Issue, AClientByNameUnderTheDevicesOwnRoot) {
  Sandbox box;
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  const auto ran = box.run({"issue", "client", "861234567890123", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  const auto said = ran.json();
  EXPECT_EQ(said["schema"].text(), "ec200u-pki/issue/1");
  EXPECT_EQ(said["count"].integer(), 1);
  const auto& one = said["issued"][std::size_t{0}];
  EXPECT_EQ(one["name"].text(), "861234567890123");
  EXPECT_EQ(said.dump().find("BEGIN"), std::string::npos) << "paths, never PEM";
  const std::filesystem::path certificate = one["certificate"].text_or(""), key = one["key"].text_or("");
  EXPECT_EQ(mode_of(key), 0600U);
  EXPECT_EQ(mode_of(certificate), 0644U);
  const auto verified =
      box.shell("openssl verify -x509_strict -purpose sslclient -CAfile ca/device-root.pem " + certificate.string() +
                " && openssl x509 -noout -subject -serial -in " + certificate.string());
  EXPECT_EQ(verified.exit, 0) << verified;
  EXPECT_NE(verified.out.find("CN = 861234567890123"), std::string::npos) << verified;
  EXPECT_NE(box.shell("openssl verify -CAfile ca/root.pem " + certificate.string()).exit, 0);
  const auto same = box.shell("diff <(openssl pkey -pubout -in " + key.string() +
                              ") <(openssl x509 -pubkey -noout -in " + certificate.string() + ")");
  EXPECT_EQ(same.exit, 0) << same;
}

TEST(Issue, WithoutMutualMakesTheDevicesRootWhenItIsFirstNeeded) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"issue", "client", "one"});
  ASSERT_EQ(ran.exit, 0) << ran;
  EXPECT_NE(ran.err.find("ca/device-root.pem"), std::string::npos) << ran;
  EXPECT_EQ(box.shell("openssl verify -CAfile ca/device-root.pem certs/one/one.pem").exit, 0);
  EXPECT_NE(box.shell("openssl verify -CAfile ca/root.pem certs/one/one.pem").exit, 0)
      << "never from the broker's root";
  EXPECT_EQ(mode_of(box / "ca/device-root.key"), 0600U);
  EXPECT_NE(read_file(box / "ca/device-root.key")->find("ENCRYPTED"), std::string::npos);
  EXPECT_EQ(box.run({"issue", "client", "two"}).exit, 0) << "the root is made once";
}

TEST(Issue, ASlipInThePassphraseMakesNoRoot) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  box.write("wrong", "not the passphrase\n");
  const auto ran = box.run({"issue", "client", "one", "--passphrase-file", "wrong"});
  EXPECT_EQ(ran.exit, 4) << ran;
  EXPECT_FALSE(std::filesystem::exists(box / "ca/device-root.key"));
}

TEST(Issue, OverwritesNothing) {
  Sandbox box;
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  ASSERT_EQ(box.run({"issue", "client", "one"}).exit, 0);
  const auto before = *read_file(box / "certs/one/one.pem");
  const auto again = box.run({"issue", "client", "two", "one"});
  EXPECT_EQ(again.exit, 5) << again;
  EXPECT_EQ(*read_file(box / "certs/one/one.pem"), before);
  EXPECT_FALSE(std::filesystem::exists(box / "certs/two")) << "nothing was issued";
  box.write("all.pem", "mine");
  EXPECT_EQ(box.run({"issue", "client", "three", "--out", "all.pem"}).exit, 5);
  EXPECT_EQ(*read_file(box / "all.pem"), "mine");
}

TEST(Issue, AListBecomesOneBundle) {
  Sandbox box;
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  box.write("list.csv",
            "\xef\xbb\xbf"
            "days,name\r\n30,\"one, two\"\r\n,three\r\n\r\n5,four\r\n");
  const auto ran = box.run({"issue", "client", "--csv", "list.csv", "--out", "all.pem", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  const auto said = ran.json();
  EXPECT_EQ(said["count"].integer(), 3);
  EXPECT_EQ(said["issued"][std::size_t{0}]["name"].text(), "one, two");
  EXPECT_EQ(said["issued"][std::size_t{0}]["key"].text(), (box / "all.pem").string());
  const auto bundle = *read_file(box / "all.pem");
  EXPECT_EQ(count_of("BEGIN PRIVATE KEY", bundle), 3U);
  EXPECT_EQ(count_of("BEGIN CERTIFICATE", bundle), 3U);
  EXPECT_EQ(mode_of(box / "all.pem"), 0600U);
  const auto listed = box.run({"list", "--kind", "device", "--expires-within", "29d", "--json"});
  EXPECT_EQ(listed.json()["count"].integer(), 1) << listed;
}

TEST(Issue, ComplaintsAboutAListSayWhere) {
  Sandbox box;
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  const std::pair<const char*, const char*> wrong[] = {
      {"name,day\na,1\n", "list.csv:1: no column is called \"day\""},
      {"days\n1\n", "list.csv:1: the column name is missing"},
      {"name\na\nb\na\n", "list.csv:4: \"a\" comes twice"},
      {"name\na/b\n", "list.csv:2: "},
      {"name,days\na,soon\n", "list.csv:2: \"soon\" is no number of days"},
      {"name,days\na,1,2\n", "list.csv:2: 3 fields"},
      {"name\n\"a\n", "list.csv:2: a quote is never closed"},
      {"name\n", "names nobody"},
      {"", "is empty"},
  };
  for (const auto& [text, sentence] : wrong) {
    box.write("list.csv", text);
    const auto ran = box.run({"issue", "client", "--csv", "list.csv", "--out", "all.pem"});
    EXPECT_EQ(ran.exit, 3) << ran;
    EXPECT_NE(ran.err.find(sentence), std::string::npos) << sentence << "\n" << ran;
    EXPECT_FALSE(std::filesystem::exists(box / "all.pem.part")) << ran;
  }
}

// Begins the batch list.csv into `out`, and kills it as soon as `far_enough` says so.
void cut_batch(const Sandbox& box, const std::string& out, const std::function<bool()>& far_enough) {
  auto child =
      Child::start({.argv = {"env", "EC200U_PKI_PASSPHRASE=correct horse battery staple", EPKI_BIN_DIR "/ec200u-pki",
                             "-q", "issue", "client", "--csv", "list.csv", "--out", out},
                    .folder = box.folder(),
                    .error_file = box / "err",
                    .output_file = box / "out"});
  ASSERT_TRUE(child);
  while (child->running() && !far_enough())
    [[maybe_unused]] const auto paced = child->wait(after(std::chrono::milliseconds(1)));
  child->kill_now();
  ASSERT_TRUE(child->wait(after(std::chrono::seconds(20))));
}

/// Whether the bundle that is being written holds so many bytes.
std::function<bool()> part_holds(const Sandbox& box, std::uintmax_t bytes) {
  return [part = box / "all.pem.part", bytes] {
    std::error_code ignored;
    return std::filesystem::exists(part, ignored) && std::filesystem::file_size(part, ignored) >= bytes;
  };
}

// Killed at three moments, then finished: each name once in the bundle, and nothing in the bundle that the ledger does
// not hold as valid.
TEST(Issue, ABatchThatIsKilledGoesOnWhereItStopped) {
  Sandbox box;
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  constexpr std::size_t devices = 3000;
  box.write("list.csv", list_of(devices));
  for (const std::uintmax_t bytes : {1U, 300000U, 900000U}) {
    cut_batch(box, "all.pem", part_holds(box, bytes));
    ASSERT_FALSE(HasFatalFailure());
  }
  const auto ran = box.run({"issue", "client", "--csv", "list.csv", "--out", "all.pem"});
  ASSERT_EQ(ran.exit, 0) << ran;
  EXPECT_NE(ran.err.find("going on with a batch that was cut"), std::string::npos) << ran;
  EXPECT_FALSE(std::filesystem::exists(box / "all.pem.part"));
  const auto bundle = *read_file(box / "all.pem");
  EXPECT_EQ(count_of("BEGIN PRIVATE KEY", bundle), devices);
  EXPECT_EQ(count_of("BEGIN CERTIFICATE", bundle), devices);
  const auto in_bundle = box.shell(
      "openssl crl2pkcs7 -nocrl -certfile all.pem | openssl pkcs7 -print_certs -noout | grep subject | sort -u | wc "
      "-l");
  EXPECT_EQ(trimmed(in_bundle.out), std::to_string(devices)) << in_bundle;
  const auto valid = box.run({"list", "--kind", "device", "--status", "valid", "--json"});
  EXPECT_EQ(valid.json()["count"].integer(), static_cast<std::int64_t>(devices));
  EXPECT_EQ(box.run({"ledger", "check"}).exit, 0);
  const auto again = box.run({"issue", "client", "--csv", "list.csv", "--out", "all.pem"});
  EXPECT_EQ(again.exit, 5) << again;
  EXPECT_NE(again.err.find("this batch is finished already: the 3000 certificates of this list are in "),
            std::string::npos)
      << again;
}

TEST(Issue, AFinishedBatchIsToldFromWhatIsSomebodyElses) {
  Sandbox box;
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  box.write("list.csv", list_of(3));
  box.write("other.csv", list_of(4));
  const auto issue = [&](const std::string& list, const std::string& out) {
    return box.run({"issue", "client", "--csv", list, "--out", out});
  };
  const auto finished = [](const Ran& ran) {
    EXPECT_EQ(ran.exit, 5) << ran;
    return ran.err.find("this batch is finished already") != std::string::npos;
  };
  for (const std::string out : {"all.pem", "all"}) {
    ASSERT_EQ(issue("list.csv", out).exit, 0);
    const auto again = issue("list.csv", out);
    EXPECT_TRUE(finished(again)) << again;
    EXPECT_NE(
        again.err.find("the 3 certificates of this list are in " + (box / out.c_str()).string() + "; nothing was done"),
        std::string::npos)
        << again;
    EXPECT_FALSE(finished(issue("other.csv", out))) << "another list";
  }
  EXPECT_EQ(box.run({"list", "--kind", "device", "--json"}).json()["count"].integer(), 6);
  // Cut short, longer than it was, or not the ledger's.
  ASSERT_EQ(box.shell("head -c -1 all.pem >short.pem && { cat all.pem; echo more; } >long.pem && rm all/*/*2.pem && "
                      "sed 's/^/x/' all.pem >foreign.pem && mkfifo pipe.pem")
                .exit,
            0);
  for (const auto* out : {"short.pem", "long.pem", "foreign.pem", "pipe.pem", "all"})
    EXPECT_FALSE(finished(issue("list.csv", out))) << out;
  ASSERT_EQ(box.shell("openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=x -keyout k.pem "
                      "-out c.pem "
                      "2>/dev/null && for i in 1 2 3; do cat k.pem c.pem; done >stranger.pem")
                .exit,
            0);
  EXPECT_FALSE(finished(issue("list.csv", "stranger.pem"))) << "as many, and of nobody this ledger knows";
}

// Cut between claiming the name and the first note of the batch.
TEST(Issue, AnEmptyPartThatNobodyHoldsIsInNobodysWay) {
  Sandbox box;
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  box.write("list.csv", list_of(3));
  box.write("all.pem.part", "");
  const auto held = box.shell("EC200U_PKI_PASSPHRASE='" + Sandbox::passphrase() +
                              "' flock all.pem.part ec200u-pki issue client --csv list.csv --out all.pem");
  EXPECT_EQ(held.exit, 5) << held;
  EXPECT_NE(held.err.find("another process is writing"), std::string::npos) << held;
  box.write("all.pem.part", "somebody's");
  EXPECT_EQ(box.run({"issue", "client", "--csv", "list.csv", "--out", "all.pem"}).exit, 5);
  EXPECT_EQ(*read_file(box / "all.pem.part"), "somebody's");
  box.write("all.pem.part", "");
  const auto ran = box.run({"issue", "client", "--csv", "list.csv", "--out", "all.pem"});
  EXPECT_EQ(ran.exit, 0) << ran;
  EXPECT_FALSE(std::filesystem::exists(box / "all.pem.part"));
  EXPECT_EQ(count_of("BEGIN CERTIFICATE", *read_file(box / "all.pem")), 3U);
}

// The last two steps give the bundle its name and take the other one away; the state between them is made by hand.
TEST(Issue, ABundleThatWasCutWithBothItsNamesIsCompleted) {
  Sandbox box;
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  constexpr std::size_t devices = 3000;
  box.write("list.csv", list_of(devices));
  cut_batch(box, "all.pem", part_holds(box, 1));
  ASSERT_FALSE(HasFatalFailure());
  box.write("all.pem", "in the way");
  const auto held_up = box.run({"issue", "client", "--csv", "list.csv", "--out", "all.pem"});
  ASSERT_EQ(held_up.exit, 5) << held_up;
  EXPECT_EQ(*read_file(box / "all.pem"), "in the way");
  std::filesystem::remove(box / "all.pem");
  std::filesystem::create_hard_link(box / "all.pem.part", box / "all.pem");
  const auto ran = box.run({"issue", "client", "--csv", "list.csv", "--out", "all.pem"});
  EXPECT_EQ(ran.exit, 0) << ran;
  EXPECT_FALSE(std::filesystem::exists(box / "all.pem.part"));
  EXPECT_EQ(count_of("BEGIN CERTIFICATE", *read_file(box / "all.pem")), devices);
}

TEST(Issue, AFolderThatWasCutIsCompleted) {
  Sandbox box;
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  box.write("list.csv", list_of(600));
  cut_batch(box, "devices", [&] { return std::filesystem::exists(box / "devices/device-3"); });
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_EQ(box.run({"issue", "client", "--csv", "list.csv", "--out", "devices"}).exit, 0);
  const auto whole = box.shell(
      "for d in devices/*/; do n=$(basename $d); "
      "cmp -s <(openssl pkey -pubout -in $d/$n.key) <(openssl x509 -pubkey -noout -in $d/$n.pem) && echo $n; done | wc "
      "-l");
  EXPECT_EQ(trimmed(whole.out), "600") << whole;
}

TEST(Issue, TwoAtOnceNeverClash) {
  Sandbox box;
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  const auto ran = box.shell(
      "export EC200U_PKI_PASSPHRASE='correct horse battery staple'; pids=; for i in 1 2 3 4; do "
      "ec200u-pki -q issue client a$i b$i c$i & pids=\"$pids $!\"; done; for p in $pids; do wait $p || exit 1; done");
  EXPECT_EQ(ran.exit, 0) << ran;
  const auto listed = box.run({"list", "--kind", "device", "--json"}).json();
  std::set<std::string> serials;
  for (const auto& one : listed["certificates"].items()) serials.insert(one["serial"].text_or(""));
  EXPECT_EQ(serials.size(), 12U) << listed.dump();
}

TEST(Issue, ForARequestOnlyTheKeyAndTheNameCount) {
  Sandbox box;
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  ASSERT_EQ(box.shell("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout r.key -out r.csr "
                      "-subj /O=Else/CN=asked -addext basicConstraints=CA:TRUE")
                .exit,
            0);
  const auto ran = box.run({"issue", "client", "--csr", "r.csr", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  const auto one = ran.json()["issued"][std::size_t{0}];
  EXPECT_TRUE(one["key"].is_null());
  const auto text = box.shell("openssl x509 -noout -text -in " + one["certificate"].text_or("")).out;
  EXPECT_NE(text.find("Subject: CN = asked\n"), std::string::npos) << text;
  EXPECT_NE(text.find("CA:FALSE"), std::string::npos) << text;
  // The same request with another key's signature: whoever sends it does not hold the key.
  ASSERT_EQ(
      box.shell("openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout s.key -outform DER "
                "-out s.der -subj /CN=asked; openssl req -in r.csr -outform DER -out r.der; n=$(stat -c %s r.der); "
                "head -c $((n-20)) r.der > t.der; tail -c 20 s.der >> t.der")
          .exit,
      0);
  const auto forged = box.run({"issue", "client", "other", "--csr", "t.der"});
  EXPECT_EQ(forged.exit, 3) << forged;
  const auto made = box.shell("openssl req -new -key ca/device-root.key -passin 'pass:" + Sandbox::passphrase() +
                              "' -subj /CN=thief -out c.csr");
  ASSERT_EQ(made.exit, 0) << made;
  const auto own = box.run({"issue", "client", "--csr", "c.csr"});
  EXPECT_EQ(own.exit, 3) << own;
  EXPECT_NE(own.err.find("is that of the CA"), std::string::npos) << own;
}

TEST(Issue, AServerServesItsChain) {
  Sandbox box;
  ASSERT_EQ(box.init({"--issuing"}).exit, 0);
  ASSERT_EQ(box.run({"issue", "server", "standby.test", "--also", "192.0.2.7"}).exit, 0);
  const auto verified = box.shell(
      "openssl verify -purpose sslserver -verify_hostname standby.test -verify_ip 192.0.2.7 -CAfile ca/root.pem "
      "-untrusted certs/standby.test/standby.test.pem certs/standby.test/standby.test.pem");
  EXPECT_EQ(box.shell("openssl verify -purpose sslserver -verify_hostname standby.test -CAfile ca/root.pem -untrusted "
                      "certs/standby.test/standby.test.pem certs/standby.test/standby.test.pem")
                .exit,
            0)
      << verified;
  EXPECT_EQ(count_of("BEGIN CERTIFICATE", *read_file(box / "certs/standby.test/standby.test.pem")), 2U);
}

TEST(Issue, WordsThatDoNotFitAreUsage) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const std::vector<std::vector<std::string>> wrong{{"issue"},
                                                    {"issue", "client"},
                                                    {"issue", "client", "../up"},
                                                    {"issue", "client", "a", "a"},
                                                    {"issue", "client", "a/b"},
                                                    {"issue", "client", "a", "--csv", "list.csv"},
                                                    {"issue", "client", "a", "--days", "0"},
                                                    {"issue", "server", "not a host"}};
  for (const auto& words : wrong) {
    const auto ran = box.run(words);
    EXPECT_EQ(ran.exit, 2) << ran;
  }
  EXPECT_EQ(box.run({"issue", "client", "--csv", "nope.csv"}).exit, 3);
}

}  // namespace
}  // namespace epki::test

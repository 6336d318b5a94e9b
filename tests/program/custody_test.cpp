// Keys elsewhere: a root kept offline, keys in a token, a project put back from its backup.

#include <gtest/gtest.h>
#include <stdlib.h>

#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

class Custody : public ::testing::Test {
 protected:
  // off/ holds the roots' keys, on/ everything else, usb/ travels.
  void two_machines() {
    ASSERT_EQ(box.shell("mkdir off usb").exit, 0);
    const auto made = box.run({"-C", "off", "init", "--host", "broker.test", "--issuing", "--mutual", "--key",
                               "ec-p256", "--name", "acme", "--permit-name", "broker.test"});
    ASSERT_EQ(made.exit, 0) << made;
    ASSERT_EQ(box.shell("cp -r off on && rm on/ca/root.key on/ca/device-root.key").exit, 0);
  }
  Sandbox box;
};

TEST_F(Custody, AnIssuingCaTravelsToItsRootAndBack) {
  two_machines();
  const auto asked = box.run({"-C", "on", "ca", "request", "--label", "line-2", "--out", "../usb", "--json"});
  ASSERT_EQ(asked.exit, 0) << asked;
  EXPECT_EQ(asked.json()["action"].text(), "request");
  const auto fingerprint = asked.json()["request_sha256"].text_or("");
  EXPECT_EQ(box.shell("sha256sum usb/issuing-device-line-2.csr | grep -q " + fingerprint).exit, 0);
  EXPECT_EQ(box.shell("openssl req -verify -noout -in usb/issuing-device-line-2.csr").exit, 0);

  const std::string request = "../usb/issuing-device-line-2.csr";
  EXPECT_EQ(box.run({"-C", "off", "ca", "sign", request, "--expect", std::string(16, '0')}).exit, 3);
  EXPECT_EQ(box.run({"-C", "on", "ca", "sign", request}).exit, 3) << "no root's key is there";
  const auto signed_once = box.run(
      {"-C", "off", "ca", "sign", request, "--expect", fingerprint, "--operator", "Ann", "--witness", "Bob", "--json"});
  ASSERT_EQ(signed_once.exit, 0) << signed_once;
  ASSERT_EQ(box.shell("rm usb/issuing-device-line-2.pem").exit, 0);
  const auto again = box.run({"-C", "off", "ca", "sign", request, "--json"});
  ASSERT_EQ(again.exit, 0) << again;
  EXPECT_EQ(again.json()["serial"].text(), signed_once.json()["serial"].text()) << "one request, one certificate";

  const auto imported = box.run({"-C", "on", "ca", "import", "../usb/issuing-device-line-2.pem", "--json"});
  ASSERT_EQ(imported.exit, 0) << imported;
  EXPECT_EQ(box.run({"-C", "on", "ca", "import", "../usb/issuing-device-line-2.pem"}).exit, 0) << "twice is fine";
  ASSERT_EQ(box.run({"-C", "on", "issue", "client", "d1"}).exit, 0);
  const auto verified = box.shell(
      "openssl verify -x509_strict -CAfile off/ca/device-root.pem -untrusted on/ca/issuing-device-line-2.pem "
      "on/certs/d1/d1.pem && openssl x509 -in on/ca/issuing-device-line-2.pem -noout -text | grep -q pathlen:0");
  EXPECT_EQ(verified.exit, 0) << verified;
  EXPECT_EQ(box.shell("grep -c BEGIN on/broker/certs/client-ca.pem").out, "2\n") << "each issuing CA an anchor";

  // One for the broker keeps to the names that the project permits; the devices' have none.
  ASSERT_EQ(box.run({"-C", "on", "ca", "request", "--for", "server", "--label", "b", "--out", "../usb"}).exit, 0);
  ASSERT_EQ(box.run({"-C", "off", "ca", "sign", "../usb/issuing-server-b.csr"}).exit, 0);
  EXPECT_EQ(box.shell("openssl x509 -in usb/issuing-server-b.pem -noout -text | grep -q DNS:broker.test").exit, 0);
  EXPECT_NE(box.shell("openssl x509 -in on/ca/issuing-device-line-2.pem -noout -text | grep -q 'Name C'").exit, 0);
}

TEST_F(Custody, AStolenIssuingCaIsTakenOutAndSignsNoMore) {
  two_machines();
  ASSERT_EQ(box.run({"-C", "on", "ca", "request", "--out", "../usb"}).exit, 0);
  ASSERT_EQ(box.run({"-C", "off", "ca", "sign", "../usb/issuing-device-2.csr"}).exit, 0);
  ASSERT_EQ(box.run({"-C", "on", "ca", "import", "../usb/issuing-device-2.pem"}).exit, 0);
  ASSERT_EQ(box.run({"-C", "on", "revoke", "issuing-device-2", "--reason", "caCompromise"}).exit, 0);
  EXPECT_EQ(box.shell("grep -c BEGIN on/broker/certs/client-ca.pem").out, "1\n");
  ASSERT_EQ(box.run({"-C", "on", "issue", "client", "d2"}).exit, 0);
  EXPECT_EQ(box.shell("openssl x509 -in on/certs/d2/d2.pem -noout -issuer | grep -q 'issuing$'").exit, 0)
      << "the first issuing CA signs again";
  const auto shown = box.run({"-C", "on", "show", "issuing-device"});
  EXPECT_NE(shown.out.find("CN=acme device issuing,"), std::string::npos) << "called as its file: " << shown;
  EXPECT_EQ(box.run({"-C", "on", "crl"}).exit, 0);
}

TEST_F(Custody, AnAlteredCeremonyLogStopsTheCeremony) {
  two_machines();
  ASSERT_EQ(box.run({"-C", "on", "ca", "request", "--out", "../usb", "--operator", "Ann"}).exit, 0);
  ASSERT_EQ(box.run({"-C", "on", "ca", "request", "--for", "server", "--label", "b", "--out", "../usb"}).exit, 0);
  ASSERT_EQ(box.shell("sed -i s/Ann/Eve/ usb/ceremony-log.jsonl").exit, 0);
  const auto refused = box.run({"-C", "off", "ca", "sign", "../usb/issuing-device-2.csr"});
  EXPECT_EQ(refused.exit, 3) << refused;
  EXPECT_NE(refused.err.find("line 2"), std::string::npos) << refused;
}

// The chain shows a line altered by the one behind it. Nothing stands behind the last.
TEST_F(Custody, TheLastLineOfTheCeremonyLogIsVouchedFor) {
  two_machines();
  const std::string request = "../usb/issuing-device-2.csr", log = "usb/ceremony-log.jsonl";
  ASSERT_EQ(box.run({"-C", "on", "ca", "request", "--out", "../usb", "--operator", "Ann"}).exit, 0);
  ASSERT_EQ(box.shell("cp " + log + " kept && sed -i s/Ann/Eve/ " + log).exit, 0);
  const auto altered = box.run({"-C", "off", "ca", "sign", request});
  EXPECT_EQ(altered.exit, 3) << altered;
  EXPECT_NE(altered.err.find("line 1, the last"), std::string::npos) << altered;
  ASSERT_EQ(box.shell("sed -i 's/,\"signature\":\"[0-9a-f]*\"//' " + log).exit, 0);
  EXPECT_EQ(box.run({"-C", "off", "ca", "sign", request}).exit, 3) << "nobody signed it";
  ASSERT_EQ(box.shell("cp kept " + log).exit, 0);
  ASSERT_EQ(box.run({"-C", "off", "ca", "sign", request, "--operator", "Bob"}).exit, 0);

  ASSERT_EQ(box.shell("cp " + log + " kept && sed -i '$ s/Bob/Eve/' " + log).exit, 0);
  EXPECT_EQ(box.run({"-C", "on", "ca", "import", "../usb/issuing-device-2.pem"}).exit, 3);
  ASSERT_EQ(box.shell("cp kept " + log).exit, 0);
  ASSERT_EQ(box.run({"-C", "on", "ca", "import", "../usb/issuing-device-2.pem", "--operator", "Cid"}).exit, 0);

  // An import opens no key: here the ledger vouches for its line, elsewhere nobody does, and that is said.
  const auto elsewhere = box.run({"-C", "off", "ca", "sign", request});
  EXPECT_EQ(elsewhere.exit, 0) << elsewhere;
  EXPECT_NE(elsewhere.err.find("nothing here vouches"), std::string::npos) << elsewhere;
  EXPECT_EQ(box.run({"-C", "on", "ca", "request", "--label", "c", "--out", "../usb"}).exit, 0);
}

// What cannot be handed over is neither made nor recorded, and another try begins where the first one began.
TEST_F(Custody, AFullMediumCostsNothingButAnotherRun) {
  if (box.shell("unshare -rm sh -c 'mount -t tmpfs -o size=64k none /mnt'").exit != 0)
    GTEST_SKIP() << "no file system can be mounted here";
  two_machines();
  box.write("script", R"sh(
set -e
mount -t tmpfs -o size=64k none usb
full() { dd if=/dev/zero of=usb/fill bs=1k count=$1 2>/dev/null || true; }
# refused FILE COMMAND...: exit 5, and the sentence names the file and the cause
refused() {
  file=$1; shift
  ec200u-pki "$@" 2>said && exit=0 || exit=$?
  test $exit = 5 && grep -q "usb/$file: No space left on device" said && grep -q ^hint: said || { cat said; exit 1; }
}
signed() { ec200u-pki -C off list --kind issuing --json | grep -c '"serial"'; }
ceremonies() { ec200u-pki -C $1 ledger list events --json | grep -c '"ceremony-' || true; }
full 61
refused issuing-device-2.csr -C on ca request --out ../usb
test ! -e on/ca/issuing-device-2.key -a ! -e usb/issuing-device-2.csr -a "$(ceremonies on)" = 0
rm usb/fill
ec200u-pki -C on ca request --out ../usb
test "$(ceremonies on)" = 1
full 64
refused issuing-device-2.pem -C off ca sign ../usb/issuing-device-2.csr
test "$(signed)" = 2 -a ! -e usb/issuing-device-2.pem -a "$(ceremonies off)" = 0
rm usb/fill
ec200u-pki -C off ca sign ../usb/issuing-device-2.csr
ec200u-pki -C off ca sign ../usb/issuing-device-2.csr
test "$(signed)" = 3
refused b.backup -C on backup ../usb/b.backup
test ! -e usb/b.backup
mount -o remount,ro usb
ec200u-pki -C on ca import ../usb/issuing-device-2.pem 2>said
grep -q "log does not tell of this import" said
mount -o remount,rw usb
ec200u-pki -C on ca import ../usb/issuing-device-2.pem
test "$(ls usb | wc -l)" = 3
)sh");
  const auto ran = box.shell("EC200U_PKI_PASSPHRASE='" + Sandbox::passphrase() + "' unshare -rm sh -x script");
  EXPECT_EQ(ran.exit, 0) << ran;
}

// The medium took its line, this machine's log cannot: neither has it then, and the ledger knows nothing.
TEST_F(Custody, AStepIsInBothLogsOrInNone) {
  two_machines();
  ASSERT_EQ(box.run({"-C", "on", "ca", "request", "--out", "../usb"}).exit, 0);
  ASSERT_EQ(box.shell("cp usb/ceremony-log.jsonl kept && mkdir off/ca/ceremony-log.jsonl").exit, 0);
  const auto refused = box.run({"-C", "off", "ca", "sign", "../usb/issuing-device-2.csr", "--json"});
  EXPECT_EQ(refused.exit, 3) << refused;
  EXPECT_EQ(box.shell("cmp kept usb/ceremony-log.jsonl").exit, 0);
  ASSERT_EQ(box.shell("rmdir off/ca/ceremony-log.jsonl").exit, 0);
  const auto done = box.run({"-C", "off", "ca", "sign", "../usb/issuing-device-2.csr", "--json"});
  ASSERT_EQ(done.exit, 0) << done;
  EXPECT_EQ(box.shell("wc -l < usb/ceremony-log.jsonl").out, "2\n");
  EXPECT_EQ(box.shell("wc -l < off/ca/ceremony-log.jsonl").out, "1\n");
}

TEST_F(Custody, WithoutThePublishedListNothingIsSigned) {
  ASSERT_EQ(box.shell("mkdir old new none").exit, 0);
  ASSERT_EQ(box.run({"-C", "old", "init", "--host", "broker.test", "--mutual", "--key", "ec-p256"}).exit, 0);
  ASSERT_EQ(box.run({"-C", "old", "issue", "client", "stolen"}).exit, 0);
  ASSERT_EQ(box.run({"-C", "old", "backup", "../b.backup"}).exit, 0);
  ASSERT_EQ(box.run({"-C", "old", "revoke", "stolen"}).exit, 0);
  ASSERT_EQ(box.run({"-C", "old", "crl"}).exit, 0);

  const auto restored = box.run({"-C", "new", "restore", "../b.backup", "--json"});
  ASSERT_EQ(restored.exit, 0) << restored;
  EXPECT_EQ(restored.json()["unaccounted"].size(), 1U) << restored;
  EXPECT_EQ(box.run({"-C", "new", "issue", "client", "next"}).exit, 8);
  EXPECT_EQ(box.run({"-C", "new", "crl"}).exit, 8) << "it would make the stolen one good again";
  EXPECT_EQ(box.run({"-C", "new", "ca", "settle", "--all", "--revoked"}).exit, 1) << "it is no serial";
  EXPECT_EQ(box.run({"-C", "new", "ca", "settle", "published-list", "--revoked"}).exit, 2);
  EXPECT_EQ(box.run({"-C", "new", "ca", "settle", "--no-published-crl"}).exit, 2) << "somebody must vouch";
  const auto settled = box.run({"-C", "new", "ca", "settle", "--crl", "../old/broker/certs/crl.pem", "--json"});
  ASSERT_EQ(settled.exit, 0) << settled;
  EXPECT_EQ(settled.json()["revoked_again"].integer(), 1) << settled;
  const auto crl = box.run({"-C", "new", "crl", "--json"});
  ASSERT_EQ(crl.exit, 0) << crl;
  EXPECT_EQ(crl.json()["crls"][std::size_t{0}]["entries"].integer(), 1) << crl;

  ASSERT_EQ(box.run({"-C", "none", "restore", "../b.backup", "--no-published-crl"}).exit, 0);
  EXPECT_EQ(box.run({"-C", "none", "issue", "client", "next"}).exit, 0);
}

TEST_F(Custody, ABackupComesBackAndWhatItCannotKnowMustBeSettled) {
  ASSERT_EQ(box.shell("mkdir old new").exit, 0);
  ASSERT_EQ(box.run({"-C", "old", "init", "--host", "broker.test", "--mutual", "--key", "ec-p256"}).exit, 0);
  // In the locale "C", as a timer runs it.
  ASSERT_EQ(box.run({"-C", "old", "issue", "client", "known", "kept", "Ger\xc3\xa4t \"7\""}).exit, 0);
  ASSERT_EQ(box.run({"-C", "old", "crl"}).exit, 0);
  const auto backed = box.run({"-C", "old", "backup", "../b.backup", "--json"});
  ASSERT_EQ(backed.exit, 0) << backed;
  EXPECT_EQ(box.run({"-C", "old", "backup", "../b.backup"}).exit, 5) << "nothing is overwritten";
  // After the backup: one more device, revoked with an older one.
  ASSERT_EQ(box.run({"-C", "old", "issue", "client", "late"}).exit, 0);
  ASSERT_EQ(box.run({"-C", "old", "revoke", "late", "known"}).exit, 0);
  ASSERT_EQ(box.run({"-C", "old", "crl"}).exit, 0);

  ASSERT_EQ(box.shell("head -c 2000 b.backup > cut.backup; sed 's/./x/3000' b.backup > bad.backup").exit, 0);
  EXPECT_EQ(box.run({"-C", "new", "restore", "../cut.backup"}).exit, 3);
  EXPECT_EQ(box.run({"-C", "old", "restore", "../b.backup"}).exit, 3) << "a project is never overwritten";
  const auto restored =
      box.run({"-C", "new", "restore", "../b.backup", "--crl", "../old/broker/certs/crl.pem", "--json"});
  ASSERT_EQ(restored.exit, 0) << restored;
  const auto said = restored.json();
  EXPECT_EQ(said["revoked_again"].integer(), 1) << restored;
  ASSERT_EQ(said["unaccounted"].size(), 1U) << restored;
  const auto serial = said["unaccounted"][std::size_t{0}]["serial"].text_or("");

  EXPECT_EQ(box.run({"-C", "new", "issue", "client", "next"}).exit, 8) << "nothing is signed until it is settled";
  const auto too_early = box.run({"-C", "new", "crl"});
  EXPECT_EQ(too_early.exit, 8) << too_early;
  EXPECT_NE(too_early.err.find("ca settle"), std::string::npos) << "the restore was done; this is the next step";
  EXPECT_EQ(box.run({"-C", "new", "ca", "settle"}).exit, 1);
  EXPECT_EQ(box.run({"-C", "new", "ca", "settle", serial, "--never-issued"}).exit, 2) << "somebody must vouch";
  EXPECT_EQ(box.run({"-C", "new", "ca", "settle", serial, "--revoked"}).exit, 0);
  EXPECT_EQ(box.run({"-C", "new", "issue", "client", "next"}).exit, 0);
  const auto crl = box.run({"-C", "new", "crl", "--json"});
  ASSERT_EQ(crl.exit, 0) << crl;
  EXPECT_EQ(crl.json()["crls"][std::size_t{0}]["entries"].integer(), 2) << crl;
  EXPECT_GT(crl.json()["crls"][std::size_t{0}]["number"].integer().value_or(0), 1000) << crl;
  EXPECT_EQ(box.shell("diff -r old/certs/Ger* new/certs/Ger*").exit, 0);
  EXPECT_EQ(box.shell("diff old/ca/root.pem new/ca/root.pem && diff old/ca/root.key new/ca/root.key").exit, 0);
}

TEST_F(Custody, OpensslOpensABackupToo) {
  ASSERT_EQ(box.init().exit, 0);
  ASSERT_EQ(box.run({"backup", "b.backup"}).exit, 0);
  const auto listed = box.shell(
      "openssl cms -decrypt -binary -inform DER -in b.backup -pwri_password 'correct horse battery staple' | tar tv");
  EXPECT_EQ(listed.exit, 0) << listed;
  EXPECT_NE(listed.out.find("ca/root.key"), std::string::npos) << listed;
  EXPECT_EQ(box.shell("mkdir new && EC200U_PKI_PASSPHRASE=wrong ec200u-pki -C new restore ../b.backup").exit, 4);
}

// A SoftHSM2 token of this test alone, with two keys; its PIN is the sandbox's passphrase.
class Token : public Custody {
 protected:
  void SetUp() override {
    module = trim(box.shell("find /usr/lib -name libsofthsm2.so | head -n 1").out);
    if (module.empty() || box.shell("command -v softhsm2-util && command -v pkcs11-tool").exit != 0)
      GTEST_SKIP() << "softhsm2 or opensc is not installed";
    box.write("softhsm2.conf", "directories.tokendir = " + (box / "tokens").string() + "\n");
    ::setenv("SOFTHSM2_CONF", (box / "softhsm2.conf").c_str(), 1);
    const std::string pin = "'correct horse battery staple'";
    const std::string tool = "pkcs11-tool --module " + module + " --login --pin " + pin + " --keypairgen --key-type ";
    const auto made =
        box.shell("mkdir tokens && softhsm2-util --init-token --free --label plant --so-pin 12345678 --pin " + pin +
                  " && " + tool + "EC:prime256v1 --id 01 --label root && " + tool +
                  "rsa:2048 --id 02 --label devices && " + tool + "EC:prime256v1 --id 03 --label line");
    ASSERT_EQ(made.exit, 0) << made;
  }
  static std::string trim(const std::string& text) { return std::string(trimmed(text)); }
  std::string uri(const std::string& object) const {
    return "pkcs11:token=plant;object=" + object + "?module-path=" + module;
  }
  std::string module;
};

TEST_F(Token, RootsWhoseKeysAreInATokenSignCertificatesAndLists) {
  const auto made = box.init({"--mutual", "--hsm", "root=" + uri("root"), "--hsm", "device-root=" + uri("devices")});
  ASSERT_EQ(made.exit, 0) << made;
  EXPECT_EQ(box.shell("openssl verify -CAfile ca/root.pem broker/certs/server.pem").exit, 0);
  EXPECT_NE(box.shell("grep -q PRIVATE ca/root.key ca/device-root.key").exit, 0) << "the keys stay in the token";
  const auto issued = box.run({"issue", "client", "d1", "d2", "d3"});
  ASSERT_EQ(issued.exit, 0) << issued;
  EXPECT_EQ(box.shell("openssl verify -CAfile ca/device-root.pem certs/d1/d1.pem certs/d3/d3.pem").exit, 0);
  ASSERT_EQ(box.run({"renew", "server"}).exit, 0);
  ASSERT_EQ(box.run({"revoke", "d1"}).exit, 0);
  ASSERT_EQ(box.run({"crl"}).exit, 0);
  EXPECT_EQ(box.shell("openssl crl -in broker/certs/crl.pem -CAfile ca/device-root.pem -noout").exit, 0);
}

TEST_F(Token, IssuingCasWhoseKeysAreInATokenSignAndTravel) {
  const auto made = box.init(
      {"--mutual", "--issuing", "--hsm", "issuing-device=" + uri("devices"), "--hsm", "issuing-server=" + uri("root")});
  ASSERT_EQ(made.exit, 0) << made;
  ASSERT_EQ(box.run({"issue", "client", "d1"}).exit, 0);
  EXPECT_EQ(
      box.shell("openssl verify -CAfile ca/device-root.pem -untrusted ca/issuing-device.pem certs/d1/d1.pem").exit, 0);
  ASSERT_EQ(box.run({"renew", "server"}).exit, 0);
  EXPECT_EQ(
      box.shell("openssl verify -CAfile ca/root.pem -untrusted broker/certs/server.pem broker/certs/server.pem").exit,
      0);
  ASSERT_EQ(box.run({"revoke", "d1"}).exit, 0);
  ASSERT_EQ(box.run({"crl"}).exit, 0);
  EXPECT_EQ(box.shell("openssl crl -in broker/certs/crl.pem -CAfile ca/issuing-device.pem -noout").exit, 0);

  // Another one, requested with a key of the token: the token signs the request and its line in the ceremony log.
  ASSERT_EQ(box.shell("mkdir usb").exit, 0);
  ASSERT_EQ(box.run({"ca", "request", "--label", "x", "--hsm", uri("root"), "--out", "usb"}).exit, 0);
  EXPECT_EQ(box.run({"ca", "sign", "usb/issuing-device-x.csr"}).exit, 3) << "it is the key of the broker's CA already";
  const auto asked = box.run({"ca", "request", "--label", "line-2", "--hsm", uri("line"), "--out", "usb"});
  ASSERT_EQ(asked.exit, 0) << asked;
  EXPECT_NE(box.shell("grep -q PRIVATE ca/issuing-device-line-2.key").exit, 0);
  ASSERT_EQ(box.run({"ca", "sign", "usb/issuing-device-line-2.csr"}).exit, 0);
  ASSERT_EQ(box.run({"ca", "import", "usb/issuing-device-line-2.pem"}).exit, 0);
  ASSERT_EQ(box.run({"issue", "client", "d2"}).exit, 0);
  EXPECT_EQ(
      box.shell("openssl verify -CAfile ca/device-root.pem -untrusted ca/issuing-device-line-2.pem certs/d2/d2.pem")
          .exit,
      0);
}

TEST_F(Token, AKeyWithoutAnIdOfItsOwnIsNotTakenForAnother) {
  for (const char* label : {"one", "two"})
    ASSERT_EQ(box.shell("pkcs11-tool --module " + module +
                        " --login --pin 'correct horse battery staple' --keypairgen "
                        "--key-type EC:prime256v1 --label " +
                        label)
                  .exit,
              0);
  const auto ran = box.init({"--hsm", "root=" + uri("two")});
  EXPECT_EQ(ran.exit, 4) << ran;
  EXPECT_NE(ran.err.find("has no ID of its own"), std::string::npos) << ran;
}

TEST_F(Token, ThePinIsNeverInAUriAndAWrongOneIsToldFromAMissingKey) {
  const auto in_uri = box.init({"--hsm", "root=" + uri("root") + "&pin-value=1234"});
  EXPECT_EQ(in_uri.exit, 2) << in_uri;
  EXPECT_EQ(in_uri.err.find("1234"), std::string::npos) << in_uri;
  EXPECT_EQ(box.init({"--hsm", "root=" + uri("nothing")}).exit, 4);
  EXPECT_EQ(box.init({"--mutual", "--hsm", "root=" + uri("root"), "--hsm", "device-root=" + uri("root")}).exit, 2)
      << "one key for two CAs";
  box.write("pin", "wrong\n");
  const auto wrong = box.init({"--hsm", "root=" + uri("root") + "&pin-source=file:" + (box / "pin").string()});
  EXPECT_EQ(wrong.exit, 4) << wrong;
  EXPECT_NE(wrong.err.find("PIN"), std::string::npos) << wrong;
  EXPECT_FALSE(std::filesystem::exists(box / "ca"));
}

}  // namespace
}  // namespace epki::test

// Revocation and renewal as a running Mosquitto sees them, and what the ledger says meanwhile.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include "core/clock.hpp"
#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

class Lifecycle : public ::testing::Test {
 protected:
  void begin(std::vector<std::string> words) {
    words.emplace_back("--mutual");
    ASSERT_EQ(box.init(words).exit, 0);
    ASSERT_EQ(box.run({"issue", "client", "good", "stolen"}).exit, 0);
  }

  // Only a PUBACK is proof: under TLS 1.3 the handshake of a client that will be refused succeeds first.
  bool accepted(const std::string& name, const std::string& files = "") {
    const auto base = "certs/" + name + "/" + (files.empty() ? name : files);
    return box.shell("timeout 20 mosquitto_pub -h 127.0.0.1 -p " + std::to_string(box.broker_port()) +
                     " --insecure --cafile ca/root.pem --cert " + base + ".pem --key " + base + ".key -t ec200u/" +
                     name + "/x -m hello -q 1")
               .exit == 0;
  }
  std::string served_serial() {
    return lower(
        std::string(trimmed(box.shell("openssl s_client -connect 127.0.0.1:" + std::to_string(box.broker_port()) +
                                      " -servername broker.test -CAfile ca/root.pem -cert certs/good/good.pem -key "
                                      "certs/good/good.key </dev/null "
                                      "2>/dev/null | openssl x509 -noout -serial | cut -d= -f2")
                                .out)));
  }
  // The broker reloads when it comes to it, and nothing tells when: asked again until it has.
  template <class Asked>
  static bool comes_true(Asked asked) {
    const auto end = after(std::chrono::seconds(30));
    while (!asked())
      if (std::chrono::steady_clock::now() > end) return false;
    return true;
  }
  bool clients_installed() { return box.shell("command -v mosquitto_pub").exit == 0; }

  Sandbox box;
};

// With and without issuing CAs: the list that counts is signed by another CA.
class Revocation : public Lifecycle, public ::testing::WithParamInterface<bool> {};

TEST_P(Revocation, ARevokedDeviceIsRefusedAfterTheReload) {
  begin(GetParam() ? std::vector<std::string>{"--issuing"} : std::vector<std::string>{});
  if (!clients_installed()) GTEST_SKIP() << "mosquitto_pub is not installed";
  auto broker = box.broker();
  EXPECT_TRUE(accepted("good"));
  EXPECT_TRUE(accepted("stolen"));
  const auto revoked = box.run({"revoke", "stolen", "--reason", "keyCompromise", "--json"});
  ASSERT_EQ(revoked.exit, 0) << revoked;
  EXPECT_EQ(revoked.json()["count"].integer(), 1) << revoked;
  EXPECT_EQ(box.run({"renew", "--check", "--within", "1d"}).exit, 1) << "no list holds it yet";
  const auto crl = box.run({"crl", "--json"});
  ASSERT_EQ(crl.exit, 0) << crl;
  EXPECT_EQ(crl.json()["crls"][std::size_t{0}]["entries"].integer(), 1) << crl;
  EXPECT_EQ(box.run({"renew", "--check", "--within", "1d"}).exit, 0);
  broker.signal(SIGHUP);
  EXPECT_TRUE(comes_true([&] { return !accepted("stolen"); }));
  EXPECT_TRUE(accepted("good"));
}

// Before the first revocation there is a list already, so that the reload after it is enough; nobody must sign for
// years.
TEST_F(Lifecycle, TheFirstListLocksNobodyOut) {
  begin({});
  const auto list = box.shell("openssl crl -in broker/certs/crl.pem -noout -text -CAfile ca/device-root.pem");
  EXPECT_NE(list.err.find("verify OK"), std::string::npos) << list;
  EXPECT_NE(list.out.find("No Revoked Certificates"), std::string::npos) << list;
  EXPECT_EQ(box.run({"crl", "--check", "--within", "1000d"}).exit, 0);
  EXPECT_EQ(box.run({"renew", "--check", "--within", "400d"}).exit, 0);
}

// A configuration of an earlier version, or of somebody's own: revoking would change nothing, and nobody would know.
TEST_F(Lifecycle, ABrokerThatReadsNoListIsNamed) {
  begin({});
  EXPECT_EQ(box.run({"crl", "--json"}).json()["warnings"].size(), 0U);
  ASSERT_EQ(box.shell("sed -i '/^crlfile/d' broker/mosquitto.conf").exit, 0);
  const auto signed_again = box.run({"crl", "--json"});
  EXPECT_EQ(signed_again.exit, 0) << signed_again;
  EXPECT_NE(signed_again.json()["warnings"][std::size_t{0}].text_or("").find("no crlfile"), std::string::npos);
  EXPECT_NE(signed_again.err.find("restart the broker"), std::string::npos) << signed_again;
}

// Revoked devices would be good again.
TEST_F(Lifecycle, NoListIsSignedFromALedgerThatLostWhatItKnew) {
  begin({});
  ASSERT_EQ(box.shell("cp ledger.db older.db").exit, 0);
  ASSERT_EQ(box.run({"revoke", "stolen"}).exit, 0);
  ASSERT_EQ(box.run({"crl"}).exit, 0);
  const auto published = *read_file(box / "broker/certs/crl.pem");
  ASSERT_EQ(box.shell("rm -f ledger.db-*; mv older.db ledger.db").exit, 0);
  for (const char* attempt : {"first", "second"}) {
    const auto older = box.run({"crl"});
    EXPECT_EQ(older.exit, 8) << attempt << older;
    EXPECT_NE(older.err.find("an older ledger was put back"), std::string::npos) << older;
  }
  // Gone, or begun anew: what asks it must not hear that all is well, and nothing is signed.
  const std::vector<std::vector<std::string>> signing{
      {"crl"}, {"issue", "client", "new"}, {"issue", "server", "new.test"}, {"renew", "server"}};
  auto all = signing;
  all.insert(all.end(), {{"list"}, {"ledger", "check"}, {"renew", "--check"}, {"crl", "--check"}, {"backup", "b"}});
  all.insert(all.end(),
             {{"revoke", "stolen"}, {"provision", "--port", "sim", "--no-connect"}, {"verify", "--port", "sim"}});
  all.insert(all.end(), {{"station", "--once", "--ports", "sim"}});
  ASSERT_EQ(box.shell("rm -f ledger.db*").exit, 0);
  for (const auto& words : all) {
    const auto lost = box.run(words);
    EXPECT_EQ(lost.exit, 8) << lost;
    EXPECT_NE(lost.err.find("ledger.db is gone"), std::string::npos) << lost;
  }
  auto asking = signing;
  asking.insert(asking.end(), {{"renew", "--check"}, {"crl", "--check"}, {"backup", "b"}});
  for (const auto& words : asking) {
    box.write("ledger.db", "");
    const auto lost = box.run(words);
    EXPECT_EQ(lost.exit, 8) << lost;
    EXPECT_NE(lost.err.find("the ledger does not know"), std::string::npos) << lost;
  }
  EXPECT_EQ(*read_file(box / "broker/certs/crl.pem"), published);
}

INSTANTIATE_TEST_SUITE_P(FromRootAndFromIssuingCa, Revocation, ::testing::Bool());

TEST_F(Lifecycle, ARenewedBrokerIsServedAfterTheReloadAndItsKeyStaysWithItsAccount) {
  begin({});
  auto broker = box.broker();
  const auto before = served_serial();
  struct stat old {};
  ASSERT_EQ(::stat((box / "broker/certs/server.key").c_str(), &old), 0);
  const auto renewed = box.run({"renew", "server", "--json"});
  ASSERT_EQ(renewed.exit, 0) << renewed;
  const auto one = renewed.json()["renewed"][std::size_t{0}];
  EXPECT_EQ(one["supersedes"].text(), before);
  struct stat fresh {};
  ASSERT_EQ(::stat((box / "broker/certs/server.key").c_str(), &fresh), 0);
  EXPECT_EQ(fresh.st_uid, old.st_uid);
  EXPECT_EQ(fresh.st_mode, old.st_mode);
  broker.signal(SIGHUP);
  EXPECT_TRUE(comes_true([&] { return served_serial() == one["serial"].text(); }));
  EXPECT_EQ(box.shell("openssl verify -purpose sslserver -CAfile ca/root.pem broker/certs/server.pem").exit, 0);
  EXPECT_EQ(box.run({"show", before, "--json"}).json()["certificates"][std::size_t{0}]["status"].text(), "superseded");

  const auto key = *read_file(box / "broker/certs/server.key");
  ASSERT_EQ(box.run({"renew", "server", "--keep-key"}).exit, 0);
  EXPECT_EQ(*read_file(box / "broker/certs/server.key"), key);
}

TEST_F(Lifecycle, ARenewalThatWasCutIsFinished) {
  begin({});
  ASSERT_EQ(box.run({"renew", "server"}).exit, 0);
  // As a cut between the two moves leaves it: the new certificate still staged, the old one served.
  const auto pem = *read_file(box / "broker/certs/server.pem");
  ASSERT_EQ(box.shell("mkdir -p .ec200u-pki/renewal && cp broker/certs/server.pem .ec200u-pki/renewal/ && echo > "
                      "broker/certs/server.pem")
                .exit,
            0);
  const auto ran = box.run({"renew", "server", "--keep-key"});
  ASSERT_EQ(ran.exit, 0) << ran;
  EXPECT_NE(ran.err.find("completed a renewal that was cut"), std::string::npos) << ran;
  EXPECT_FALSE(std::filesystem::exists(box / ".ec200u-pki/renewal"));
  EXPECT_NE(*read_file(box / "broker/certs/server.pem"), pem);
}

// A timer and an administrator at the same moment.
TEST_F(Lifecycle, SeveralAtOnceLeaveFilesThatBelongTogether) {
  begin({});
  const auto together = [&](const std::string& command) {
    const auto ran = box.shell("export EC200U_PKI_PASSPHRASE='correct horse battery staple'; for n in 1 2 3 4; do (" +
                               command + " >/dev/null 2>&1; echo $?) & done; wait");
    EXPECT_EQ(ran.out, "0\n0\n0\n0\n") << ran;
  };
  together("ec200u-pki renew server");
  const auto same = box.shell(
      "openssl x509 -in broker/certs/server.pem -noout -pubkey | cmp - <(openssl pkey -in broker/certs/server.key "
      "-pubout)");
  EXPECT_EQ(same.exit, 0) << same;
  together("ec200u-pki crl");
  EXPECT_EQ(box.shell("openssl crl -in ca/crl.pem -noout -crlnumber").out, "crlNumber=0x05\n");
}

TEST_F(Lifecycle, ARenewedDeviceKeepsItsOldFilesBeside) {
  begin({});
  const auto old = box.run({"show", "good", "--json"}).json()["certificates"][std::size_t{0}]["serial"].text_or("");
  ASSERT_EQ(box.run({"renew", "client", "good"}).exit, 0);
  if (clients_installed()) {
    auto broker = box.broker();
    EXPECT_TRUE(accepted("good"));
    EXPECT_TRUE(accepted("good", "good." + old)) << "the old one holds until it ends";
  }
  const auto listed = box.run({"show", "good", "--json"}).json()["certificates"];
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(box.run({"renew", "client", "nobody"}).exit, 3);
}

// --revoke would lock out a device whose new files are nowhere.
TEST_F(Lifecycle, ARenewalThatCannotBeWrittenRecordsNothing) {
  if (box.shell("unshare -rm sh -c 'mount -t tmpfs -o ro none /mnt'").exit != 0)
    GTEST_SKIP() << "no file system can be mounted here";
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  ASSERT_EQ(box.run({"issue", "client", "d1"}).exit, 0);
  const auto before = box.run({"ledger", "check", "--json"}).json()["last_hash"].text_or("");
  const auto refused = [&](const std::string& place, const std::string& command) {
    const auto ran = box.shell("EC200U_PKI_PASSPHRASE='" + Sandbox::passphrase() +
                               "' unshare -rm sh -c 'cp -p broker/certs/server.pem . && mount -t tmpfs none " + place +
                               " && cp -p server.pem " + place + " && mount -o remount,ro " + place +
                               " && exec ec200u-pki " + command + "'");
    EXPECT_EQ(ran.exit, 5) << ran;
    EXPECT_NE(ran.err.find(place), std::string::npos) << ran;
    EXPECT_NE(ran.err.find("Read-only"), std::string::npos) << ran;
    EXPECT_EQ(box.run({"ledger", "check", "--json"}).json()["last_hash"].text_or(""), before) << command;
  };
  refused("certs/d1", "renew client d1 --revoke");
  refused("broker/certs", "renew server");
  EXPECT_EQ(box.run({"renew", "client", "d1", "--revoke"}).exit, 0);
  EXPECT_EQ(box.run({"renew", "server"}).exit, 0);
}

TEST_F(Lifecycle, WhatEndsSoonIsDue) {
  begin({"--days", "20"});
  EXPECT_EQ(box.run({"renew", "--check", "--within", "7d"}).exit, 0);
  const auto due = box.run({"renew", "--check", "--within", "30d", "--json"});
  EXPECT_EQ(due.exit, 1) << due;
  std::string kinds;
  const auto said = due.json();
  for (const auto& one : said["due"].items()) kinds += one["kind"].text_or("?") + " ";
  for (const char* kind : {"root", "device-root", "server", "device"})
    EXPECT_NE(kinds.find(kind), std::string::npos) << kinds;
  EXPECT_EQ(kinds.find("twin"), std::string::npos) << kinds;
}

TEST_F(Lifecycle, NamesAndFilesFindTheSame) {
  begin({});
  const auto by_name = box.run({"show", "good", "--json"}),
             by_file = box.run({"show", "certs/good/good.pem", "--json"});
  ASSERT_EQ(by_name.exit, 0) << by_name;
  EXPECT_EQ(by_name.json()["certificates"].dump(), by_file.json()["certificates"].dump());
  EXPECT_EQ(box.run({"show", "nobody"}).exit, 3);
  EXPECT_EQ(box.run({"revoke", "nobody"}).exit, 3);
  EXPECT_EQ(box.run({"revoke", "ca/root.pem"}).exit, 2) << "nobody can revoke a root";
  EXPECT_EQ(box.run({"revoke", "good", "--reason", "boredom"}).exit, 2);
  const auto csv = box.run({"list", "--format", "csv"});
  EXPECT_NE(csv.out.find("serial,"), std::string::npos) << csv;
}

TEST_F(Lifecycle, ExportsAreReadByOpenssl) {
  begin({});
  ASSERT_EQ(box.run({"export", "good", "--format", "pkcs12", "--out", "good.p12"}).exit, 0);
  const auto store = box.shell(
      "openssl pkcs12 -in good.p12 -passin 'pass:correct horse battery staple' -nodes | "
      "openssl verify -CAfile ca/device-root.pem");
  EXPECT_EQ(store.exit, 0) << store;
  ASSERT_EQ(box.run({"export", "ca/root.pem", "--format", "der", "--out", "root.der"}).exit, 0);
  EXPECT_EQ(box.shell("openssl x509 -inform DER -in root.der -noout").exit, 0);
  ASSERT_EQ(box.run({"export", "good", "--format", "bundle", "--out", "good.pem"}).exit, 0);
  EXPECT_EQ(box.shell("openssl pkey -in good.pem -noout && openssl x509 -in good.pem -noout").exit, 0);
  EXPECT_EQ(box.run({"export", "good", "--format", "bundle"}).exit, 2) << "a key does not go onto the screen";
  EXPECT_EQ(box.run({"export", "good", "--format", "bundle", "--out", "good.pem"}).exit, 5) << "nothing is overwritten";
}

}  // namespace
}  // namespace epki::test

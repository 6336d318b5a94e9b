#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777U : 0;
}

TEST(Init, MakesAProjectThatOpensslAndMosquittoAgreeWith) {
  Sandbox box;
  const auto ran = box.init({"--ip", "127.0.0.1", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  const auto said = ran.json();
  EXPECT_EQ(said["schema"].text(), "ec200u-pki/init/1");
  EXPECT_EQ(said["ok"].boolean(), true);
  EXPECT_EQ(said["root"]["key"].text(), "ec-p256");
  EXPECT_EQ(said["server"]["dns"].dump(-1), R"(["broker.test","127.0.0.1"])");
  EXPECT_EQ(said["server"]["ip"].dump(-1), R"(["127.0.0.1"])");
  for (const auto& file : said["files"].items())
    EXPECT_TRUE(std::filesystem::exists(box.folder() / file.text_or("?"))) << file.dump();

  EXPECT_EQ(mode_of(box / "ca/root.key"), 0600U);
  EXPECT_NE(read_file(box / "ca/root.key")->find("BEGIN ENCRYPTED PRIVATE KEY"), std::string::npos);
  const auto verified = box.shell(
      "openssl verify -x509_strict -purpose sslserver -verify_hostname broker.test -CAfile ca/root.pem "
      "broker/certs/server.pem");
  EXPECT_EQ(verified.exit, 0) << verified;
  const auto opened = box.shell("openssl pkey -in ca/root.key -passin 'pass:correct horse battery staple' -noout");
  EXPECT_EQ(opened.exit, 0) << opened;
  const auto wrong = box.shell("openssl pkey -in ca/root.key -passin pass:wrong -noout");
  EXPECT_NE(wrong.exit, 0) << wrong;
  auto broker = box.broker();
  const auto client = box.shell(
      "openssl s_client -connect 127.0.0.1:" + std::to_string(box.broker_port()) +
      " -servername broker.test -verify_hostname broker.test -verify_return_error -CAfile ca/root.pem </dev/null");
  EXPECT_EQ(client.exit, 0) << client;
}

TEST(Init, CertificatesHaveTheExtensionsTheModemNeeds) {
  Sandbox box;
  ASSERT_EQ(box.run({"init", "--host", "broker.test", "--broker-port", "1"}).exit, 0);
  const auto root = box.shell("openssl x509 -in ca/root.pem -noout -text").out;
  for (const char* fact :
       {"Public-Key: (2048 bit)", "sha256WithRSAEncryption", "X509v3 Basic Constraints: critical", "CA:TRUE",
        "X509v3 Key Usage: critical", "Certificate Sign, CRL Sign", "X509v3 Subject Key Identifier"})
    EXPECT_NE(root.find(fact), std::string::npos) << fact << "\n" << root;
  const auto server = box.shell("openssl x509 -in broker/certs/server.pem -noout -text").out;
  for (const char* fact :
       {"CN = broker.test", "DNS:broker.test", "X509v3 Key Usage: critical", "Digital Signature, Key Encipherment",
        "TLS Web Server Authentication", "X509v3 Authority Key Identifier", "X509v3 Subject Key Identifier"})
    EXPECT_NE(server.find(fact), std::string::npos) << fact << "\n" << server;
}

TEST(Init, EveryKeyTypeMakesAWorkingChain) {
  for (const char* key : {"rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"}) {
    Sandbox box;
    const auto ran = box.run({"init", "--host", "broker.test", "--key", key, "--json"});
    ASSERT_EQ(ran.exit, 0) << ran;
    EXPECT_EQ(ran.json()["root"]["key"].text(), key);
    EXPECT_EQ(box.shell("openssl verify -CAfile ca/root.pem broker/certs/server.pem").exit, 0) << key;
  }
}

TEST(Init, MutualMakesARootForDevicesThatTheBrokersRootKnowsNothingOf) {
  Sandbox box;
  const auto ran = box.init({"--mutual", "--issuing", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  EXPECT_EQ(ran.json()["device_root"]["subject"].text_or("").find("device root") != std::string::npos, true) << ran;
  for (const char* key : {"ca/root.key", "ca/issuing-server.key", "ca/device-root.key", "ca/issuing-device.key"}) {
    EXPECT_EQ(mode_of(box / key), 0600U) << key;
    EXPECT_NE(read_file(box / key)->find("BEGIN ENCRYPTED PRIVATE KEY"), std::string::npos) << key;
  }
  EXPECT_NE(box.shell("openssl verify -CAfile ca/root.pem broker/certs/server.pem").exit, 0) << "no issuing CA given";
  EXPECT_EQ(box.shell("openssl verify -x509_strict -CAfile ca/root.pem -untrusted broker/certs/server.pem "
                      "broker/certs/server.pem")
                .exit,
            0);
  EXPECT_EQ(box.shell("openssl verify -x509_strict -CAfile ca/device-root.pem ca/issuing-device.pem").exit, 0);
  EXPECT_NE(box.shell("openssl verify -CAfile ca/root.pem ca/device-root.pem").exit, 0);

  auto broker = box.broker();
  const std::string dial =
      "openssl s_client -tls1_2 -connect 127.0.0.1:" + std::to_string(box.broker_port()) + " -CAfile ca/root.pem ";
  EXPECT_NE(box.shell(dial + "</dev/null").exit, 0) << "without a certificate";
  const auto client = box.shell(
      "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout c.key -subj /CN=dev1 -out c.csr && "
      "openssl x509 -req -in c.csr -CA ca/issuing-device.pem -CAkey ca/issuing-device.key -passin "
      "'pass:correct horse battery staple' -days 3 -out c.pem && " +
      dial + "-cert c.pem -key c.key </dev/null");
  EXPECT_EQ(client.exit, 0) << client;
}

TEST(Init, NeverOverwrites) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto before = read_file(box / "ca/root.pem");
  const auto again = box.init();
  EXPECT_EQ(again.exit, 3) << again;
  EXPECT_EQ(*read_file(box / "ca/root.pem"), *before);
}

TEST(Init, AForeignFileInTheWayIsLeftAlone) {
  Sandbox box;
  box.write("ca", "mine");
  const auto ran = box.init();
  EXPECT_EQ(ran.exit, 3) << ran;
  EXPECT_EQ(*read_file(box / "ca"), "mine");
  EXPECT_FALSE(std::filesystem::exists(box / "ec200u-pki.toml"));
}

TEST(Init, SaysWhichFlagIsMissingWithoutATerminal) {
  Sandbox box;
  const auto no_passphrase = box.shell("env -u EC200U_PKI_PASSPHRASE ec200u-pki init --host broker.test </dev/null");
  EXPECT_EQ(no_passphrase.exit, 2) << no_passphrase;
  EXPECT_NE(no_passphrase.err.find("--passphrase-file"), std::string::npos) << no_passphrase;
  EXPECT_FALSE(std::filesystem::exists(box / "ca"));
}

TEST(Init, TakesThePassphraseFromFileDescriptorAndCommand) {
  for (const char* how : {"--passphrase-file pass", "--passphrase-fd 7 7<pass", "--passphrase-command 'cat pass'"}) {
    Sandbox box;
    box.write("pass", "sesame\nsecond line\n");
    const auto ran = box.shell(std::string("ec200u-pki init --host broker.test --key ec-p256 ") + how);
    ASSERT_EQ(ran.exit, 0) << ran;
    EXPECT_EQ(box.shell("openssl pkey -in ca/root.key -passin pass:sesame -noout").exit, 0) << how;
  }
  Sandbox box;
  EXPECT_EQ(box.shell("ec200u-pki init --host broker.test --passphrase-file missing").exit, 4);
}

TEST(Init, NoPassphraseIsSaidLoudly) {
  Sandbox box;
  const auto ran = box.shell("ec200u-pki init --host broker.test --key ec-p256 --no-passphrase");
  ASSERT_EQ(ran.exit, 0) << ran;
  EXPECT_NE(ran.err.find("warning"), std::string::npos) << ran;
  EXPECT_EQ(mode_of(box / "ca/root.key"), 0600U);
}

TEST(Init, AFullDiskLeavesNothingBehind) {
  Sandbox box;
  // A file size limit of zero blocks stands in for a full disk: every write of content fails.
  const auto ran = box.shell(
      "export EC200U_PKI_PASSPHRASE=x; ulimit -f 0; ec200u-pki init --host broker.test --key ec-p256 | cat; exit "
      "${PIPESTATUS[0]}");
  EXPECT_TRUE(ran.exit == 5 || ran.exit == 8) << ran;
  for (const char* name : {"ca", "broker", "ec200u-pki.toml", "ledger.db"})
    EXPECT_FALSE(std::filesystem::exists(box / name)) << name;
}

TEST(Init, ACutRunIsClearedAwayByTheNext) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  // What a killed init leaves: the marker, and some of the files.
  box.write(".ec200u-pki/init-unfinished", "init was cut here\n");
  std::filesystem::remove(box / "ec200u-pki.toml");
  const auto again = box.init();
  EXPECT_EQ(again.exit, 0) << again;
  EXPECT_FALSE(std::filesystem::exists(box / ".ec200u-pki/init-unfinished"));
}

TEST(Init, OfSeveralAtOnceOneMakesTheProject) {
  Sandbox box;
  const auto ran = box.shell(
      "for n in 1 2 3 4; do (ec200u-pki -q init --name $n --host broker.test --key ec-p256 --no-passphrase; echo exit "
      "$?) & "
      "done; wait");
  std::size_t done = 0, refused = 0;
  for (auto at = ran.out.find("exit "); at != std::string::npos; at = ran.out.find("exit ", at + 1)) {
    done += ran.out[at + 5] == '0' ? 1U : 0U;
    refused += ran.out[at + 5] == '3' ? 1U : 0U;
  }
  EXPECT_EQ(done, 1U) << ran;
  EXPECT_EQ(refused, 3U) << ran;
  EXPECT_EQ(box.shell("openssl verify -CAfile ca/root.pem broker/certs/server.pem").exit, 0);
  EXPECT_EQ(box.run({"ledger", "check"}).exit, 0);
  EXPECT_FALSE(std::filesystem::exists(box / ".ec200u-pki/init-unfinished"));
}

// Behind its last file and before the marker's end: the project is whole, and a second init must not clear it away.
TEST(Init, CutBehindItsLastFileIsAProject) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  box.write(".ec200u-pki/init-unfinished", "init was cut here\n");
  const auto again = box.init();
  EXPECT_EQ(again.exit, 3) << again;
  EXPECT_TRUE(std::filesystem::exists(box / "ca/root.key"));
  EXPECT_FALSE(std::filesystem::exists(box / ".ec200u-pki/init-unfinished"));
  EXPECT_EQ(box.run({"ledger", "check"}).exit, 0);
}

TEST(Init, LeavesNothingOfAProjectThatCannotBe) {
  Sandbox box;
  const auto ran = box.shell(
      "printf '3\\xef\\xbe\\xbe%.0s' 1 2 3 4 5 6 7 8 9 >name; "
      "ec200u-pki init --name \"$(cat name)\" --host broker.test --no-passphrase; code=$?; "
      "rm name; exit $code");
  EXPECT_EQ(ran.exit, 2) << ran;
  EXPECT_NE(ran.err.find("--name"), std::string::npos) << ran;
  EXPECT_TRUE(std::filesystem::is_empty(box.folder()));
}

TEST(Init, NamesThatCannotWorkAreRefused) {
  Sandbox box;
  for (const char* host : {"127.0.0.1", "under score.test", "-x.test", "a..b"}) {
    const auto ran = box.run({"init", "--host", host});
    EXPECT_EQ(ran.exit, 2) << ran;
  }
  EXPECT_EQ(box.init({"--ip", "300.1.1.1"}).exit, 2);
  EXPECT_FALSE(std::filesystem::exists(box / "ca"));
}

TEST(Init, NoSecretIsPrintedOrRecorded) {
  Sandbox box;
  const auto ran = box.init({"-v", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  for (const auto& text : {ran.out, ran.err, *read_file(box / "ledger.db")}) {
    EXPECT_EQ(text.find("PRIVATE KEY"), std::string::npos);
    EXPECT_EQ(text.find("correct horse"), std::string::npos);
  }
}

}  // namespace
}  // namespace epki::test

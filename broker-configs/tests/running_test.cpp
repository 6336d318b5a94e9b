// What render_configuration() writes, run by a real Mosquitto.
#include "bench.hpp"

namespace epki::broker {
namespace {

TEST_F(BrokerTest, StartsUnchangedAndAnswersAHandshakeOfTheModemsKind) {
  write_configuration();
  auto broker = start();
  ASSERT_TRUE(broker) << broker.error().what;
  for (const auto* cipher : {"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-SHA384", "AES256-SHA256", "AES128-SHA"}) {
    const auto said = handshake({"-tls1_2", "-cipher", cipher});
    EXPECT_EQ(said.code, 0) << said.text;
    EXPECT_NE(said.text.find(std::string("Cipher is ") + cipher), std::string::npos) << said.text;
    EXPECT_NE(said.text.find("Verify return code: 0 (ok)"), std::string::npos) << said.text;
    EXPECT_EQ(said.text.find("Acceptable client certificate"), std::string::npos) << "no certificate is asked for";
  }
  EXPECT_NE(handshake({"-tls1_1", "-cipher", "AES128-SHA:@SECLEVEL=0"}).code, 0) << "TLS 1.1 is refused";
}

TEST_F(BrokerTest, StartsForAnOrdinaryAccountThatOwnsTheKey) {
  if (::geteuid() != 0) GTEST_SKIP() << "this run is one already: the other tests show it";
  write_configuration();
  ASSERT_EQ(::chown((certs / "server.key").c_str(), 65534, 65534), 0);
  auto child = Child::start({.argv = {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "mosquitto",
                                      "-c", configuration().string()},
                             .error_file = temporary->path() / "log"});
  ASSERT_TRUE(child) << child.error().what;
  const auto by = soon();
  while (!is_listening("127.0.0.1", port(), by) && std::chrono::steady_clock::now() < by)
    ASSERT_FALSE(child->wait(after(std::chrono::milliseconds(10)))) << *read_file(temporary->path() / "log");
  EXPECT_EQ(handshake().code, 0);
}

TEST_F(BrokerTest, BindsWhereItIsTold) {
  project.broker.listen = "::1";
  write_configuration();
  auto broker = start();
  if (!broker && broker.error().what.find("::1") != std::string::npos) GTEST_SKIP() << "no IPv6 here";
  ASSERT_TRUE(broker) << broker.error().what;
  EXPECT_EQ(handshake().code, 0);
  EXPECT_FALSE(is_listening("127.0.0.1", port(), soon()));
}

TEST_F(BrokerTest, AnonymousClientsReachTheirTopicsAndNoOthers) {
  if (!clients_installed()) GTEST_SKIP() << "mosquitto-clients is not installed";
  write_configuration();
  auto broker = start();
  ASSERT_TRUE(broker) << broker.error().what;
  for (const std::vector<std::string>& who : {std::vector<std::string>{}, {"-u", "somebody"}}) {
    const auto with = [&](std::vector<std::string> words) {
      words.insert(words.end(), who.begin(), who.end());
      return words;
    };
    const auto allowed = client("mosquitto_pub", with({"-t", "ec200u/a/b", "-m", "hello", "-r"}));
    EXPECT_EQ(allowed.code, 0);
    EXPECT_EQ(allowed.text, "");
    EXPECT_EQ(client("mosquitto_sub", with({"-t", "ec200u/#", "-C", "1", "-W", "20"})).text, "hello\n");
    EXPECT_NE(client("mosquitto_pub", with({"-t", "other", "-m", "x"})).text.find("Not authorized"), std::string::npos);
  }
}

TEST_F(BrokerTest, MutualClientsReachTheTopicsOfTheirName) {
  if (!clients_installed()) GTEST_SKIP() << "mosquitto-clients is not installed";
  project.broker.mutual = true;
  write_configuration();
  issue(certs, "client-ca", "/CN=Device Root", "", "basicConstraints=critical,CA:TRUE");
  issue(certs, "modem", "/CN=861234567890123", "client-ca", "extendedKeyUsage=clientAuth");
  issue(certs, "stranger", "/CN=861234567890123", "root", "extendedKeyUsage=clientAuth");
  auto broker = start();
  ASSERT_TRUE(broker) << broker.error().what;
  const auto publish = [&](const std::string& name, const std::string& topic) {
    std::vector<std::string> words{"-t", topic, "-m", "x"};
    if (!name.empty())
      words.insert(words.end(),
                   {"--cert", (certs / (name + ".pem")).string(), "--key", (certs / (name + ".key")).string()});
    return client("mosquitto_pub", words);
  };
  for (const auto* topic : {"ec200u/861234567890123/x", "ec200u/selftest"}) {
    const auto said = publish("modem", topic);
    EXPECT_EQ(said.code, 0) << topic;
    EXPECT_EQ(said.text, "") << topic;
  }
  EXPECT_NE(publish("modem", "ec200u/999/x").text.find("Not authorized"), std::string::npos);
  EXPECT_NE(publish("", "ec200u/selftest").code, 0) << "no certificate";
  EXPECT_NE(publish("stranger", "ec200u/selftest").code, 0) << "a certificate of another root";
}

TEST_F(BrokerTest, ReloadTakesTheRenewedCertificate) {
  write_configuration();
  auto broker = start();
  ASSERT_TRUE(broker) << broker.error().what;
  ASSERT_EQ(handshake().code, 0);
  issue(certs, "server", "/CN=renewed", "root", "subjectAltName=DNS:localhost");
  give_key_to_broker();
  broker->reload();
  const auto by = soon();
  bool renewed = false;
  while (!renewed && std::chrono::steady_clock::now() < by)
    renewed = handshake().text.find("subject=CN = renewed") != std::string::npos;
  EXPECT_TRUE(renewed);
}

TEST_F(BrokerTest, APortInUseIsSaidBeforeAnythingStarts) {
  const Held other(true);
  project.broker.port = other.port();
  write_configuration();
  const auto broker = start();
  ASSERT_FALSE(broker);
  EXPECT_EQ(broker.error().code, Errc::network);
  EXPECT_EQ(broker.error().what, "another program listens on port " + std::to_string(port()) + " of 127.0.0.1");
  EXPECT_FALSE(std::filesystem::exists(temporary->path() / "log"));
}

TEST_F(BrokerTest, ItsLastWordsComeBackWhenItDoesNotStart) {
  write_configuration();
  std::filesystem::remove(certs / "server.pem");
  const auto broker = start();
  ASSERT_FALSE(broker);
  EXPECT_EQ(broker.error().code, Errc::network);
  EXPECT_NE(broker.error().what.find("Error: Unable to load server certificate"), std::string::npos)
      << broker.error().what;
  EXPECT_FALSE(broker.error().hint.empty());
}

TEST_F(BrokerTest, AKeyItMayNotReadHasItsOwnHint) {
  if (::geteuid() != 0 || !mosquitto_account()) GTEST_SKIP() << "needs root and the account mosquitto";
  write_configuration();
  ASSERT_EQ(::chown((certs / "server.key").c_str(), 0, 0), 0);
  const auto broker = start();
  ASSERT_FALSE(broker);
  EXPECT_NE(broker.error().what.find("ermission denied"), std::string::npos) << broker.error().what;
  EXPECT_NE(broker.error().hint.find("server.key"), std::string::npos);
}

TEST_F(BrokerTest, AListenerWithoutTlsIsWaitedForToo) {
  ASSERT_TRUE(write_new_file(configuration(), "listener " + std::to_string(port()) + " 127.0.0.1\n", 0644));
  const auto broker = start();
  EXPECT_TRUE(broker) << broker.error().what;
}

TEST_F(BrokerTest, AMissingConfigurationIsAnInputError) {
  const auto broker = start();
  ASSERT_FALSE(broker);
  EXPECT_EQ(broker.error().code, Errc::input);
}

TEST_F(BrokerTest, ItIsGoneAfterStop) {
  write_configuration();
  auto broker = start();
  ASSERT_TRUE(broker) << broker.error().what;
  EXPECT_TRUE(is_listening("127.0.0.1", port(), soon()));
  broker->stop();
  EXPECT_FALSE(is_listening("127.0.0.1", port(), soon()));
}

TEST(Listening, TellsAListeningPortFromAFreeOne) {
  const Held open(true), closed(false);
  EXPECT_TRUE(is_listening("127.0.0.1", open.port(), soon()));
  EXPECT_TRUE(is_listening("localhost", open.port(), soon()));
  EXPECT_FALSE(is_listening("127.0.0.1", closed.port(), soon()));
  EXPECT_FALSE(is_listening("no such host", open.port(), soon()));
}

}  // namespace
}  // namespace epki::broker

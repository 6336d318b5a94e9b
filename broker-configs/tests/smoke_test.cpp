// The client against a real broker, and the smoke test against brokers that are right and wrong.
#include <signal.h>

#include <algorithm>

#include "bench.hpp"
#include "broker-configs/knock.hpp"
#include "broker-configs/mqtt/client.hpp"
#include "broker-configs/smoke/smoke.hpp"

namespace epki::broker {
namespace {

using mqtt::Client;
using mqtt::Entry;

TEST(MqttReader, CutsPacketsHoweverTheyArrive) {
  const std::string wire = std::string("\x20\x02\0\x05", 4) + mqtt::publish_packet(7, "a/b", std::string(200, 'x')) +
                           mqtt::puback_packet(9) + std::string("\x90\x03\0\x01\x80", 5) + std::string("\xd0\0", 2);
  mqtt::Reader reader;
  std::vector<mqtt::Packet> packets;
  for (const char c : wire) {
    reader.feed(std::string_view(&c, 1));
    while (auto packet = reader.next()) packets.push_back(*packet);
  }
  ASSERT_EQ(packets.size(), 5U) << reader.broken();
  EXPECT_EQ(packets[0].code, 5);
  EXPECT_EQ(packets[1].topic, "a/b");
  EXPECT_EQ(packets[1].payload.size(), 200U);
  EXPECT_EQ(packets[1].id, 7);
  EXPECT_EQ(packets[2].id, 9);
  EXPECT_EQ(packets[3].code, 0x80);
  EXPECT_EQ(packets[4].type, mqtt::Type::pingresp);
}

TEST(MqttReader, StopsAtWhatIsNoMqtt) {
  for (const auto& wire :
       {std::string("\x20\x01\0", 3), std::string("\x30\x03\0\xff\0", 5), std::string("\x20\xff\xff\xff\xff\x01"),
        std::string("\x90\x02\0\x01", 4), std::string("\x30\xff\xff\xff\x7f")}) {
    mqtt::Reader reader;
    reader.feed(wire);
    EXPECT_FALSE(reader.next());
    EXPECT_FALSE(reader.broken().empty());
    reader.feed(mqtt::puback_packet(1));
    EXPECT_FALSE(reader.next()) << "broken for good";
  }
}

// A broker that stands still costs every row its patience: the test gives up after the row that makes it this long, and
// says which it was. Nothing is asked of a quiet machine: all rows together take a second.
class Watch final : public Reporter {
 public:
  explicit Watch(Cancel& cancel) : cancel_(cancel) {}
  void step(std::string_view sentence) override {
    if (std::chrono::steady_clock::now() < by_) {
      last_ = sentence;
      return;
    }
    ADD_FAILURE() << "the broker answers too slowly: 60 s had passed after \"" << last_ << "\"";
    cancel_.request();
  }
  void detail(std::string_view) override {}
  void warning(std::string_view) override {}
  void progress(std::string_view, std::uint64_t, std::uint64_t) override {}

 private:
  Cancel& cancel_;
  const Deadline by_ = after(std::chrono::seconds(60));
  std::string last_;
};

class Door : public BrokerTest {
 protected:
  void SetUp() override {
    BrokerTest::SetUp();
    project.broker.mutual = true;
    issue(certs, "client-ca", "/CN=Device Root", "", "basicConstraints=critical,CA:TRUE");
    for (const auto* name : {"one", "two", "revoked"})
      issue(certs, name, "/CN=" + std::string(name), "client-ca", "extendedKeyUsage=clientAuth");
    issue(certs, "stranger", "/CN=one", "root", "extendedKeyUsage=clientAuth");
    ASSERT_EQ(
        run({"sh", "-c",
             "cd \"$1\" && touch index.txt && printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index.txt\\n"
             "default_md=sha256\\nunique_subject=no\\n' > ca.cnf && "
             "openssl ca -config ca.cnf -cert client-ca.pem -keyfile client-ca.key -revoke revoked.pem && "
             "openssl ca -config ca.cnf -gencrl -cert client-ca.pem -keyfile client-ca.key -crldays 30 -out crl.pem && "
             // an end in the past: openssl req makes none, openssl ca does
             "openssl req -new -key one.key -subj /CN=expired -out expired.csr && mkdir -p new && echo 77 > serial && "
             "printf 'serial=serial\\nnew_certs_dir=new\\npolicy=p\\n[p]\\ncommonName=supplied\\n' >> ca.cnf && "
             "openssl ca -config ca.cnf -batch -notext -cert client-ca.pem -keyfile client-ca.key -startdate "
             "20200101000000Z "
             "-enddate 20200201000000Z -in expired.csr -out expired.pem && cp one.key expired.key && chmod 644 *.pem",
             "sh", certs.string()})
            .code,
        0);
  }
  ClientIdentity identity(const std::string& name) const {
    return {*ossl::chain_from_pem(*read_file(certs / (name + ".pem"))),
            *ossl::PrivateKey::from_pem(*read_file(certs / (name + ".key")), nullptr), name};
  }
  mqtt::Door door(const std::string& name) const {
    mqtt::Door at{.address = "127.0.0.1",
                  .port = port(),
                  .tls = {.trusted = *ossl::chain_from_pem(*read_file(certs / "root.pem")), .host = "localhost"},
                  .client_id = "test"};
    if (!name.empty()) {
      auto who = identity(name);
      at.tls.chain = who.chain;
      at.tls.key = who.key;
    }
    return at;
  }
  void write(bool crl, const std::function<std::string(std::string)>& change = {}, const std::string& acl = {}) {
    auto text = *render_configuration(project, {.crl = crl});
    ASSERT_TRUE(replace_file(configuration(), change ? change(text) : text, 0644));
    ASSERT_TRUE(replace_file(project.broker_folder() / "acl", acl.empty() ? *acl_text(project) : acl, 0644));
  }
  static std::string without(std::string text, std::string_view line) {
    const auto at = text.find(line);
    EXPECT_NE(at, std::string::npos) << line;
    return text.erase(at, line.size());
  }
  SmokePlan plan() const {
    SmokePlan all{.address = "127.0.0.1",
                  .port = port(),
                  .host = "localhost",
                  .trusted = *ossl::chain_from_pem(*read_file(certs / "root.pem")),
                  .certificates = true,
                  .good = {identity("one"), ""},
                  .other = {identity("two"), ""},
                  .wrong_ca = {identity("stranger"), ""},
                  .expired = {identity("expired"), ""},
                  .revoked = {identity("revoked"), ""},
                  .patience = std::chrono::seconds(20)};
    return all;
  }
  std::vector<std::string> failures(const SmokePlan& what) {
    Watch watch(cancel);
    SystemRandom random;
    const auto rows = try_out(what, random, watch, cancel);
    EXPECT_TRUE(rows) << rows.error().what;
    if (!rows) return {"no rows"};
    std::vector<std::string> failed;
    for (const auto& row : *rows)
      if (row.failed()) failed.push_back(row.id);
    for (const auto& row : *rows) seen += row.id + ": " + row.detail + "\n";
    return failed;
  }
  Cancel cancel;
  std::string seen;  ///< what the rows of all plans said, for a failure
};

using Failed = std::vector<std::string>;

TEST_F(Door, IsOpenToItsOwnAndToNobodyElse) {
  write(true);
  auto broker = start();
  ASSERT_TRUE(broker) << broker.error().what;
  EXPECT_EQ(failures(plan()), Failed{}) << seen;
}

TEST_F(Door, EveryKindOfWrongBrokerFailsTheTestThatIsMeantForIt) {
  const std::string everything = "pattern readwrite #\n";
  struct Wrong {
    Failed failed;
    bool crl;
    std::function<std::string(std::string)> change;
    std::string acl;
  };
  const std::vector<Wrong> wrongs{
      {{"revoked"}, false, {}, {}},
      {{"other-topic-write", "other-topic-read"}, true, {}, everything},
      {{"good", "other-topic-write", "other-topic-read", "good-again"}, true, {}, "pattern readwrite elsewhere/%u/#\n"},
      // Asked for none, the broker takes every client by whatever name it gives itself.
      {{"no-certificate", "wrong-ca", "expired", "revoked", "other-topic-write", "other-topic-read"},
       false,
       [](std::string text) {
         for (const char* line : {"require_certificate true\n", "use_identity_as_username true\n",
                                  "use_username_as_clientid true\n", "allow_anonymous false\n"})
           text = without(std::move(text), line);
         return "allow_anonymous true\n" + text;
       },
       everything},
      // Nobody gets in: what is refused then proves nothing.
      {{"good", "other-topic-write", "other-topic-read", "good-again"},
       true,
       [](std::string text) {
         return without(without(std::move(text), "use_identity_as_username true\n"), "use_username_as_clientid true\n");
       },
       {}},
  };
  for (const auto& wrong : wrongs) {
    write(wrong.crl, wrong.change, wrong.acl);
    auto broker = start();
    ASSERT_TRUE(broker) << broker.error().what;
    auto impatient = plan();
    // Where nothing comes back, every wait is waited to its end; the failures are the same however short it is.
    if (wrong.acl.find("elsewhere") != std::string::npos) impatient.patience = std::chrono::milliseconds(500);
    seen.clear();
    ASSERT_EQ(failures(impatient), wrong.failed) << seen;
  }
}

TEST_F(Door, AnotherRootOrNameIsNoRefusalByTheBroker) {
  write(true);
  auto broker = start();
  ASSERT_TRUE(broker) << broker.error().what;
  for (const bool name : {true, false}) {
    auto at = door("one");
    if (name)
      at.tls.host = "elsewhere.test";
    else
      at.tls.trusted = *ossl::chain_from_pem(*read_file(certs / "client-ca.pem"));
    const auto client = Client::enter(at, soon(), cancel);
    ASSERT_TRUE(client);
    EXPECT_EQ(client->entry(), Entry::distrusted) << client->how();
  }
  auto old = door("one");
  old.tls.only_tls12 = true;
  const auto client = Client::enter(old, soon(), cancel);
  ASSERT_TRUE(client);
  EXPECT_EQ(client->how(), "CONNACK 0 over TLSv1.2");
}

TEST_F(Door, ASilentServerIsUnclear) {
  const Held silent(true);
  auto at = door("one");
  at.port = silent.port();
  const auto client = Client::enter(at, after(std::chrono::milliseconds(50)), cancel);
  ASSERT_TRUE(client);
  EXPECT_EQ(client->entry(), Entry::silent) << client->how();
  at.port = Held(false).port();
  const auto nobody = Client::enter(at, soon(), cancel);
  ASSERT_TRUE(nobody);
  EXPECT_EQ(nobody->entry(), Entry::unreachable);
  cancel.request();
  EXPECT_EQ(Client::enter(at, soon(), cancel).error().code, Errc::interrupted);
}

TEST_F(Door, ABrokerThatStandsStillIsUnclearInEveryRowAndCanBeEnded) {
  write(true);
  auto broker = start();
  ASSERT_TRUE(broker) << broker.error().what;
  ASSERT_EQ(::kill(broker->pid(), SIGSTOP), 0);
  auto impatient = plan();
  impatient.patience = std::chrono::milliseconds(100);
  Watch watch(cancel);
  SystemRandom random;
  const auto rows = try_out(impatient, random, watch, cancel);
  ASSERT_TRUE(rows) << rows.error().what;
  EXPECT_EQ(rows->size(), 8U);
  for (const auto& row : *rows) {
    EXPECT_EQ(row.found, Met::unclear) << row.id;
    EXPECT_NE(row.detail.find("in time"), std::string::npos) << row.id << ": " << row.detail;
  }
  const auto pid = broker->pid();
  broker->stop();
  EXPECT_EQ(::kill(pid, 0), -1) << "it takes no SIGTERM while it is stopped, and is ended all the same";
}

TEST_F(Door, ARenewedCertificateIsServedWhileClientsStay) {
  write(true);
  auto broker = start();
  ASSERT_TRUE(broker) << broker.error().what;
  auto client = Client::enter(door("one"), soon(), cancel);
  ASSERT_TRUE(client && client->entry() == Entry::inside);
  ASSERT_TRUE(client->subscribe("ec200u/one/x", soon(), cancel));

  issue(certs, "server", "/CN=renewed", "root", "subjectAltName=DNS:localhost");
  give_key_to_broker();
  ASSERT_TRUE(replace_file(certs / "crl.pem", *read_file(certs / "crl.pem"), 0644));
  broker->reload();
  const auto by = soon();
  std::string served;
  while (served != "renewed" && std::chrono::steady_clock::now() < by) {
    auto socket = connect_tcp("127.0.0.1", port(), by);
    ASSERT_TRUE(socket);
    auto tls = ossl::TlsClient::make(
        *socket,
        {.trusted = *ossl::chain_from_pem(*read_file(certs / "root.pem")), .host = "localhost", .only_tls12 = false});
    ASSERT_TRUE(tls);
    ASSERT_TRUE(tls->handshake(by, cancel));
    served = tls->peer_chain().front().common_name();
  }
  EXPECT_EQ(served, "renewed");

  EXPECT_TRUE(client->ping(soon(), cancel)) << "the session of before the reload lives on";
  ASSERT_TRUE(client->publish("ec200u/one/x", "still here", soon(), cancel));
  const auto message = client->message(soon(), cancel);
  ASSERT_TRUE(message) << message.error().what;
  EXPECT_EQ(message->payload, "still here");
  EXPECT_EQ(failures(plan()), Failed{}) << seen << "one good and one revoked client after the reload";
}

TEST_F(Door, ARevocationIsEnforcedAfterAReload) {
  write(true);
  ASSERT_EQ(
      run({"sh", "-c",
           "cd \"$1\" && cp crl.pem full.pem && : > index.txt && openssl ca -config ca.cnf -gencrl -cert client-ca.pem "
           "-keyfile client-ca.key -crldays 30 -out crl.pem && chmod 644 crl.pem",
           "sh", certs.string()})
          .code,
      0);
  auto broker = start();
  ASSERT_TRUE(broker) << broker.error().what;
  ASSERT_EQ(failures(plan()), Failed{"revoked"}) << seen;
  ASSERT_TRUE(replace_file(certs / "crl.pem", *read_file(certs / "full.pem"), 0644));
  broker->reload();
  const auto by = soon();
  auto entry = Entry::inside;
  while (entry == Entry::inside && std::chrono::steady_clock::now() < by) {
    auto client = Client::enter(door("revoked"), by, cancel);
    ASSERT_TRUE(client);
    entry = client->entry();
  }
  EXPECT_EQ(entry, Entry::refused);
  EXPECT_EQ(failures(plan()), Failed{}) << seen;
}

}  // namespace
}  // namespace epki::broker

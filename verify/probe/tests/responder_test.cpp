#include "verify/probe/responder.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "core/child.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "pki/ossl/tls_wire.hpp"
#include "verify/probe/cases.hpp"
#include "verify/probe/tests/seeded_random.hpp"

namespace epki::probe {
namespace {

using ossl::KeyType;
using ossl::Stage;
using ossl::WireWriter;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string bytes(std::string_view hex) {
  return std::string(as_text(*from_hex(hex)));
}

std::string hello(const std::string& sni) {
  WireWriter extensions;
  if (!sni.empty()) {
    const auto name = WireWriter().u8(0).vector(sni, 2).bytes();
    extensions.u16(0).vector(WireWriter().vector(name, 2).bytes(), 2);
  }
  extensions.u16(10).u16(4).u16(2).u16(23);  // OpenSSL agrees to no ECDHE with a client that names no group
  WireWriter body;
  body.u16(0x0303).raw(std::string(32, 'r')).u8(0).u16(2).u16(0xc02b).u8(1).u8(0).vector(extensions.bytes(), 2);
  const auto message = WireWriter().u8(1).vector(body.bytes(), 3).bytes();
  return WireWriter().u8(22).u16(0x0301).vector(message, 2).bytes();
}

/// A peer made of a bare socket.
class Peer {
 public:
  explicit Peer(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
  }
  Peer(Peer&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Peer& operator=(Peer&&) = delete;
  ~Peer() {
    if (fd_ >= 0) ::close(fd_);
  }
  void say(std::string_view words) const {
    EXPECT_EQ(::send(fd_, words.data(), words.size(), MSG_NOSIGNAL), static_cast<ssize_t>(words.size()));
  }
  // Whether the other side closes within ten seconds, whatever it says before.
  bool is_closed() const {
    std::array<char, 4096> in{};
    for (;;) {
      pollfd event{fd_, POLLIN, 0};
      if (::poll(&event, 1, 10000) != 1) return false;
      if (::recv(fd_, in.data(), in.size(), 0) <= 0) return true;
    }
  }
  bool is_answered() const {
    pollfd event{fd_, POLLIN, 0};
    std::array<char, 1> in{};
    return ::poll(&event, 1, 10000) == 1 && ::recv(fd_, in.data(), in.size(), 0) == 1;
  }

 private:
  int fd_;
};

// CONNECT and DISCONNECT of MQTT.
const std::string kConnect = bytes("101000044d5154540402003c000474657374");
const std::string kSession = kConnect + bytes("e000");

class RespondsTo : public testing::Test {
 protected:
  RespondsTo()
      : now_(SystemClock().now()),
        folder_(std::move(*TemporaryFolder::make("responder"))),
        m_{*mint_throw_away_root("U", KeyType::ec_p256, now_, random_),
           *mint_throw_away_root("stranger", KeyType::ec_p256, now_, random_), KeyType::ec_p256, "probe.test", now_},
        responder_(std::move(*Responder::start("127.0.0.1", 0, cancel_))) {
    trust(m_.u.certificate);
  }

  void trust(const ossl::Certificate& root) {
    EXPECT_TRUE(replace_file(folder_.path() / "trusted.pem", root.pem(), 0644));
  }
  void arm(const Case& c, bool with_key = true) {
    const auto armed = responder_->arm({c.id, c.chain, with_key ? c.key : std::nullopt, m_.host});
    ASSERT_TRUE(armed) << armed.error().what;
  }
  void arm(std::string_view id) { arm(*mint_case(id, m_, random_)); }

  // An accepting client that stays until it is told what to say and its input ends.
  Result<Child> staying_client() const {
    return Child::start({.argv = {"openssl", "s_client", "-connect", "127.0.0.1:" + std::to_string(responder_->port()),
                                  "-servername", "probe.test", "-tls1_2", "-quiet"},
                         .error_file = folder_.path() / "client.log",
                         .output_file = folder_.path() / "client.log",
                         .pipe_input = true});
  }
  // A real client, which says `words` once it is connected and ends when it is answered no more.
  void s_client(std::string_view words = {}) {
    const auto log = folder_.path() / "client.log";
    auto client =
        Child::start({.argv = {"openssl", "s_client", "-connect", "127.0.0.1:" + std::to_string(responder_->port()),
                               "-servername", "probe.test", "-verify_hostname", "probe.test", "-tls1_2", "-quiet",
                               "-verify_return_error", "-CAfile", (folder_.path() / "trusted.pem").string()},
                      .error_file = log,
                      .output_file = log,
                      .pipe_input = true});
    ASSERT_TRUE(client) << client.error().what;
    // A client that refuses may be gone before it has been told anything.
    static_cast<void>(client->write_input(words, after(seconds(10))));
    EXPECT_TRUE(client->wait(after(seconds(10)))) << "the client hung";
  }
  ServerRecord collect(milliseconds within = seconds(10)) {
    auto record = responder_->collect(after(within));
    EXPECT_TRUE(record) << record.error().what;
    return record ? *record : ServerRecord{};
  }
  Peer dial() const { return Peer(responder_->port()); }

  SeededRandom random_;
  Instant now_;
  TemporaryFolder folder_;
  Material m_;
  Cancel cancel_;
  std::unique_ptr<Responder> responder_;
};

TEST_F(RespondsTo, AClientThatAcceptsWithItsData) {
  for (const auto* id : {"ok_direct", "ok_inter"}) {
    arm(id);
    s_client(kSession);
    const auto record = collect();
    EXPECT_EQ(record.peer.stage, Stage::application_data) << id;
    EXPECT_EQ(record.peer.application_data, kSession);
    EXPECT_EQ(record.peer.sni, "probe.test");
    EXPECT_TRUE(record.connected);
    EXPECT_EQ(record.strays, 0U);
    EXPECT_EQ(read_file(folder_.path() / "client.log")->find(bytes("20020000")) != std::string::npos, true);
  }
}

// OpenSSL's column of the trust probing table.
TEST_F(RespondsTo, OpenSslWithTheAlertOfEachCase) {
  const std::vector<std::pair<std::string_view, int>> rows{
      {"unknown_direct", 48}, {"unknown_inter", 48}, {"badsig", 51},    {"wronghost", 42},
      {"expired", 45},        {"notyet", 42},        {"eku_client", 43}};
  for (const auto& [id, alert] : rows) {
    arm(id);
    s_client();
    const auto record = collect();
    EXPECT_EQ(record.peer.alert.value_or(-1), alert) << id;
    EXPECT_EQ(record.peer.stage, Stage::alert) << id;
    EXPECT_EQ(record.peer.could_not_present, "") << id;
  }
}

TEST_F(RespondsTo, AReplayWith48WithoutItsRootAndWith51UnderIt) {
  for (const auto type : {KeyType::ec_p256, KeyType::rsa_2048, KeyType::ec_p384}) {
    auto m = m_;
    m.leaf_key = type;
    const auto chain = *mint_case("ok_inter", m, random_);
    for (const auto& [root, alert] : {std::pair{m_.u.certificate, 51}, std::pair{m_.stranger.certificate, 48}}) {
      trust(root);
      arm(chain, false);
      s_client();
      const auto record = collect();
      EXPECT_EQ(record.peer.alert.value_or(-1), alert) << word(type);
      EXPECT_EQ(record.peer.stage, Stage::alert);
      EXPECT_EQ(record.peer.could_not_present, "");
    }
  }
}

TEST_F(RespondsTo, ATcpProbeWithoutTakingItForTheAttempt) {
  arm("ok_direct");
  static_cast<void>(dial());  // closed at once
  const auto silent = dial();
  s_client(kSession);
  const auto record = collect();
  EXPECT_EQ(record.peer.stage, Stage::application_data);
  EXPECT_EQ(record.strays, 0U);
  EXPECT_TRUE(silent.is_closed());
}

TEST_F(RespondsTo, ATcpProbeAloneByConnected) {
  arm("ok_direct");
  static_cast<void>(dial());
  const auto record = collect(milliseconds(100));
  EXPECT_TRUE(record.connected);
  EXPECT_EQ(record.peer.stage, Stage::tcp);
}

TEST_F(RespondsTo, TheQuestionHowFarTheAttemptIs) {
  arm("expired");
  EXPECT_EQ(*responder_->visit(), Visit::nobody);
  s_client();
  EXPECT_EQ(*responder_->visit(), Visit::over) << "it has left";
  collect();
  arm("ok_direct");
  auto client = staying_client();
  ASSERT_TRUE(client) << client.error().what;
  const auto comes_to = [&](Visit wanted) {
    const auto by = after(seconds(20));
    while (*responder_->visit() < wanted && std::chrono::steady_clock::now() < by) {
    }
    return *responder_->visit() == wanted;
  };
  EXPECT_TRUE(comes_to(Visit::completed));
  ASSERT_TRUE(client->write_input(kConnect, after(seconds(10))));
  EXPECT_TRUE(comes_to(Visit::over)) << "its data are here";
}

// Whoever waits for a visit is told of it at once; one who stays or says a hello is waited for.
TEST_F(RespondsTo, AVisitWithoutWaitingWhereThatIsWanted) {
  arm("ok_direct");
  EXPECT_EQ(*responder_->visit(), Visit::nobody);
  static_cast<void>(dial());
  EXPECT_NE(*responder_->visit(), Visit::nobody);
  const auto visit = responder_->collect(after(seconds(600)), Until::visited);
  ASSERT_TRUE(visit) << visit.error().what;
  EXPECT_EQ(visit->peer.stage, Stage::tcp);

  arm(*mint_case("ok_direct", m_, random_), false);
  const auto late = dial();
  static_cast<void>(dial());
  EXPECT_EQ(responder_->collect(after(milliseconds(20)), Until::visited)->peer.stage, Stage::tcp);
  EXPECT_TRUE(late.is_closed());

  arm(*mint_case("ok_direct", m_, random_), false);
  const auto ours = dial();
  static_cast<void>(dial());
  ours.say(hello("probe.test"));
  EXPECT_TRUE(ours.is_answered());
  ours.say(bytes("15030300020233"));
  EXPECT_EQ(responder_->collect(after(seconds(600)), Until::visited)->peer.alert, 51);

  // The wish was that attempt's.
  arm("ok_direct");
  static_cast<void>(dial());
  EXPECT_EQ(collect(milliseconds(20)).peer.stage, Stage::tcp);
}

TEST_F(RespondsTo, PlainTextByTheReasonWhyItIsNoTls) {
  arm("ok_direct");
  const auto plain = dial();
  plain.say(kConnect);
  EXPECT_TRUE(plain.is_closed());
  static_cast<void>(dial());
  const auto record = collect(milliseconds(50));
  EXPECT_EQ(record.peer.stage, Stage::tcp);
  EXPECT_NE(record.peer.could_not_present.find("101000044d515454"), std::string::npos) << record.peer.could_not_present;
}

TEST_F(RespondsTo, NobodyWithStageNone) {
  arm("ok_direct");
  const auto record = collect(milliseconds(10));
  EXPECT_FALSE(record.connected);
  EXPECT_EQ(record.peer.stage, Stage::none);
}

TEST_F(RespondsTo, AnotherNameAsAStrayAndTheSameInOtherLettersAsItsOwn) {
  arm("ok_direct");
  const auto other = dial();
  other.say(hello("elsewhere.test"));
  EXPECT_TRUE(other.is_closed());
  {
    const auto ours = dial();
    ours.say(hello("PROBE.test"));
    EXPECT_TRUE(ours.is_answered());
  }
  const auto record = collect();
  EXPECT_EQ(record.strays, 1U);
  EXPECT_EQ(record.peer.sni, "PROBE.test");
}

TEST_F(RespondsTo, ANamelessHelloAsItsOwn) {
  arm("ok_direct");
  {
    const auto nameless = dial();
    nameless.say(hello(""));
    EXPECT_TRUE(nameless.is_answered());
  }
  const auto record = collect();
  EXPECT_EQ(record.strays, 0U);
  EXPECT_EQ(record.peer.stage, Stage::flight_sent) << record.peer.could_not_present;
  EXPECT_EQ(record.peer.sni, "");
}

TEST_F(RespondsTo, ARetryAsAStrayWhileTheFirstGoesOn) {
  arm("ok_direct");
  const auto first = dial();
  first.say(hello("probe.test"));
  EXPECT_TRUE(first.is_answered());
  const auto second = dial();
  EXPECT_TRUE(second.is_closed());
  first.say(bytes("15030300020230"));
  EXPECT_TRUE(first.is_closed());
  const auto record = collect();
  EXPECT_EQ(record.peer.alert, 48);
  EXPECT_EQ(record.strays, 1U);
}

TEST_F(RespondsTo, TheFirstHelloOfTwoPeersThatWereBothThere) {
  arm(*mint_case("ok_direct", m_, random_), false);
  const auto early = dial();
  const auto first = dial();
  first.say(hello("probe.test"));
  EXPECT_TRUE(first.is_answered());
  early.say(hello("probe.test"));
  EXPECT_TRUE(early.is_closed());
  first.say(bytes("15030300020233"));
  const auto record = collect();
  EXPECT_EQ(record.peer.alert, 51);
  EXPECT_EQ(record.strays, 1U);
}

TEST_F(RespondsTo, AnAcceptingPeerThatStaysWithoutWaitingForItToLeave) {
  arm("ok_direct");
  auto client = staying_client();
  ASSERT_TRUE(client) << client.error().what;
  ASSERT_TRUE(client->write_input(kConnect, after(seconds(10))));
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(collect(seconds(60)).peer.stage, Stage::application_data);
  EXPECT_LT(std::chrono::steady_clock::now() - started, seconds(30));
}

TEST_F(RespondsTo, ConnectionsWhileUnarmedByClosingThem) {
  EXPECT_TRUE(dial().is_closed());
  arm("ok_direct");
  EXPECT_EQ(collect(milliseconds(1)).strays, 1U);
  arm("ok_direct");
  EXPECT_EQ(collect(milliseconds(1)).strays, 0U);
}

TEST_F(RespondsTo, AHelloInManyPiecesBesideSilentPeers) {
  arm(*mint_case("ok_direct", m_, random_), false);
  std::vector<Peer> silent;
  for (int i = 0; i < 40; ++i) silent.push_back(dial());
  const auto peer = dial();
  for (const char c : hello("probe.test")) peer.say(std::string_view(&c, 1));
  EXPECT_TRUE(peer.is_answered());
  peer.say(bytes("15030300020233"));
  EXPECT_TRUE(peer.is_closed());
  EXPECT_EQ(collect().strays, 0U);
}

TEST_F(RespondsTo, APeerThatFallsSilentAtTheDeadline) {
  arm("ok_direct");
  const auto peer = dial();
  peer.say(hello("probe.test"));
  EXPECT_TRUE(peer.is_answered());
  const auto record = collect(milliseconds(50));
  EXPECT_EQ(record.peer.stage, Stage::flight_sent) << record.peer.could_not_present;
  EXPECT_FALSE(record.peer.closed_by_peer || record.peer.reset_by_peer || record.peer.alert);
  EXPECT_TRUE(peer.is_closed());
}

TEST_F(RespondsTo, AnInterruptionWhileItCollects) {
  arm("ok_direct");
  const std::jthread other([&] { cancel_.request(); });
  const auto record = responder_->collect(after(seconds(60)));
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code, Errc::interrupted);
}

TEST_F(RespondsTo, MisuseWithASentence) {
  EXPECT_EQ(responder_->collect(after(milliseconds(1))).error().code, Errc::internal);
  arm("ok_direct");
  EXPECT_EQ(responder_->arm({"twice", mint_case("ok_direct", m_, random_)->chain}).error().code, Errc::internal);
}

TEST_F(RespondsTo, AnAddressThatIsTakenOrNoneOfOursWithAHint) {
  const auto taken = Responder::start("127.0.0.1", responder_->port(), cancel_);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::network);
  EXPECT_FALSE(taken.error().hint.empty());
  EXPECT_EQ(Responder::start("192.0.2.1", 0, cancel_).error().code, Errc::network);
  EXPECT_EQ(Responder::start("not an address", 0, cancel_).error().code, Errc::network);
}

}  // namespace
}  // namespace epki::probe

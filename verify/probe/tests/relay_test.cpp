// Passing an attempt through to a live server: what is read on the way, and that nothing is changed.

#include <gtest/gtest.h>

#include "core/child.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "verify/probe/cases.hpp"
#include "verify/probe/live_responder.hpp"
#include "verify/probe/relay_view.hpp"
#include "verify/probe/tests/seeded_random.hpp"

namespace epki::probe {
namespace {

using ossl::KeyType;
using ossl::Stage;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string bytes(std::string_view hex) {
  return std::string(as_text(*from_hex(hex)));
}
const std::string kMqtt = bytes("101000044d5154540402003c000474657374e000");

class RelayTest : public testing::Test {
 protected:
  RelayTest() : live_(*LiveResponder::start({}, cancel_)) {
    relay_ = *LiveResponder::start({.relay = HostPort{"127.0.0.1", live_->port()}}, cancel_);
  }

  /// The live server shows `made`; the client trusts `trusted`. What the relay saw, and what the live server did.
  std::pair<ServerRecord, ServerRecord> pass(const Case& made, const ossl::Certificate& trusted) {
    EXPECT_TRUE(live_->arm({"live", made.chain, made.key}));
    Presentation through{"P4", {}};
    through.expected_sni = "probe.test";
    through.relay = true;
    EXPECT_TRUE(relay_->arm(through));
    s_client(trusted);
    return {*relay_->collect(after(seconds(20))), *live_->collect(after(seconds(20)))};
  }

  void s_client(const ossl::Certificate& trusted) {
    ASSERT_TRUE(replace_file(folder_.path() / "trusted.pem", trusted.pem(), 0644));
    const auto log = folder_.path() / "client.log";
    auto client = Child::start(
        {.argv = {"openssl", "s_client", "-connect", "127.0.0.1:" + std::to_string(relay_->port()), "-servername",
                  "probe.test", "-quiet", "-verify_return_error", "-CAfile", (folder_.path() / "trusted.pem").string()},
         .error_file = log,
         .output_file = log,
         .pipe_input = true});
    ASSERT_TRUE(client) << client.error().what;
    static_cast<void>(client->write_input(kMqtt, after(seconds(10))));
    EXPECT_TRUE(client->wait(after(seconds(20)))) << "the client hung";
  }

  SeededRandom random_;
  Instant now_ = SystemClock().now();
  Material m_{*mint_throw_away_root("U", KeyType::ec_p256, now_, random_),
              *mint_throw_away_root("stranger", KeyType::ec_p256, now_, random_), KeyType::ec_p256, "probe.test", now_};
  TemporaryFolder folder_ = *TemporaryFolder::make("relay");
  Cancel cancel_;
  std::unique_ptr<LiveResponder> live_;
  std::unique_ptr<LiveResponder> relay_;
};

TEST_F(RelayTest, AnAcceptingClientReachesTheLiveServerAndTheRelaySeesIt) {
  const auto made = *mint_case("ok_inter", m_, random_);
  const auto [seen, live] = pass(made, m_.u.certificate);
  EXPECT_EQ(live.peer.application_data, kMqtt);
  EXPECT_EQ(seen.peer.stage, Stage::application_data) << seen.peer.could_not_present;
  EXPECT_EQ(seen.peer.sni, "probe.test");
  EXPECT_FALSE(seen.peer.alert);
  ASSERT_TRUE(seen.relayed);
  ASSERT_EQ(seen.relayed->presented.size(), 2U);
  EXPECT_EQ(seen.relayed->presented[0].sha256(), made.chain[0].sha256());
  EXPECT_EQ(seen.relayed->target, "127.0.0.1:" + std::to_string(live_->port()));
  EXPECT_GT(seen.relayed->from_server, 500U);
  EXPECT_NE(read_file(folder_.path() / "client.log")->find(bytes("20020000")), std::string::npos);
}

TEST_F(RelayTest, ARefusingClientsAlertIsSeen) {
  const auto [seen, live] = pass(*mint_case("ok_inter", m_, random_), m_.stranger.certificate);
  EXPECT_EQ(seen.peer.alert, 48);
  EXPECT_EQ(seen.peer.stage, Stage::alert);
  EXPECT_EQ(live.peer.alert, 48);
}

TEST_F(RelayTest, ADeadLiveServerSaysNothingOfTheClient) {
  const auto made = *mint_case("ok_direct", m_, random_);
  live_.reset();
  Presentation through{"P4", {}};
  through.relay = true;
  ASSERT_TRUE(relay_->arm(through));
  s_client(m_.u.certificate);
  const auto seen = relay_->collect(after(seconds(20)));
  ASSERT_TRUE(seen);
  EXPECT_NE(seen->peer.could_not_present.find("cannot be reached"), std::string::npos) << seen->peer.could_not_present;
}

TEST_F(RelayTest, WithoutATargetThereIsNoRelay) {
  Presentation through{"P4", {}};
  through.relay = true;
  const auto armed = live_->arm(through);
  ASSERT_FALSE(armed);
  EXPECT_EQ(armed.error().code, Errc::usage);
  EXPECT_FALSE(live_->relay_target());
  EXPECT_EQ(relay_->relay_target()->port, live_->port());
}

// ---- the reading alone ----

TEST(RelayView, BytesThatAreNoTlsArePassedOver) {
  RelayView view;
  view.from_client(as_bytes("GET / HTTP/1.1\r\n"));
  view.from_client(as_bytes("Host: a\r\n\r\n"));
  EXPECT_EQ(view.client_bytes(), 27U);
  EXPECT_EQ(view.record().stage, Stage::tcp);
  EXPECT_NE(view.record().could_not_present.find("does not speak TLS"), std::string::npos);
}

// ServerHello of TLS 1.3 (RFC 8446, 4.1.3), then what would be anything at all.
TEST(RelayView, Tls13IsSaidToHideTheRest) {
  std::string body = bytes("0303") + std::string(32, 'r') +
                     bytes(
                         "00"
                         "1301"
                         "00"
                         "0006"
                         "002b"
                         "0002"
                         "0304");
  std::string message = bytes("02") + std::string("\0\0", 2) + static_cast<char>(body.size()) + body;
  std::string record = bytes("160303") + std::string(1, '\0') + static_cast<char>(message.size()) + message;
  for (std::size_t piece = 1; piece <= record.size(); ++piece) {
    RelayView view;
    for (std::size_t at = 0; at < record.size(); at += piece)
      view.from_server(as_bytes(std::string_view(record).substr(at, piece)));
    view.from_client(as_bytes(bytes("1703030001ff")));
    EXPECT_NE(view.record().could_not_present.find("TLS 1.3"), std::string::npos) << piece;
    EXPECT_NE(view.record().stage, Stage::application_data);
  }
  // Cut before its end it says nothing.
  for (std::size_t i = 0; i < record.size(); ++i) {
    RelayView view;
    view.from_server(as_bytes(record).first(i));
    EXPECT_EQ(view.record().could_not_present, "") << i;
  }
}

TEST(RelayView, AnEncryptedAlertIsNoAlert) {
  RelayView view;
  view.from_client(as_bytes(bytes("140303000101")));
  view.from_client(as_bytes(bytes("15030300020230")));  // after the keys have changed these are cipher text
  EXPECT_FALSE(view.record().alert);
  RelayView early;
  early.from_client(as_bytes(bytes("15030300020230")));
  EXPECT_EQ(early.record().alert, 48);
}

}  // namespace
}  // namespace epki::probe

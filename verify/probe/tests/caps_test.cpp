// What strangers may cost, and who is a stranger: the lobby alone, with time as an argument.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/text.hpp"
#include "pki/ossl/tls_wire.hpp"
#include "verify/probe/listening.hpp"
#include "verify/probe/lobby.hpp"
#include "verify/probe/observer.hpp"

namespace epki::probe {
namespace {

using ossl::Stage;
using ossl::WireWriter;
using std::chrono::seconds;

std::string hello(const std::string& sni, unsigned suite = 0xc02b) {
  WireWriter extensions;
  if (!sni.empty()) {
    const auto name = WireWriter().u8(0).vector(sni, 2).bytes();
    extensions.u16(0).vector(WireWriter().vector(name, 2).bytes(), 2);
  }
  extensions.u16(10).u16(4).u16(2).u16(23);
  WireWriter body;
  body.u16(0x0303).raw(std::string(32, 'r')).u8(0).u16(2).u16(suite).u8(1).u8(0).vector(extensions.bytes(), 2);
  const auto message = WireWriter().u8(1).vector(body.bytes(), 3).bytes();
  return WireWriter().u8(22).u16(0x0301).vector(message, 2).bytes();
}

class LobbyTest : public testing::Test {
 protected:
  LobbyTest() : listener_(*listen_on({"127.0.0.1", 0}, Transport::tcp)), port_(*port_of(listener_.get())) {}

  Descriptor dial(std::string_view words = {}) const {
    Descriptor peer(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(port_);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(peer.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
    EXPECT_EQ(::send(peer.get(), words.data(), words.size(), MSG_NOSIGNAL), static_cast<ssize_t>(words.size()));
    return peer;
  }
  void arm(Lobby& lobby, Expected expected) {
    lobby.arm(
        std::move(expected),
        [](ossl::PeerSocket peer) -> std::unique_ptr<Dialogue> {
          return std::make_unique<OwnDialogue>(std::move(peer), observe({}));
        },
        now_);
  }
  /// One attempt of a peer that says hello: whether it was taken for the attempt's.
  bool takes(Lobby& lobby, const Expected& expected, const std::string& words) {
    arm(lobby, expected);
    const auto peer = dial(words);
    lobby.move_on(now_);
    const auto record = lobby.disarm();
    EXPECT_EQ(record.connected, record.strays == 0);
    return record.connected;
  }

  Descriptor listener_;
  std::uint16_t port_;
  Deadline now_{std::chrono::hours(1000)};
};

TEST_F(LobbyTest, APeerThatSaysNothingIsSentAwayWhenItsTimeIsUp) {
  Lobby lobby(listener_.get(), {.hello = seconds(60)});
  arm(lobby, {});
  const auto silent = dial("\x16");
  lobby.move_on(now_);
  EXPECT_EQ(lobby.next_due(), now_ + seconds(60));
  lobby.move_on(now_ + seconds(59));
  EXPECT_TRUE(lobby.next_due());
  lobby.move_on(now_ + seconds(60));
  EXPECT_FALSE(lobby.next_due());
  const auto record = lobby.disarm();
  EXPECT_TRUE(record.connected);
  EXPECT_EQ(record.peer.stage, Stage::tcp);
}

/// A conversation that does not come to an end.
class Endless final : public Dialogue {
 public:
  explicit Endless(ossl::PeerSocket socket) : socket_(std::move(socket)) { record_.stage = Stage::flight_sent; }
  void add_to(std::vector<pollfd>& waiting) const override { waiting.push_back({socket_.fd(), POLLIN, 0}); }
  void feed(std::string_view) override {}
  void pump() override {}
  bool over() const override { return false; }
  const ossl::TlsRecordOfPeer& record() const override { return record_; }

 private:
  ossl::PeerSocket socket_;
  ossl::TlsRecordOfPeer record_;
};

TEST_F(LobbyTest, AnAttemptThatNeverEndsIsEnded) {
  Lobby lobby(listener_.get(), {.attempt = seconds(100)});
  lobby.arm(
      {}, [](ossl::PeerSocket peer) { return std::make_unique<Endless>(std::move(peer)); }, now_);
  const auto peer = dial(hello("probe.test"));
  lobby.move_on(now_);
  EXPECT_EQ(lobby.next_due(), now_ + seconds(100));
  lobby.move_on(now_ + seconds(99));
  EXPECT_FALSE(lobby.decided());
  lobby.move_on(now_ + seconds(100));
  EXPECT_TRUE(lobby.decided());
  const auto record = lobby.disarm();
  EXPECT_EQ(record.peer.stage, Stage::flight_sent);
  EXPECT_EQ(record.from, "127.0.0.1");
}

TEST_F(LobbyTest, NoMoreStrangersThanAreAllowed) {
  Lobby lobby(listener_.get(), {.strangers = 3});
  arm(lobby, {});
  std::vector<Descriptor> silent;
  for (int i = 0; i < 5; ++i) silent.push_back(dial());
  lobby.move_on(now_);
  std::vector<pollfd> waiting;
  lobby.add_to(waiting);
  EXPECT_EQ(waiting.size(), 1U + 3U);
}

TEST_F(LobbyTest, AHelloOfAnotherShapeIsAStrayOnceThePathsOwnIsKnown) {
  Lobby lobby(listener_.get());
  const Expected mqtt{"probe.test", "mqtt"};
  // Before anything is known a nameless one may be the modem's.
  EXPECT_TRUE(takes(lobby, mqtt, hello("")));
  EXPECT_TRUE(takes(lobby, mqtt, hello("", 0xc02f)));
  EXPECT_TRUE(takes(lobby, mqtt, hello("probe.test")));
  // A scanner: it knows the name, but it is another stack.
  EXPECT_FALSE(takes(lobby, mqtt, hello("probe.test", 0xc02f)));
  EXPECT_FALSE(takes(lobby, mqtt, hello("", 0xc02f)));
  // The modem sends the name, so one without it is somebody else, unless the run has switched it off.
  EXPECT_FALSE(takes(lobby, mqtt, hello("")));
  EXPECT_TRUE(takes(lobby, {"probe.test", "mqtt", true}, hello("")));
  EXPECT_TRUE(takes(lobby, mqtt, hello("PROBE.test")));
  EXPECT_FALSE(takes(lobby, mqtt, hello("other.test")));
  // Each path has a shape of its own.
  EXPECT_TRUE(takes(lobby, {"probe.test", "ssl"}, hello("probe.test", 0xc02f)));
  EXPECT_FALSE(takes(lobby, {"probe.test", "ssl"}, hello("probe.test")));
  // What names no path is compared by its name alone.
  EXPECT_TRUE(takes(lobby, {"probe.test", ""}, hello("", 0xc02f)));
}

}  // namespace
}  // namespace epki::probe

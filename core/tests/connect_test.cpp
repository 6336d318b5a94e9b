#include "core/connect.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace epki {
namespace {

TEST(HostPort, IsReadAndWritten) {
  for (const auto* text : {"broker.example:8883", "192.0.2.1:0", "[2001:db8::1]:443"}) {
    const auto place = parse_host_port("--listen", text);
    ASSERT_TRUE(place) << text;
    EXPECT_EQ(text_of(*place), text);
  }
  EXPECT_EQ(parse_host_port("x", "[::1]:5")->host, "::1");
  for (const auto* text : {"", "broker", "broker:", ":1", "broker:70000", "broker:-1", "2001:db8::1:443", "a:b"}) {
    const auto place = parse_host_port("--listen", text);
    ASSERT_FALSE(place) << text;
    EXPECT_NE(place.error().what.find("--listen"), std::string::npos);
  }
  using namespace std::string_view_literals;
  EXPECT_FALSE(parse_host_port("x", "broker\0.example:443"sv)) << "what comes behind a NUL is not thrown away";
  EXPECT_EQ(parse_host_port("x", "broker", "write NAME:PORT").error().hint, "write NAME:PORT");
}

TEST(HostPort, OfAListenerMayBeAnIPv6AddressWithoutBrackets) {
  for (const auto* text : {"broker.example:8883", "127.0.0.1:0", "[2001:db8::1]:443", "localhost:80"})
    EXPECT_EQ(text_of(*parse_listen("--listen", text)), text);
  for (const auto& [text, same] :
       std::vector<std::pair<const char*, const char*>>{{"::1:8080", "[::1]:8080"},
                                                        {":::8080", "[::]:8080"},
                                                        {"2001:db8::1:443", "[2001:db8::1]:443"},
                                                        {"::ffff:127.0.0.1:9", "[::ffff:127.0.0.1]:9"},
                                                        {"fe80::1%eth0:80", "[fe80::1%eth0]:80"}}) {
    const auto place = parse_listen("--listen", text);
    ASSERT_TRUE(place) << text;
    EXPECT_EQ(text_of(*place), same);
  }
  for (const auto* text : {"", "::1", "[::1]", "[]:80", ":80", "1:2:80", "2001:db8::1", "a:b", "::1:65536"}) {
    const auto place = parse_listen("--listen", text);
    ASSERT_FALSE(place) << text << " was read as " << text_of(*place);
    EXPECT_EQ(place.error().code, Errc::usage);
  }
}

TEST(Connect, ReachesAListenerAndSaysWhenThereIsNone) {
  const Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  socklen_t size = sizeof name;
  ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&name), &size), 0);
  Cancel cancel;
  const HostPort there{"127.0.0.1", ntohs(name.sin_port)};
  EXPECT_TRUE(connect_tcp(there, after(std::chrono::seconds(20)), cancel));
  const auto nowhere = connect_tcp({"127.0.0.1", 1}, after(std::chrono::seconds(20)), cancel);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, Errc::network);
  EXPECT_EQ(addresses_of("127.0.0.1")->front(), "127.0.0.1");
}

}  // namespace
}  // namespace epki

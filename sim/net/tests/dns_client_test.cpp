#include "sim/net/dns_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <thread>

#include "core/descriptor.hpp"
#include "core/text.hpp"
#include "sim/net/network.hpp"

namespace epki::sim {
namespace {

std::string bytes(std::string_view hex) {
  return std::string(as_text(*from_hex(hex)));
}

/// A reply to `query` with one A record.
std::string reply_to(std::string query, std::string_view address = "7f000002") {
  query[2] = static_cast<char>(0x81);
  query[3] = static_cast<char>(0x80);
  query[7] = 1;
  return query +
         bytes(
             "c00c"
             "0001"
             "0001"
             "0000003c"
             "0004") +
         bytes(address);
}

TEST(DnsClient, ReadsTheAddressesOfItsOwnReplyAndNoOther) {
  const auto query = dns_query(7, "probe.test");
  EXPECT_EQ(query, bytes("0007"
                         "0100"
                         "0001"
                         "0000"
                         "0000"
                         "0000"
                         "0570726f6265"
                         "0474657374"
                         "00"
                         "0001"
                         "0001"));
  EXPECT_EQ(dns_addresses(reply_to(query), query), std::vector<std::string>{"127.0.0.2"});
  EXPECT_FALSE(dns_addresses(reply_to(dns_query(8, "probe.test")), query));
  EXPECT_FALSE(dns_addresses(reply_to(dns_query(7, "other.test")), query));
  EXPECT_FALSE(dns_addresses(query, query)) << "a query is no reply";
  auto refused = query;
  refused[2] = static_cast<char>(0x81);
  refused[3] = 5;
  EXPECT_EQ(dns_addresses(refused, query), std::vector<std::string>{});
}

TEST(DnsClient, AReplyCutAtAnyByteHoldsNoAddress) {
  const auto query = dns_query(7, "probe.test");
  const auto reply = reply_to(query);
  for (std::size_t i = 0; i < reply.size(); ++i) {
    const auto found = dns_addresses(std::string_view(reply).substr(0, i), query);
    EXPECT_TRUE(!found || found->empty()) << i;
  }
}

/// A server on loopback that answers every query with 127.0.0.2, or with nothing.
class Server {
 public:
  explicit Server(bool answers) : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here), 0);
    socklen_t size = sizeof here;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&here), &size);
    port = ntohs(here.sin_port);
    thread_ = std::jthread([this, answers](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        pollfd waiting{socket_.get(), POLLIN, 0};
        if (::poll(&waiting, 1, 20) <= 0) continue;
        std::array<char, 1500> in{};
        sockaddr_in from{};
        socklen_t length = sizeof from;
        const auto n = ::recvfrom(socket_.get(), in.data(), in.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
        if (n <= 0 || !answers) continue;
        const auto reply = reply_to({in.data(), static_cast<std::size_t>(n)});
        ::sendto(socket_.get(), reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&from), length);
      }
    });
  }
  std::uint16_t port = 0;

 private:
  Descriptor socket_;
  std::jthread thread_;
};

TEST(DnsClient, AsksAServer) {
  const Server server(true), silent(false);
  EXPECT_EQ(ask_dns("127.0.0.1", server.port, "probe.test", std::chrono::seconds(10)),
            std::vector<std::string>{"127.0.0.2"});
  EXPECT_FALSE(ask_dns("127.0.0.1", silent.port, "probe.test", std::chrono::milliseconds(20)));
  EXPECT_EQ(ask_dns("127.0.0.1", server.port, "two..dots", std::chrono::seconds(10)), std::vector<std::string>{});
}

TEST(Resolver, AsksTheServersItWasGivenWhereThePersonaHasAPortForThem) {
  const Server server(true);
  Persona persona;
  persona.hosts["probe.test"] = {"127.0.0.9"};
  {
    Resolver carrier(persona);
    carrier.ask({"127.0.0.1"});
    EXPECT_EQ(carrier.resolve("probe.test"), std::vector<std::string>{"127.0.0.9"}) << "no port: nobody is asked";
  }
  persona.dns_port = server.port;
  Resolver resolver(persona);
  EXPECT_EQ(resolver.resolve("probe.test"), std::vector<std::string>{"127.0.0.9"});
  resolver.ask({"127.0.0.1"});
  EXPECT_EQ(resolver.resolve("anything.test"), std::vector<std::string>{"127.0.0.2"});
  resolver.ask({"192.0.2.1"});
  EXPECT_TRUE(resolver.resolve("probe.test").empty()) << "beyond loopback without the persona's leave";
  resolver.ask({});
  EXPECT_EQ(resolver.resolve("probe.test"), std::vector<std::string>{"127.0.0.9"});
}

}  // namespace
}  // namespace epki::sim

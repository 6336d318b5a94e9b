#include <gtest/gtest.h>

#include "pki/ca/authority.hpp"

using namespace epki::ca;

namespace {
std::string labels(std::size_t total) {  // a host name of exactly that many bytes
  std::string name;
  while (name.size() + 64 < total) name += std::string(63, 'a') + ".";
  return name + std::string(total - name.size(), 'b');
}
}  // namespace

TEST(HostName, TakesWhatDnsTakes) {
  for (const auto* name : {"localhost", "broker.example", "a", "a-b.example", "3com.example", "xn--bcher-kva.example",
                           "*.example", "*.broker.example", "BROKER.Example", "1.2.3.example"})
    EXPECT_TRUE(is_host_name(name)) << name;
  EXPECT_TRUE(is_host_name(std::string(63, 'a') + ".example"));
  EXPECT_TRUE(is_host_name(labels(253)));
}

TEST(HostName, RefusesWhatNoModemCouldDial) {
  for (const auto* name : {"",
                           ".",
                           "a.",
                           ".a",
                           "a..b",
                           "-a",
                           "a-",
                           "a.-b",
                           "a_b.example",
                           "a b",
                           "b\xc3\xbc"
                           "cher.example",
                           "*",
                           "*.",
                           "a.*.b",
                           "*a.b",
                           "**.a",
                           "*.*.a",
                           "host:8883",
                           "mqtt://host",
                           "a/b",
                           "a,DNS:evil.example",
                           "a\nb",
                           "192.168.1.5",
                           "10.1",
                           "1",
                           "*.1"})
    EXPECT_FALSE(is_host_name(name)) << name;
  EXPECT_FALSE(is_host_name(std::string("a\0b", 3)));
  EXPECT_FALSE(is_host_name(std::string(64, 'a') + ".example"));
  EXPECT_FALSE(is_host_name(labels(254)));
}

TEST(IpAddress, TakesBothFamiliesAndNothingElse) {
  for (const auto* text : {"127.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::1", "::ffff:192.0.2.1"})
    EXPECT_TRUE(is_ip_address(text)) << text;
  for (const auto* text : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4 ", "1.2.3.4:80", "[::1]", "fe80::1%eth0",
                           ":::", "host", "127.1", "0x7f.0.0.1"})
    EXPECT_FALSE(is_ip_address(text)) << text;
  EXPECT_FALSE(is_ip_address(std::string("1.2.3.4\0x", 9)));
}

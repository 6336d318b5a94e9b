#include "provision/station/page_rules.hpp"

#include <gtest/gtest.h>

namespace epki::station {
namespace {

TEST(PageRules, OnlyKnownHostsAreServed) {
  for (const char* host : {"127.0.0.1:8080", "127.0.0.1", "localhost:8080", "[::1]:8080", "LOCALHOST"})
    EXPECT_TRUE(host_allowed(host, "127.0.0.1", {})) << host;
  for (const char* host :
       {"", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", ":8080", "[", "10.0.0.5:8080"})
    EXPECT_FALSE(host_allowed(host, "127.0.0.1", {})) << host;
  EXPECT_TRUE(host_allowed("Line7.example:8443", "10.0.0.5", {"line7.example"}));
  EXPECT_TRUE(host_allowed("10.0.0.5:8443", "10.0.0.5", {}));
  EXPECT_FALSE(host_allowed("localhost", "10.0.0.5", {})) << "a page beyond loopback is not called localhost";
}

TEST(PageRules, OnlyOurOwnPageMayChangeAnything) {
  EXPECT_TRUE(origin_allowed("http://127.0.0.1:8080", "127.0.0.1:8080", false));
  EXPECT_TRUE(origin_allowed("https://line7.example", "line7.example", true));
  for (const char* origin : {"", "null", "http://evil.example", "https://127.0.0.1:8080", "http://127.0.0.1:8081",
                             "http://127.0.0.1:8080.evil.example", "http://127.0.0.1:8080/"})
    EXPECT_FALSE(origin_allowed(origin, "127.0.0.1:8080", false)) << origin;
}

TEST(PageRules, CookiesAreReadExactly) {
  EXPECT_EQ(cookie("a=1; token=abc; b=2", "token"), "abc");
  EXPECT_EQ(cookie("xtoken=abc", "token"), "");
  EXPECT_EQ(cookie("token", "token"), "");
  EXPECT_EQ(cookie("", "token"), "");
}

TEST(PageRules, AnEmptySecretOpensNothing) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  for (const auto& [a, b] : {std::pair("", ""), std::pair("abc", ""), std::pair("", "abc"), std::pair("abc", "abd"),
                             std::pair("abc", "abcabc"), std::pair("abcabc", "abc")})
    EXPECT_FALSE(same_secret(a, b)) << a << " " << b;
}

}  // namespace
}  // namespace epki::station

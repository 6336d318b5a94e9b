#include "pki/ossl/tls_client_hello.hpp"

#include <gtest/gtest.h>

#include "pki/ossl/tests/tls_hello_sample.hpp"

namespace epki::ossl {
namespace {

using Bytes = std::vector<std::byte>;
using State = HelloCollector::State;

TEST(ClientHelloParser, ReadsWhatMbedTlsOffers) {
  const auto hello = parse_client_hello(mbedtls_hello());
  ASSERT_TRUE(hello) << hello.error().what;
  EXPECT_EQ(hello->sni, "probe.test");
  EXPECT_TRUE(hello->offers_tls12());
  EXPECT_EQ(hello->suites.front(), 0xcca8);
  EXPECT_EQ(hello->signature_algorithms->front(), 0x0603);
  EXPECT_EQ(hello->groups->front(), 0x19);
  EXPECT_TRUE(hello->point_formats);
  EXPECT_TRUE(hello->renegotiation_info);
  EXPECT_FALSE(hello->versions);
}

TEST(ClientHelloParser, RefusesTheHelloCutAtEveryByte) {
  const auto whole = mbedtls_hello();
  for (std::size_t n = 0; n < whole.size(); ++n) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    EXPECT_FALSE(parse_client_hello(cut)) << n;
  }
}

TEST(ClientHelloParser, RefusesBytesAfterTheMessage) {
  auto longer = mbedtls_hello();
  longer.push_back(std::byte{0});
  EXPECT_FALSE(parse_client_hello(longer));
}

// The body cut, with a header that says so: what remains is a shorter hello or none, and never harm.
TEST(ClientHelloParser, SurvivesEveryShorterBodyAndEveryChangedByte) {
  const auto whole = mbedtls_hello();
  std::size_t readable = 0;
  for (std::size_t n = 4; n < whole.size(); ++n) {
    Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
    cut[2] = static_cast<std::byte>((n - 4) >> 8U);
    cut[3] = static_cast<std::byte>((n - 4) & 0xffU);
    readable += parse_client_hello(cut) ? 1U : 0U;
  }
  EXPECT_EQ(readable, 1U);  // the one that ends right before the extensions
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
      auto changed = whole;
      changed[i] ^= static_cast<std::byte>(flip);
      static_cast<void>(parse_client_hello(changed));
    }
  }
}

TEST(HelloCollector, FindsTheSameHelloHoweverItIsCut) {
  const auto whole = mbedtls_hello();
  for (const std::size_t record : {std::size_t{1}, std::size_t{3}, std::size_t{100}, std::size_t{16384}}) {
    const auto wire = in_records(whole, record);
    for (const std::size_t segment : {std::size_t{1}, std::size_t{7}, wire.size()}) {
      HelloCollector collector;
      for (std::size_t at = 0; at < wire.size(); at += segment) {
        ASSERT_EQ(collector.state(), State::waiting) << at;
        collector.feed(as_bytes(std::string_view(wire).substr(at, segment)));
      }
      EXPECT_EQ(collector.state(), State::complete);
      EXPECT_EQ(collector.message(), whole);
      EXPECT_TRUE(collector.rest().empty());
    }
  }
}

TEST(HelloCollector, KeepsWhatFollowsTheHello) {
  HelloCollector collector;
  collector.feed(as_bytes(in_records(mbedtls_hello(), 16384) + "more"));
  EXPECT_EQ(as_text(collector.rest()), "more");
}

struct NoTls {
  std::string bytes;
  std::string_view reason;
};
class HelloCollectorRefuses : public testing::TestWithParam<NoTls> {};
TEST_P(HelloCollectorRefuses, SayingWhy) {
  HelloCollector collector;
  EXPECT_EQ(collector.feed(as_bytes(GetParam().bytes)), State::not_tls);
  EXPECT_NE(collector.reason().find(GetParam().reason), std::string::npos) << collector.reason();
}
INSTANTIATE_TEST_SUITE_P(
    Peers, HelloCollectorRefuses,
    testing::Values(NoTls{"GET / HTTP/1.1\r\n", "first bytes are 474554202f20485454502f312e310d0a"},
                    NoTls{"\x10", "does not speak TLS"}, NoTls{std::string("\x80\x2e\x01\x03\x01", 5), "SSL 2"},
                    NoTls{std::string("\x15\x03\x01\x00\x02\x02\x28", 7), "does not speak TLS"},
                    NoTls{std::string("\x16\x02\x00", 3), "version byte 02"},
                    NoTls{std::string("\x16\x03\x01\x00\x00", 5), "claims 0 bytes"},
                    NoTls{std::string("\x16\x03\x01\x40\x01", 5), "claims 16385 bytes"},
                    NoTls{std::string("\x16\x03\x01\x00\x04\x02\x00\x00\x00", 9), "no ClientHello"},
                    NoTls{std::string("\x16\x03\x01\x00\x04\x01\xff\xff\xff", 9), "claims 16777219 bytes"}));

}  // namespace
}  // namespace epki::ossl

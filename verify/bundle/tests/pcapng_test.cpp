// What is written can be read again, by this reader and by what the format says; what is damaged cannot.
#include "verify/bundle/pcapng.hpp"

#include <gtest/gtest.h>

namespace epki::bundle {
namespace {

const Instant when = *parse_rfc3339("2026-11-22T15:46:00Z");

Connection connection(std::initializer_list<std::pair<bool, std::string>> pieces, bool closed = false,
                      bool reset = false) {
  Connection one{when, "mqtt C1, attempt 1", {}};
  std::chrono::microseconds after{};
  for (const auto& [from_peer, bytes] : pieces) {
    one.tap.take(from_peer, bytes);
    one.tap.pieces.back().after = after += std::chrono::milliseconds(250);
  }
  one.tap.closed_by_peer = closed;
  one.tap.reset_by_peer = reset;
  return one;
}

TEST(Pcapng, ComesBackAsItWasWritten) {
  const std::vector<Connection> all{
      connection({{true, "hello"}, {false, std::string(16384, 'x')}, {false, "y"}, {true, std::string("\0\xff", 2)}},
                 true),
      connection({}), connection({{true, "cut short"}}, false, true)};
  const auto read = read_capture(write_capture(all, 8883));
  ASSERT_TRUE(read) << read.error().what;
  ASSERT_EQ(read->size(), all.size());
  for (std::size_t n = 0; n < all.size(); ++n) {
    const auto &then = all[n], &now = (*read)[n];
    EXPECT_EQ(now.at, when);
    EXPECT_EQ(now.comment, then.comment);
    EXPECT_EQ(now.tap.closed_by_peer, then.tap.closed_by_peer);
    EXPECT_EQ(now.tap.reset_by_peer, then.tap.reset_by_peer);
    ASSERT_EQ(now.tap.pieces.size(), then.tap.pieces.size());
    for (std::size_t i = 0; i < then.tap.pieces.size(); ++i) {
      EXPECT_EQ(now.tap.pieces[i].from_peer, then.tap.pieces[i].from_peer);
      EXPECT_EQ(now.tap.pieces[i].bytes, then.tap.pieces[i].bytes);
      EXPECT_EQ(now.tap.pieces[i].after, then.tap.pieces[i].after);
    }
  }
}

std::uint16_t word_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8U |
                                    static_cast<unsigned char>(bytes[at + 1]));
}

// RFC 1071: with its checksum in it, a header adds up to all ones.
std::uint32_t added_up(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) sum += word_at(bytes, i);
  if (bytes.size() % 2 != 0) sum += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes.back())) << 8U;
  while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  return sum;
}

TEST(Pcapng, EveryPacketHasTheChecksumsOfItsHeaders) {
  const auto file = write_capture({connection({{true, "odd"}, {false, "even"}}, true)}, 8883);
  std::size_t packets = 0;
  for (std::size_t at = 0; at < file.size();) {
    const auto little = [&](std::size_t where) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(file[where])) |
             static_cast<std::uint32_t>(static_cast<unsigned char>(file[where + 1])) << 8U;
    };
    const auto type = little(at), size = little(at + 4);
    ASSERT_GE(size, 12U);
    if (type == 6) {
      const auto ip = std::string_view(file).substr(at + 28, little(at + 20));
      EXPECT_EQ(added_up(ip.substr(0, 20)), 0xffffU);
      const auto tcp = ip.substr(20);
      std::string pseudo(ip.substr(12, 8));
      pseudo += std::string("\0\x06", 2);
      pseudo += static_cast<char>(tcp.size() >> 8U);
      pseudo += static_cast<char>(tcp.size() & 0xffU);
      EXPECT_EQ(added_up(pseudo + std::string(tcp)), 0xffffU);
      ++packets;
    }
    at += size;
  }
  EXPECT_EQ(packets, 6U) << "SYN, SYN+ACK, ACK, two of data, FIN";
}

TEST(Pcapng, CutOrAlteredItIsRefusedOrSaysSomethingElse) {
  const auto file = write_capture({connection({{true, "hello"}, {false, "world"}}), connection({{true, "z"}})}, 8883);
  for (std::size_t size = 0; size < file.size(); ++size) {
    const auto read = read_capture(std::string_view(file).substr(0, size));
    // At the end of a packet the file is whole, and shorter.
    EXPECT_TRUE(!read || read->size() <= 2) << size;
  }
  auto gap = file;
  const auto at = gap.find("hello");
  gap[at - 16 + 3] ^= 1;  // the sequence number before it
  const auto read = read_capture(gap);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().what.find("missing"), std::string::npos) << read.error().what;
}

}  // namespace
}  // namespace epki::bundle

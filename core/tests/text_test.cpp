#include "core/text.hpp"

#include <gtest/gtest.h>

namespace epki {
namespace {

TEST(Text, HexRoundTrips) {
  const auto bytes = from_hex("00ffA1");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(to_hex(*bytes), "00ffa1");
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(Text, VisibleSpellsControlCharactersOut) {
  EXPECT_EQ(visible("AT\r\n\x7f"), "AT<CR><LF><7f>");
  EXPECT_EQ(shell_word("861234567890123"), "861234567890123");
  EXPECT_EQ(shell_word("hall B, pump's"), "'hall B, pump'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(Text, IntegersAreWholeOrNothing) {
  EXPECT_EQ(parse_integer("42"), 42);
  for (const char* bad : {"", " 4", "4 ", "4x", "99999999999999999999"}) EXPECT_FALSE(parse_integer(bad)) << bad;
}

TEST(Text, NearestFindsTheMisspeltWord) {
  const std::string_view known[] = {"port", "host"};
  EXPECT_EQ(nearest("prot", known), "port");
  EXPECT_EQ(nearest("something", known), "");
}

}  // namespace
}  // namespace epki

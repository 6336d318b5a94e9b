#include "core/toml.hpp"

#include <gtest/gtest.h>

namespace epki {
namespace {

TEST(Toml, SaysWhereASyntaxErrorIs) {
  auto read = TomlReader::parse("a = 1\nb = = 2\n", "x.toml");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::input);
  EXPECT_TRUE(read.error().what.starts_with("x.toml:2:")) << read.error().what;
}

TEST(Toml, ReadsWhatIsThereAndLeavesTheRestAlone) {
  auto read = TomlReader::parse("name = \"n\"\n[broker]\nport = 8883\nhosts = [\"a\", \"b\"]\n", "x.toml");
  ASSERT_TRUE(read);
  std::string name, absent = "kept";
  std::int64_t port = 0;
  std::vector<std::string> hosts;
  EXPECT_TRUE(read->text("name", name));
  EXPECT_FALSE(read->text("absent", absent));
  auto broker = read->table("broker");
  EXPECT_TRUE(broker.integer("port", port, 1, 65535));
  EXPECT_TRUE(broker.texts("hosts", hosts));
  EXPECT_TRUE(read->finish());
  EXPECT_EQ(name, "n");
  EXPECT_EQ(absent, "kept");
  EXPECT_EQ(port, 8883);
  EXPECT_EQ(hosts, (std::vector<std::string>{"a", "b"}));
}

TEST(Toml, AnUnknownKeyIsAnErrorWithTheNearestName) {
  auto read = TomlReader::parse("[broker]\nprot = 1\n", "x.toml");
  ASSERT_TRUE(read);
  std::int64_t port = 0;
  auto broker = read->table("broker");
  broker.integer("port", port);
  auto done = read->finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().what, "x.toml:2:1: no such setting: broker.prot");
  EXPECT_EQ(done.error().hint, "did you mean port?");
}

TEST(Toml, TheFirstComplaintInFileOrderWins) {
  auto read = TomlReader::parse("b = \"x\"\na = 70000\n", "x.toml");
  ASSERT_TRUE(read);
  std::int64_t a = 0, b = 0;
  read->integer("a", a, 1, 65535);
  read->integer("b", b);
  auto done = read->finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().what, "x.toml:1:5: b must be a whole number");
}

TEST(Toml, AWordOutsideItsListIsRefused) {
  enum class Mode { on, off };
  constexpr std::pair<std::string_view, Mode> words[] = {{"on", Mode::on}, {"off", Mode::off}};
  auto read = TomlReader::parse("mode = \"maybe\"\n", "x.toml");
  ASSERT_TRUE(read);
  Mode mode = Mode::on;
  EXPECT_FALSE(read->word<Mode>("mode", mode, words));
  auto done = read->finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().hint, "use one of: on, off");
}

TEST(Toml, QuotesWhatItWrites) {
  const std::string odd = "a\"b\\c\nd\x01";
  auto read = TomlReader::parse("v = " + toml_quoted(odd), "x.toml");
  ASSERT_TRUE(read) << read.error().what;
  std::string v;
  read->text("v", v);
  EXPECT_EQ(v, odd);
}

}  // namespace
}  // namespace epki

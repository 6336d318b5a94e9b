// Every recorded conversation, played through the engine in small pieces.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "core/file.hpp"
#include "core/text.hpp"
#include "provision/at/tests/recorded.hpp"
#include "provision/at/tests/scripted_stream.hpp"
#include "provision/ec200u/modem.hpp"

namespace epki::ec200u {
namespace {

using namespace std::chrono_literals;

struct Turn {
  std::string sent, answered, result;
  std::size_t lines = 0;
  std::vector<std::string> queued;
};

std::vector<Turn> read_transcript(const std::filesystem::path& path) {
  auto text = read_file(path);
  EXPECT_TRUE(text) << path;
  std::vector<Turn> turns;
  for (std::string_view line : split(*text, '\n')) {
    if (line.size() < 3 || line[0] == '#') continue;
    const auto rest = line.substr(2);
    if (line[0] == '>') turns.push_back({at::test::from_transcript(rest), {}, {}, 0, {}});
    EXPECT_FALSE(turns.empty()) << path;
    if (line[0] == '<') turns.back().answered = at::test::from_transcript(rest);
    if (line[0] == '!') turns.back().queued.emplace_back(rest);
    if (line[0] == '=') {
      const auto space = rest.rfind(' ');
      turns.back().result = std::string(rest.substr(0, space));
      turns.back().lines = static_cast<std::size_t>(parse_integer(rest.substr(space + 1)).value_or(99));
    }
  }
  return turns;
}

/// The tag of a query, as a caller who knows this modem would name it.
std::string asked_tag(std::string_view sent) {
  const auto end = sent.find('?');
  return end == std::string_view::npos ? std::string() : std::string(sent.substr(2, end - 2)) + ":";
}

void play(const std::vector<Turn>& turns) {
  std::vector<at::test::Turn> script;
  for (const Turn& turn : turns) script.push_back({turn.sent, turn.answered});
  at::test::ScriptedStream wire(script);
  at::Engine engine(wire, unsolicited_prefixes());
  for (const Turn& turn : turns) {
    auto reply = engine.command(turn.sent.substr(0, turn.sent.size() - 1), after(5s), asked_tag(turn.sent));
    ASSERT_TRUE(reply) << reply.error().what;
    EXPECT_EQ(reply->refusal(), turn.result) << turn.sent;
    EXPECT_EQ(reply->lines.size(), turn.lines) << turn.sent;
    for (const std::string& line : turn.queued) {
      auto heard = engine.wait_for([](std::string_view) { return true; }, after(5s));
      ASSERT_TRUE(heard && *heard) << line;
      EXPECT_EQ(**heard, line);
    }
  }
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Transcripts, AreUnderstoodAsRecorded) {
  std::size_t played = 0;
  for (const auto& entry : std::filesystem::directory_iterator(EPKI_SOURCE_DIR "/tests/transcripts")) {
    if (entry.path().extension() != ".txt") continue;
    SCOPED_TRACE(entry.path().filename());
    play(read_transcript(entry.path()));
    ++played;
  }
  EXPECT_GE(played, 5U);
}

}  // namespace
}  // namespace epki::ec200u

// docs/at-dialogue.md shows a whole conversation. It is what provision says today: the page's own certificates are put
// on a simulated modem again, and each line is compared.
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/file.hpp"
#include "core/text.hpp"
#include "tests/faults/floor.hpp"

namespace epki::faults {
namespace {

constexpr const char* page = EPKI_SOURCE_DIR "/docs/at-dialogue.md";
constexpr const char* fence = "```";

/// The page as prose and conversation in turn; conversations stand at odd places, without their fences.
std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const auto line : split(text, '\n')) {
    if (line == fence)
      parts.emplace_back();
    else
      parts.back() += std::string(line) + "\n";
  }
  return parts;
}

/// The certificates that the page's conversation uploads, in order.
std::vector<std::string> uploads_in(const std::string& conversation) {
  std::vector<std::string> all;
  bool inside = false;
  for (const auto line : split(conversation, '\n')) {
    if (line.starts_with("> -----BEGIN")) all.emplace_back();
    inside = (inside && line.starts_with("> ")) || line.starts_with("> -----BEGIN");
    if (inside) all.back() += std::string(line.substr(2, line.size() - 4)) + "\n";  // "\n" is spelled out at its end
  }
  return all;
}

/// A recording for reading: without its head, and what the modem says to one command on one line.
std::vector<std::string> for_reading(const std::string& recording) {
  std::vector<std::string> lines;
  for (const auto line : split(recording, '\n')) {
    if (line.size() < 2 || line[0] == '#') continue;
    if (line[0] == '<' && !lines.empty() && lines.back()[0] == '<')
      lines.back() += line.substr(2);
    else
      lines.emplace_back(line);
  }
  return lines;
}

/// A first run, and the next one on the same modem.
std::vector<std::string> said_with(const std::vector<std::string>& certificates) {
  Floor floor("boot_ms = 3000\n", {certificates.at(0), certificates.at(1)});
  floor.wait_until_ready();
  std::vector<std::string> lines;
  for (const char* name : {"first.txt", "next.txt"}) {
    floor.record_into = (floor.folder() / name).string();
    const auto run = floor.provision();
    EXPECT_EQ(plan::word(run.report->status), "protected") << outcome(run);
    const auto more = for_reading(*read_file(floor.record_into));
    lines.insert(lines.end(), more.begin(), more.end());
  }
  return lines;
}

/// The first two lines that the computer says from `at` on: what a part of the page is known by.
std::string beginning(const std::vector<std::string>& lines, std::size_t at) {
  std::string text;
  for (int said = 0; at < lines.size() && said < 2; ++at)
    if (lines[at].starts_with("> ")) {
      text += lines[at] + "\n";
      ++said;
    }
  return text;
}

/// The page with today's conversation. A part begins where the commands that began it before are said again.
std::string renewed(std::vector<std::string> parts, const std::vector<std::string>& lines) {
  std::vector<std::size_t> begin;
  std::size_t at = 0;
  for (std::size_t i = 1; i < parts.size(); i += 2) {
    const auto first = beginning(for_reading(parts[i]), 0);
    while (at < lines.size() && (lines[at][0] != '>' || beginning(lines, at) != first)) ++at;
    EXPECT_LT(at, lines.size()) << "nothing begins with " << first << " any more: write that part anew";
    begin.push_back(at);
  }
  begin.push_back(lines.size());
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i % 2 == 0) {
      text += parts[i];
      continue;
    }
    text += std::string(fence) + "\n";
    for (std::size_t n = i == 1 ? 0 : begin[i / 2]; n < begin[i / 2 + 1]; ++n) text += lines[n] + "\n";
    text += std::string(fence) + "\n";
  }
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

TEST(Dialogue, OfThePageIsWhatProvisionSays) {
  const auto text = read_file(page);
  ASSERT_TRUE(text);
  const auto parts = parts_of(*text);
  ASSERT_EQ(parts.size() % 2, 1U) << "a fence is open at the page's end";
  std::string shown;
  for (std::size_t i = 1; i < parts.size(); i += 2) shown += parts[i];
  const auto certificates = uploads_in(shown);
  ASSERT_EQ(certificates.size(), 2U) << "the root and its twin";
  const auto lines = said_with(certificates);
  if (std::getenv("EPKI_REGOLD") != nullptr) {
    const auto page_now = renewed(parts, lines);
    if (HasFailure()) return;  // a part that is not found would take the others' lines
    ASSERT_TRUE(replace_file(page, page_now, 0644));
    return;
  }
  for (std::size_t i = 1; i < parts.size(); i += 2) EXPECT_NE(parts[i], "") << "a part of the page shows nothing";
  const auto page_lines = split(shown, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ASSERT_LT(i, page_lines.size()) << "the page ends before: " << lines[i];
    ASSERT_EQ(page_lines[i], lines[i]) << "line " << i + 1 << " of the conversation in " << page
                                       << "\nlook, then: EPKI_REGOLD=1 ctest --preset dev -R faults";
  }
  EXPECT_EQ(page_lines.size(), lines.size() + 1) << "the page goes on where provision has ended";
}

}  // namespace
}  // namespace epki::faults

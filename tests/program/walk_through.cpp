#include "tests/program/walk_through.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <sstream>

namespace epki::test {

namespace {

constexpr std::string_view fence = "```";
constexpr std::string_view prompt = "$ ";

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

// Whole numbers only: 8883 inside 188834 is another number.
std::string number_replaced(const std::string& text, const std::string& from, const std::string& to) {
  return std::regex_replace(text, std::regex("\\b" + from + "\\b"), to);
}

}  // namespace

std::vector<Shown> shown_commands(std::string_view page) {
  std::vector<Shown> all;
  bool inside = false;
  std::size_t number = 0;
  for (const auto& line : split(page)) {
    ++number;
    if (line.starts_with(fence)) {
      inside = !inside && line == "```console";
    } else if (inside && line.starts_with(prompt)) {
      all.push_back({number, line.substr(prompt.size()), ""});
    } else if (inside && !all.empty()) {
      all.back().output += line + "\n";
    }
  }
  return all;
}

std::string as_on_a_page(std::string text, const Sandbox& box) {
  text = replaced(std::move(text), box.folder().string(), "/home/you/pki");
  return number_replaced(text, std::to_string(box.broker_port()), "8883");
}

std::string masked(std::string text) {
  static const std::vector<std::pair<std::regex, std::string>> varying{
      {std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"), "MOMENT"},
      {std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}"), "DATE"},
      {std::regex("\\b[0-9a-f]{12,64}\\b"), "HASH"},
      {std::regex("_[0-9a-f]{12}\\b"), "_HASH"},
      {std::regex("\\b[0-9]+ bytes"), "N bytes"},
      {std::regex("\\b[0-9]+ ms"), "N ms"},
      {std::regex("\\b[0-9.]+ s\\b"), "N s"},
      {std::regex("Botan [0-9.]+[0-9]"), "Botan N"},
      {std::regex("[ \t]+\n"), "\n"},
  };
  for (const auto& [what, with] : varying) text = std::regex_replace(text, what, with);
  return text;
}

void replay_page(const std::filesystem::path& page) {
  const auto text = read_file(page);
  ASSERT_TRUE(text) << page;
  const auto shown = shown_commands(*text);
  ASSERT_FALSE(shown.empty()) << page << " shows no command: a block that begins with ```console is missing";
  Sandbox box;
  std::vector<std::string> printed;
  for (const auto& one : shown) {
    const auto command = number_replaced(one.command, "8883", std::to_string(box.broker_port()));
    const auto ran = box.shell("exec 2>&1; " + command);
    const auto output = as_on_a_page(ran.out, box);
    const bool same = masked(output) == masked(one.output);
    printed.push_back(same ? one.output : output);
    if (std::getenv("EPKI_REGOLD") == nullptr) {
      EXPECT_EQ(masked(output), masked(one.output))
          << page.string() << ":" << one.line << ": $ " << one.command
          << "\nWhen the new output is right: EPKI_REGOLD=1 ctest --preset dev -R program_docs";
    }
  }
  if (std::getenv("EPKI_REGOLD") == nullptr) return;
  std::string fresh;
  bool inside = false;
  std::size_t next = 0;
  for (const auto& line : split(*text)) {
    const bool edge = line.starts_with(fence);
    if (edge) inside = !inside && line == "```console";
    if (!inside || edge || line.starts_with(prompt)) fresh += line + "\n";
    if (inside && line.starts_with(prompt)) fresh += printed[next++];
  }
  ASSERT_TRUE(replace_file(page, fresh, 0644));
}

}  // namespace epki::test

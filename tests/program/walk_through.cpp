#include "tests/program/walk_through.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <sstream>

namespace epki::test {

namespace {

constexpr std::string_view fence = "```";
constexpr std::string_view prompt = "$ ";

/// A line of a page, told apart. A block may stand inside a list: the indent of its fence is the indent of its lines.
struct PageLine {
  enum class Kind { prose, edge, command, output };
  Kind kind = Kind::prose;
  std::string text;    ///< without the indent of its block, and of a command without the prompt
  std::string indent;  ///< of its block
};

class PageReader {
 public:
  PageLine read(const std::string& line) {
    const auto begin = line.find_first_not_of(' ');
    const auto bare = begin == std::string::npos ? std::string_view() : std::string_view(line).substr(begin);
    if (bare.starts_with(fence)) {
      inside_ = !inside_ && bare == "```console";
      if (inside_) indent_ = line.substr(0, begin);
      return {PageLine::Kind::edge, line, {}};
    }
    if (!inside_) return {PageLine::Kind::prose, line, {}};
    auto text = line.starts_with(indent_) ? line.substr(indent_.size()) : line;
    if (text.starts_with(prompt)) return {PageLine::Kind::command, text.substr(prompt.size()), indent_};
    return {PageLine::Kind::output, std::move(text), indent_};
  }

 private:
  bool inside_ = false;
  std::string indent_;
};

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

// A medium of its own for each page: /media/usb is media/usb in its folder. 8884 is the second broker's port in a
// roll-over.
std::string from_the_page(const std::string& command, const Sandbox& box, std::uint16_t second_port) {
  const auto text = replaced(command, "/media/", (box / "media/").string());
  return number_replaced(number_replaced(text, "8883", std::to_string(box.broker_port())), "8884",
                         std::to_string(second_port));
}

std::string indented(const std::string& text, const std::string& indent) {
  std::string out;
  for (const auto& line : split(text)) out += (line.empty() ? "" : indent) + line + "\n";
  return out;
}

}  // namespace

std::vector<Shown> shown_commands(std::string_view page) {
  std::vector<Shown> all;
  PageReader reader;
  std::size_t number = 0;
  for (const auto& line : split(page)) {
    ++number;
    const auto read = reader.read(line);
    if (read.kind == PageLine::Kind::command) all.push_back({number, read.text, ""});
    if (read.kind == PageLine::Kind::output && !all.empty()) all.back().output += read.text + "\n";
  }
  return all;
}

std::string as_on_a_page(std::string text, const Sandbox& box, std::uint16_t second_port) {
  text = replaced(std::move(text), (box / "media/").string(), "/media/");
  text = replaced(std::move(text), box.folder().string(), "/home/you/pki");
  text = number_replaced(text, std::to_string(box.broker_port()), "8883");
  return number_replaced(text, std::to_string(second_port), "8884");
}

std::string masked(std::string text) {
  static const std::vector<std::pair<std::regex, std::string>> varying{
      {std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"), "MOMENT"},
      {std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}"), "DATE"},
      {std::regex("\\b[0-9a-f]{12,64}\\b"), "HASH"},
      {std::regex("_[0-9a-f]{12}\\b"), "_HASH"},
      {std::regex("\\bold-root-[0-9a-f]{8}\\b"), "old-root-HASH"},
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
  const auto second_port = free_port();
  for (const char* medium : {"media/usb", "media/safe"}) std::filesystem::create_directories(box / medium);
  // What a user types, or has set: the passphrase is a PIN too, and a page's token is its own.
  const std::string typed = "exec 2>&1; export EC200U_PKI_PASSPHRASE='correct horse battery staple' SOFTHSM2_CONF=" +
                            (box / "softhsm2.conf").string() + "; ";
  std::vector<std::string> printed;
  for (const auto& one : shown) {
    const auto ran = box.shell(typed + from_the_page(one.command, box, second_port));
    const auto output = as_on_a_page(ran.out, box, second_port);
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
  PageReader reader;
  std::size_t next = 0;
  for (const auto& line : split(*text)) {
    const auto read = reader.read(line);
    if (read.kind != PageLine::Kind::output) fresh += line + "\n";
    if (read.kind == PageLine::Kind::command) fresh += indented(printed[next++], read.indent);
  }
  ASSERT_TRUE(replace_file(page, fresh, 0644));
}

}  // namespace epki::test

// What the pages say, held against the program: commands and options that exist, outputs as they come, links that lead
// somewhere, exit codes as they are.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

#include "core/exit_code.hpp"
#include "tests/program/described.hpp"
#include "tests/program/sandbox.hpp"
#include "tests/program/walk_through.hpp"

namespace epki::test {
namespace {

namespace fs = std::filesystem;
const fs::path sources = EPKI_SOURCE_DIR;

std::vector<fs::path> pages() {
  std::vector<fs::path> all{sources / "README.md", sources / "CONTRIBUTING.md", sources / "SECURITY.md"};
  for (const auto& entry : fs::recursive_directory_iterator(sources / "docs"))
    if (entry.path().extension() == ".md") all.push_back(entry.path());
  return all;
}

std::string shown_path(const fs::path& page) {
  return fs::relative(page, sources).string();
}

// GitHub's anchor of a heading: lower case, punctuation dropped, blanks to hyphens.
std::string anchor(std::string_view heading) {
  std::string out;
  for (const char c : heading) {
    const auto u = static_cast<unsigned char>(c);
    if (std::isalnum(u) != 0 || c == '_' || c == '-' || u >= 0x80) {
      out += static_cast<char>(std::tolower(u));
    } else if (c == ' ') {
      out += '-';
    }
  }
  return out;
}

std::set<std::string> anchors_of(const fs::path& page) {
  std::set<std::string> all;
  std::istringstream text(*read_file(page));
  bool code = false;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("```")) code = !code;
    if (code || !line.starts_with("#")) continue;
    const auto begin = line.find_first_not_of("# ");
    if (begin != std::string::npos) all.insert(anchor(line.substr(begin)));
  }
  return all;
}

TEST(Docs, LinksLeadSomewhere) {
  static const std::regex link(R"(\]\(([^)\s]+)\))");
  std::size_t checked = 0;
  for (const auto& page : pages()) {
    const auto text = *read_file(page);
    for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) {
      const std::string target = (*at)[1];
      if (target.find("://") != std::string::npos) continue;
      const auto hash = target.find('#');
      const auto file = hash == 0 ? page : (page.parent_path() / target.substr(0, hash)).lexically_normal();
      EXPECT_TRUE(fs::exists(file)) << shown_path(page) << " links to " << target;
      if (hash != std::string::npos && fs::is_regular_file(file)) {
        EXPECT_TRUE(anchors_of(file).contains(target.substr(hash + 1)))
            << shown_path(page) << " links to " << target << ", and no heading there has that anchor";
      }
      ++checked;
    }
  }
  EXPECT_GT(checked, 20U);
}

TEST(Docs, EveryPageIsReachableFromTheReadme) {
  static const std::regex link(R"(\]\(([^)#\s]+))");
  std::set<fs::path> seen;
  std::vector<fs::path> todo{sources / "README.md"};
  while (!todo.empty()) {
    const auto page = todo.back();
    todo.pop_back();
    if (!seen.insert(page).second || page.extension() != ".md") continue;
    const auto text = *read_file(page);
    for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) {
      const auto file = (page.parent_path() / std::string((*at)[1])).lexically_normal();
      if (fs::is_regular_file(file)) todo.push_back(file);
    }
  }
  for (const auto& page : pages())
    if (page.parent_path().filename() != "decisions") {
      EXPECT_TRUE(seen.contains(page)) << shown_path(page) << " is linked from nowhere";
    }
}

// The words of one call of ec200u-pki in a text, up to what ends a command.
std::vector<std::string> words_of_call(std::string_view text) {
  std::vector<std::string> words;
  std::istringstream stream{std::string(text.substr(0, text.find_first_of("`|&;<>#\n()\"'")))};
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

bool has_option(const DescribedCommand& command, const std::string& option) {
  for (const auto& [names, help] : command.options) {
    std::string name;
    for (const char c : names + " ") {
      if (c == ',' || c == ' ') {
        if (name == option) return true;
        name.clear();
        if (c == ' ') break;
      } else {
        name += c;
      }
    }
  }
  return false;
}

// What is wrong with one call as a page writes it; empty when nothing is.
std::string fault_of_call(const std::vector<std::string>& words, const std::vector<DescribedCommand>& commands) {
  const auto find = [&](const std::string& name) {
    return std::find_if(commands.begin(), commands.end(), [&](const auto& one) { return one.name == name; });
  };
  const auto program = find("");
  std::size_t at = 0;
  while (at < words.size() && words[at].starts_with("-")) at += words[at] == "-C" ? 2U : 1U;
  if (at >= words.size()) return "";
  static const std::regex word("[a-z][a-z-]*");
  if (!std::regex_match(words[at], word)) return "";  // a placeholder: COMMAND, …
  auto command = find(words[at]);
  if (command == commands.end()) return "there is no command " + words[at];
  if (at + 1 < words.size() && find(words[at] + " " + words[at + 1]) != commands.end())
    command = find(words[at] + " " + words[at + 1]);
  else if (command->group && at + 1 < words.size() && std::regex_match(words[at + 1], word))
    return "there is no command " + words[at] + " " + words[at + 1];
  if (command->name.find(' ') != std::string::npos) ++at;
  if (command->name == "sim") return "";  // its options are the simulator's
  for (++at; at < words.size(); ++at) {
    const auto option = words[at].substr(0, words[at].find_first_of("=,.:"));
    if (option.starts_with("--") && option.size() > 2 && !has_option(*command, option) && !has_option(*program, option))
      return command->name + " has no option " + option;
  }
  return "";
}

TEST(Docs, NameOnlyCommandsAndOptionsThatExist) {
  const auto commands = described_commands();
  std::size_t calls = 0;
  for (const auto& page : pages()) {
    // What is missing or was decided is told there, too.
    if (page.filename() == "status.md" || page.parent_path().filename() == "decisions") continue;
    std::istringstream text(*read_file(page));
    std::size_t number = 0;
    for (std::string line; std::getline(text, line);) {
      ++number;
      if (line.find('`') == std::string::npos) line = line.substr(0, line.find(" #"));
      for (auto at = line.find("ec200u-pki "); at != std::string::npos; at = line.find("ec200u-pki ", at + 1)) {
        // In code only: a span, or a line of a block.
        const bool in_code = std::count(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(at), '`') % 2 == 1 ||
                             line.find('`') == std::string::npos;
        if (!in_code || (at > 0 && std::isalnum(static_cast<unsigned char>(line[at - 1])) != 0)) continue;
        if (line.find('`') == std::string::npos &&
            !std::regex_search(line, std::regex("^(\\$ )?[^A-Z]*ec200u-pki [a-z-]")))
          continue;
        const auto fault = fault_of_call(words_of_call(std::string_view(line).substr(at + 11)), commands);
        EXPECT_EQ(fault, "") << shown_path(page) << ":" << number << ": " << line;
        ++calls;
      }
    }
  }
  EXPECT_GT(calls, 50U);
  // The guard itself.
  EXPECT_NE(fault_of_call({"frobnicate"}, commands), "");
  EXPECT_NE(fault_of_call({"init", "--nonsense"}, commands), "");
  EXPECT_NE(fault_of_call({"ledger", "frobnicate"}, commands), "");
  EXPECT_EQ(fault_of_call({"-C", "x", "ledger", "list", "--json", "--limit", "3"}, commands), "");
}

TEST(Docs, ShowWhatTheProgramPrints) {
  replay_page(sources / "README.md");
  for (const auto& entry : fs::directory_iterator(sources / "docs/tutorials"))
    if (read_file(entry.path())->find("```console") != std::string::npos) replay_page(entry.path());
}

// Each way of working, as its page shows it.
TEST(Docs, WorkflowsGoAsTheirPagesSay) {
  Sandbox box;
  const bool token = box.shell("command -v softhsm2-util && test -e /usr/lib/softhsm/libsofthsm2.so").exit == 0;
  for (const auto& entry : fs::directory_iterator(sources / "docs/workflows"))
    if (token || entry.path().filename() != "hsm.md") replay_page(entry.path());
}

// ---- manual pages

std::string plain(const std::string& page) {
  std::string out;
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (page[i] != '\\' || i + 1 == page.size()) {
      out += page[i];
    } else {
      const char next = page[++i];
      if (next == '-') out += '-';
      if (next == 'e') out += '\\';
    }
  }
  return out;
}

// Blanks and line breaks count alike: --help wraps, a manual page does not.
std::string flowed(const std::string& text) {
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

TEST(Docs, ManualPagesSayWhatHelpSays) {
  Sandbox box;
  const auto made = box.run({"man", "--out", "man"});
  ASSERT_EQ(made.exit, 0) << made;
  std::set<std::string> left;
  for (const auto& entry : fs::directory_iterator(box / "man")) left.insert(entry.path().filename().string());
  static const std::regex option_line("\n  (-[A-Za-z-]\\S*|[A-Za-z_]+)( |\n)");
  for (const auto& command : described_commands()) {
    auto file = "ec200u-pki" + (command.name.empty() ? "" : "-" + command.name) + ".1";
    std::replace(file.begin(), file.end(), ' ', '-');
    SCOPED_TRACE(file);
    ASSERT_EQ(left.erase(file), 1U) << "no page";
    const auto page = flowed(plain(*read_file(box / "man" / file)));
    std::vector<std::string> words;
    std::istringstream stream(command.name);
    for (std::string word; stream >> word;) words.push_back(word);
    words.emplace_back("--help");
    // The simulator answers for itself.
    if (command.name == "sim") continue;
    const auto help = box.run(words);
    ASSERT_EQ(help.exit, 0) << help;
    const auto said = flowed(help.out);
    EXPECT_NE(page.find(flowed(command.summary)), std::string::npos) << "the page lacks: " << command.summary;
    EXPECT_NE(said.find(flowed(command.summary)), std::string::npos) << "--help lacks: " << command.summary;
    for (const auto& [names, text] : command.options) {
      EXPECT_NE(page.find(".B " + flowed(names)), std::string::npos) << "the page lacks " << names;
      EXPECT_NE(page.find(flowed(text)), std::string::npos) << "the page lacks: " << text;
      EXPECT_NE(said.find(flowed(text)), std::string::npos) << "--help lacks: " << text;
    }
    // The other way round: each option that --help lists has its place on the page.
    const auto end = help.out.find("\nExamples:");
    const auto listed = help.out.substr(0, help.out.find("\nSubcommands:"));
    for (std::sregex_iterator at(
             listed.begin(), listed.begin() + static_cast<std::ptrdiff_t>(std::min(end, listed.size())), option_line),
         none;
         at != none; ++at) {
      const std::string name = (*at)[1];
      if (name == "-h,--help") continue;
      EXPECT_NE(page.find(".B " + name), std::string::npos) << "the page lacks " << name;
    }
    if (!command.examples.empty()) {
      EXPECT_NE(page.find(flowed(plain(command.examples))), std::string::npos) << "the page lacks the examples";
    }
  }
  EXPECT_EQ(left, std::set<std::string>{}) << "pages of no command";
}

// ---- exit codes

std::set<int> numbers_of_table(const std::string& text) {
  static const std::regex row("\n\\| ([0-9]+) \\|");
  std::set<int> all;
  for (std::sregex_iterator at(text.begin(), text.end(), row), end; at != end; ++at) all.insert(std::stoi((*at)[1]));
  return all;
}

TEST(Docs, ExitCodesAreTheOnesOfTheCode) {
  std::set<int> codes{exit_code::done,       exit_code::no,           exit_code::built_in_influence,
                      exit_code::unverified, exit_code::inconclusive, exit_code::uploaded_not_honoured};
  const auto page = *read_file(sources / "docs/exit-codes.md");
  for (int value = 0; value <= static_cast<int>(Errc::internal); ++value) {
    const auto code = static_cast<Errc>(value);
    codes.insert(exit_code::of(code));
    EXPECT_NE(page.find("| " + std::to_string(exit_code::of(code)) + " | `" + std::string(word(code)) + "` |"),
              std::string::npos)
        << "docs/exit-codes.md: " << word(code) << " is " << exit_code::of(code);
  }
  EXPECT_EQ(numbers_of_table(page), codes) << "docs/exit-codes.md";
  const auto readme = *read_file(sources / "README.md");
  const auto from = readme.find("## Exit codes");
  ASSERT_NE(from, std::string::npos);
  EXPECT_EQ(numbers_of_table(readme.substr(from, readme.find("\n## ", from + 1) - from)), codes) << "README.md";
  Sandbox box;
  ASSERT_EQ(box.run({"man", "--out", "man"}).exit, 0);
  const auto manual = *read_file(box / "man/ec200u-pki.1");
  const auto status = manual.substr(manual.find(".SH EXIT STATUS"));
  for (const int code : codes)
    EXPECT_TRUE(std::regex_search(status, std::regex("(^|[^0-9])" + std::to_string(code) + " [a-z]")))
        << "man: " << code;
}

}  // namespace
}  // namespace epki::test

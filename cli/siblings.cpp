#include "cli/siblings.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <span>
#include <system_error>

#include "core/child.hpp"

namespace epki::cli {

namespace {

namespace fs = std::filesystem;

const Elsewhere* find(std::string_view command) {
  for (const auto& other : commands_elsewhere())
    if (other.command == command) return &other;
  return nullptr;
}

fs::path beside(const fs::path& executable, std::string_view program) {
  return executable.parent_path() / program;
}

bool installed(const fs::path& program) {
  return ::access(program.c_str(), X_OK) == 0;
}

bool asks_for_help(std::string_view word) {
  return word == "--help" || word == "-h";
}

std::vector<CommandLine::Described> described_by(const fs::path& program) {
  std::vector<CommandLine::Described> all;
  auto child = Child::start({.argv = {program.string(), std::string(describe_word)}});
  if (!child) return all;
  const auto text = child->read_all(after(std::chrono::seconds(10)));
  const auto said = text ? Json::parse(*text) : Result<Json>(text.error());
  if (!said) return all;
  for (const auto& item : said->items()) {
    CommandLine::Described command{
        item["command"].text_or(""), item["summary"].text_or(""), item["examples"].text_or(""), {}};
    for (const auto& option : item["options"].items())
      command.options.emplace_back(option["names"].text_or(""), option["help"].text_or(""));
    for (const auto& [name, words] : item["values"].members()) {
      auto& values = command.values[name];
      for (const auto& word : words.items()) values.push_back(word.text_or(""));
    }
    if (!command.command.empty()) all.push_back(std::move(command));
  }
  return all;
}

}  // namespace

std::string_view command_word(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "-C") {
      ++i;
    } else if (!word.starts_with('-')) {
      return word;
    }
  }
  return {};
}

void run_elsewhere(int argc, char** argv, const fs::path& executable) {
  const auto* other = find(command_word(argc, argv));
  if (other == nullptr) return;
  const auto program = beside(executable, other->program);
  if (installed(program)) ::execv(program.c_str(), argv);
}

std::optional<Error> not_installed(std::string_view command, const fs::path& executable) {
  const auto* other = find(command);
  if (other == nullptr || installed(beside(executable, other->program))) return std::nullopt;
  return Error{Errc::usage, std::string(command) + " is not installed here",
               "install the package " + std::string(other->program)};
}

void declare(CommandLine& line, int argc, const char* const* argv, const fs::path& executable) {
  const auto word = command_word(argc, argv);
  const auto here = commands_here();
  const std::span words(argv, static_cast<std::size_t>(argc));
  const bool lists = word == "completion" || word == "man" || std::any_of(words.begin(), words.end(), asks_for_help);
  const bool known = std::any_of(here.begin(), here.end(), [&](const Declared& one) { return one.word == word; });
  for (const auto& command : here)
    if (lists || !known || command.word == word) command.add(line);
  if ((!lists && known) || word == describe_word) return;
  for (const auto& other : commands_elsewhere())
    if (installed(beside(executable, other.program))) line.group(other.command, other.summary);
}

std::vector<CommandLine::Described> describe_all(const CommandLine& line, const fs::path& executable) {
  auto all = line.describe();
  std::erase_if(all, [](const CommandLine::Described& command) { return find(command.command) != nullptr; });
  std::set<std::string_view> asked;
  for (const auto& other : commands_elsewhere())
    if (const auto program = beside(executable, other.program);
        installed(program) && asked.insert(other.program).second)
      for (auto& command : described_by(program)) all.push_back(std::move(command));
  return all;
}

Json described_json(const std::vector<CommandLine::Described>& commands) {
  Json all = Json::array();
  for (const auto& command : commands) {
    Json options = Json::array();
    for (const auto& [names, help] : command.options) options.push(Json::object({{"names", names}, {"help", help}}));
    Json values = Json::object();
    for (const auto& [name, words] : command.values) values.set(name, Json::array_of(words));
    all.push(Json::object({{"command", command.command},
                           {"summary", command.summary},
                           {"examples", command.examples},
                           {"options", options},
                           {"values", values}}));
  }
  return all;
}

}  // namespace epki::cli

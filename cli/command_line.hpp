#pragma once
// The command line as declarations. The parsing library stays in command_line.cpp: it costs seconds per unit.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"

namespace epki::cli {

struct Context;

/// What a command has to say. cli prints `text` to stdout, or with --json the document, `schema` and `ok` in front.
struct Outcome {
  int exit = 0;
  std::string text{};  ///< for people; ends with a newline unless empty
  Json document = Json::object();
  std::optional<Error> error{};  ///< a failure that comes with results (one device of several failed)
  /// What to do next where several failed, for people (next_steps.hpp); empty: the error's hint alone.
  std::vector<std::string> next_steps{};
};

using Run = std::function<Result<Outcome>(Context&)>;

/// One command: what it takes, and what runs. Variables bound to options must outlive the parse (shared_ptr in Run).
class Command {
 public:
  /// `names` as in "-p,--port"; a name without dashes is positional.
  Command& option(std::string_view names, std::string& into, std::string_view help);
  Command& option(std::string_view names, std::optional<std::string>& into, std::string_view help);
  Command& option(std::string_view names, std::vector<std::string>& into, std::string_view help);
  Command& option(std::string_view names, std::int64_t& into, std::string_view help, std::int64_t least,
                  std::int64_t most);
  Command& option(std::string_view names, std::optional<std::int64_t>& into, std::string_view help, std::int64_t least,
                  std::int64_t most);
  Command& choice(std::string_view names, std::optional<std::string>& into, std::string_view help,
                  std::vector<std::string> words);
  Command& flag(std::string_view names, bool& into, std::string_view help);
  Command& required();  ///< the option declared last
  Command& examples(std::string_view lines);
  Command& run(Run what);
  /// All words after the command go there untouched, dashes included.
  Command& pass_through(std::vector<std::string>& into);

 private:
  friend class CommandLine;
  struct Impl;
  explicit Command(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

/// What stands before the command.
struct Globals {
  std::string folder{};  ///< -C
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool no_color = false;
};

class CommandLine {
 public:
  CommandLine();
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;
  /// `name` is one word, or the name of a group or command declared before and one more word: "broker render".
  Command add(std::string_view name, std::string_view summary);
  /// A word that only holds commands: `broker` alone is a usage error that names its help.
  void group(std::string_view name, std::string_view summary);

  /// What parsing found: a command to run, a text to print (help, version), or what is wrong with the words.
  struct Parsed {
    Globals globals{};
    std::string command{};              ///< "init", "broker render"; empty when none was recognised
    Run run{};                          ///< set: run it
    std::optional<std::string> text{};  ///< set: print it to stdout, exit 0
    std::string text_is{"help"};        ///< what it is called in JSON: "help" or "version"
    std::optional<Error> error{};
  };
  Parsed parse(int argc, const char* const* argv);

  /// For completion scripts, manual pages and the test of help texts: every command with its options.
  struct Described {
    std::string command, summary, examples;
    std::vector<std::pair<std::string, std::string>> options;  ///< names, help
    /// Of those that take a value, by each name ("--key"; "shell" for a positional): the words it takes, or none where
    /// it takes any text.
    std::map<std::string, std::vector<std::string>> values{};
  };
  std::vector<Described> describe() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace epki::cli

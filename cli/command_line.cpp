#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/version.hpp"

namespace epki::cli {

struct Command::Impl {
  CLI::App* app = nullptr;
  std::string name{};  ///< "init", "broker render"
  CLI::Option* last = nullptr;
  Run run{};
  std::string examples{};
  std::vector<std::string>* rest = nullptr;
  std::map<const CLI::Option*, std::vector<std::string>> choices{};
};

struct CommandLine::Impl {
  CLI::App app{
      "Mint certificates for EC200U modems, put them on the modem, and find out what the modem really trusts."};
  Globals globals;
  std::vector<std::shared_ptr<Command::Impl>> commands;

  Command::Impl* find(std::string_view name) const {
    for (const auto& command : commands)
      if (command->name == name) return command.get();
    return nullptr;
  }

  // The innermost that was named: `broker render` and not `broker`.
  const Command::Impl* chosen() const {
    const Command::Impl* best = nullptr;
    for (const auto& command : commands)
      if (command->app->parsed() && (best == nullptr || command->name.size() > best->name.size())) best = command.get();
    return best;
  }
};

namespace {

std::string quoted(std::string_view names) {
  return std::string(names);
}

template <class T>
CLI::Option* add_number(CLI::App& app, std::string_view names, T& into, std::string_view help, std::int64_t least,
                        std::int64_t most) {
  return app.add_option(quoted(names), into, std::string(help))->check(CLI::Range(least, most))->type_name("N");
}

// What stands before the command's own name in its help: "ec200u-pki broker" for `broker render`.
std::string program_of(std::string_view name) {
  const auto space = name.rfind(' ');
  return "ec200u-pki" + (space == std::string_view::npos ? "" : " " + std::string(name.substr(0, space)));
}

// An empty value is a script's unset variable: no option means anything by it, and some would mean the wrong thing.
// The library takes the next word for the value of "--name=", which hides another option.
std::optional<Error> empty_value(int argc, const char* const* argv, const CLI::App& app) {
  const auto said = [](const std::string& name) {
    return Error{Errc::usage, name + " is empty", "give it a value, or leave it out"};
  };
  for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with("--") && word.find('=') == word.size() - 1)
      return said(std::string(word.substr(0, word.size() - 1)));
  }
  for (const auto* option : app.get_options())
    for (const auto& value : option->results())
      if (value.empty()) return said(option->get_name());
  return std::nullopt;
}

}  // namespace

Command& Command::option(std::string_view names, std::string& into, std::string_view help) {
  impl_->last = impl_->app->add_option(quoted(names), into, std::string(help))->type_name("TEXT");
  return *this;
}

Command& Command::option(std::string_view names, std::optional<std::string>& into, std::string_view help) {
  impl_->last = impl_->app->add_option(quoted(names), into, std::string(help))->type_name("TEXT");
  return *this;
}

Command& Command::option(std::string_view names, std::vector<std::string>& into, std::string_view help) {
  impl_->last = impl_->app->add_option(quoted(names), into, std::string(help))->type_name("TEXT");
  return *this;
}

Command& Command::option(std::string_view names, std::int64_t& into, std::string_view help, std::int64_t least,
                         std::int64_t most) {
  impl_->last = add_number(*impl_->app, names, into, help, least, most);
  return *this;
}

Command& Command::option(std::string_view names, std::optional<std::int64_t>& into, std::string_view help,
                         std::int64_t least, std::int64_t most) {
  impl_->last = add_number(*impl_->app, names, into, help, least, most);
  return *this;
}

Command& Command::choice(std::string_view names, std::optional<std::string>& into, std::string_view help,
                         std::vector<std::string> words) {
  std::string list;
  for (const auto& word : words) list += (list.empty() ? "" : "|") + word;
  // The list stands in the type already; the checker would print it a second time.
  impl_->last = impl_->app->add_option(quoted(names), into, std::string(help))
                    ->check(CLI::IsMember(words).description(""))
                    ->type_name(list);
  impl_->choices[impl_->last] = std::move(words);
  return *this;
}

Command& Command::flag(std::string_view names, bool& into, std::string_view help) {
  impl_->last = impl_->app->add_flag(quoted(names), into, std::string(help));
  return *this;
}

Command& Command::required() {
  impl_->last->required();
  return *this;
}

Command& Command::examples(std::string_view lines) {
  impl_->examples = lines;
  impl_->app->footer("Examples:\n" + std::string(lines));
  return *this;
}

Command& Command::pass_through(std::vector<std::string>& into) {
  // A prefix command hands over everything behind its name, help included, to the program it starts.
  // Without this the command above would take the words, and refuse them.
  impl_->app->prefix_command()->fallthrough(false);
  impl_->app->set_help_flag();
  impl_->rest = &into;
  return *this;
}

Command& Command::run(Run what) {
  impl_->run = std::move(what);
  return *this;
}

CommandLine::CommandLine() : impl_(std::make_unique<Impl>()) {
  auto& app = impl_->app;
  app.name("ec200u-pki");
  app.set_version_flag("--version", std::string("ec200u-pki ") + version);
  app.add_option("-C", impl_->globals.folder, "Work in this project folder; relative paths resolve after it")
      ->type_name("DIR");
  app.add_flag("--json", impl_->globals.json, "Print exactly one JSON document to stdout");
  app.add_flag("-q,--quiet", impl_->globals.quiet, "Only results and warnings");
  app.add_flag("-v,--verbose", impl_->globals.verbose, "Also every exchange with the modem, secrets masked");
  app.add_flag("--no-color", impl_->globals.no_color, "No colour (NO_COLOR in the environment does the same)");
  app.require_subcommand(0, 1);
  app.footer(
      "Exit codes: 0 done or yes, 1 no, 2 usage, 3 project or input, 4 key, 5 disk, 6 modem gone, 7 modem refused,\n"
      "8 ledger, 9 network, 20-23 verdicts of verify, 130 interrupted. README.md explains them.\n\n"
      "Example:\n  ec200u-pki init --host broker.example.com && ec200u-pki provision");
}

CommandLine::~CommandLine() = default;

Command CommandLine::add(std::string_view name, std::string_view summary) {
  CLI::App* above = &impl_->app;
  std::string_view last = name;
  if (const auto space = name.rfind(' '); space != std::string_view::npos) {
    above = impl_->find(name.substr(0, space))->app;
    above->require_subcommand(0, 1);
    last = name.substr(space + 1);
  }
  auto command = std::make_shared<Command::Impl>();
  command->name = name;
  command->app = above->add_subcommand(std::string(last), std::string(summary));
  command->app->fallthrough();
  command->app->footer("");  // not that of the program
  impl_->commands.push_back(command);
  return Command(command);
}

void CommandLine::group(std::string_view name, std::string_view summary) {
  add(name, summary);
  impl_->commands.back()->app->footer("ec200u-pki " + std::string(name) + " COMMAND --help tells more, with examples.");
}

CommandLine::Parsed CommandLine::parse(int argc, const char* const* argv) {
  Parsed parsed;
  bool nothing_named = false;
  const auto chosen = [&] { return impl_->chosen(); };
  try {
    impl_->app.parse(argc, argv);
    if (const auto* command = chosen(); command != nullptr && !command->run) {
      parsed.error = Error{Errc::usage, command->name + " needs one more word: which of its commands to run",
                           "see ec200u-pki " + command->name + " --help"};
    } else if (command != nullptr) {
      if (command->rest != nullptr)
        *command->rest = command->app->remaining();
      else
        parsed.error = empty_value(argc, argv, *command->app);
      if (!parsed.error) parsed.run = command->run;
    } else {
      nothing_named = true;
    }
  } catch (const CLI::CallForHelp&) {
    const auto* command = chosen();
    parsed.text = command != nullptr ? command->app->help(program_of(command->name)) : impl_->app.help();
  } catch (const CLI::CallForVersion& wanted) {
    parsed.text = std::string(wanted.what()) + "\n";
    parsed.text_is = "version";
  } catch (const CLI::ParseError& wrong) {  // the only place the library may throw
    const auto* command = chosen();
    parsed.error = Error{Errc::usage, wrong.what(),
                         "see ec200u-pki " + (command != nullptr ? command->name + " " : "") + "--help"};
  }
  if (const auto* command = chosen()) parsed.command = command->name;
  parsed.globals = impl_->globals;
  // The library may stop before it reaches --json; a script that asked for JSON gets JSON.
  for (int i = 1; i < argc && !parsed.globals.json; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--") break;
    parsed.globals.json = argument == "--json";
  }
  // A person who types the bare name wants to know what there is; a script that asks for JSON forgot its command.
  if (nothing_named && parsed.globals.json)
    parsed.error = Error{Errc::usage, "no command is named", "see ec200u-pki --help"};
  else if (nothing_named)
    parsed.text = impl_->app.help();
  return parsed;
}

std::vector<CommandLine::Described> CommandLine::describe() const {
  std::vector<Described> all;
  const auto add = [&](const CLI::App& app, const Command::Impl* command) {
    Described one{command == nullptr ? "" : command->name,
                  app.get_description(),
                  command == nullptr ? "" : command->examples,
                  {}};
    for (const auto* option : app.get_options()) {
      one.options.emplace_back(option->get_name(true, true), option->get_description());
      if (option->get_type_size() == 0) continue;  // a flag
      std::vector<std::string> words;
      if (command != nullptr)
        if (const auto found = command->choices.find(option); found != command->choices.end()) words = found->second;
      const auto names = option->get_name(true, true);
      for (std::size_t begin = 0; begin < names.size();) {
        const auto end = std::min(names.find(',', begin), names.size());
        one.values[names.substr(begin, end - begin)] = words;
        begin = end + 1;
      }
    }
    all.push_back(std::move(one));
  };
  add(impl_->app, nullptr);
  for (const auto& command : impl_->commands) add(*command->app, command.get());
  return all;
}

}  // namespace epki::cli

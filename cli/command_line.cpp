#include "cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/version.hpp"

namespace epki::cli {

struct Command::Impl {
  CLI::App* app = nullptr;
  CLI::Option* last = nullptr;
  Run run{};
  std::string examples{};
  std::vector<std::string>* rest = nullptr;
};

struct CommandLine::Impl {
  CLI::App app{
      "Mint certificates for EC200U modems, put them on the modem, and find out what the modem really trusts."};
  Globals globals;
  std::vector<std::shared_ptr<Command::Impl>> commands;
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
  impl_->last =
      impl_->app->add_option(quoted(names), into, std::string(help))->check(CLI::IsMember(words))->type_name(list);
  // The list stands in the type already; the checker would print it a second time.
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
  impl_->app->prefix_command();
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
  auto command = std::make_shared<Command::Impl>();
  command->app = impl_->app.add_subcommand(std::string(name), std::string(summary));
  command->app->fallthrough();
  impl_->commands.push_back(command);
  return Command(command);
}

CommandLine::Parsed CommandLine::parse(int argc, const char* const* argv) {
  Parsed parsed;
  const auto chosen = [&]() -> const Command::Impl* {
    for (const auto& command : impl_->commands)
      if (command->app->parsed()) return command.get();
    return nullptr;
  };
  try {
    impl_->app.parse(argc, argv);
    if (const auto* command = chosen()) {
      if (command->rest != nullptr) *command->rest = command->app->remaining();
      parsed.run = command->run;
    } else {
      parsed.text = impl_->app.help();
    }
  } catch (const CLI::CallForHelp&) {
    const auto* command = chosen();
    parsed.text = command != nullptr ? command->app->help("ec200u-pki") : impl_->app.help();
  } catch (const CLI::CallForVersion& wanted) {
    parsed.text = std::string(wanted.what()) + "\n";
  } catch (const CLI::ParseError& wrong) {  // the only place the library may throw
    const auto* command = chosen();
    parsed.error = Error{Errc::usage, wrong.what(),
                         "see ec200u-pki " + (command != nullptr ? command->app->get_name() + " " : "") + "--help"};
  }
  if (const auto* command = chosen()) parsed.command = command->app->get_name();
  parsed.globals = impl_->globals;
  // The library may stop before it reaches --json; a script that asked for JSON gets JSON.
  for (int i = 1; i < argc && !parsed.globals.json; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--") break;
    parsed.globals.json = argument == "--json";
  }
  return parsed;
}

std::vector<CommandLine::Described> CommandLine::describe() const {
  std::vector<Described> all;
  const auto add = [&](const CLI::App& app, const std::string& name, const std::string& examples) {
    Described one{name, app.get_description(), examples, {}};
    for (const auto* option : app.get_options())
      one.options.emplace_back(option->get_name(true, true), option->get_description());
    all.push_back(std::move(one));
  };
  add(impl_->app, "", "");
  for (const auto& command : impl_->commands) add(*command->app, command->app->get_name(), command->examples);
  return all;
}

}  // namespace epki::cli

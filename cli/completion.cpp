#include "cli/completion.hpp"

#include "core/text.hpp"

namespace epki::cli {

namespace {

// "-p,--port" -> {"-p", "--port"}; positional names are no words to complete.
std::vector<std::string> words_of(const CommandLine::Described& command) {
  std::vector<std::string> words;
  for (const auto& [names, help] : command.options)
    for (const auto name : split(names, ','))
      if (name.starts_with("-")) words.emplace_back(name);
  return words;
}

// "broker render" stands below "broker"; "" holds the words that may come first.
std::vector<std::string> words_below(const std::vector<CommandLine::Described>& commands, std::string_view above) {
  std::vector<std::string> words;
  for (const auto& command : commands) {
    std::string_view name = command.command;
    if (name.empty() || (!above.empty() && !name.starts_with(std::string(above) + " "))) continue;
    if (!above.empty()) name.remove_prefix(above.size() + 1);
    if (name.find(' ') == std::string_view::npos) words.emplace_back(name);
  }
  return words;
}

// What may follow a command: the words below it, those of a positional, then its options.
std::vector<std::string> all_words(const std::vector<CommandLine::Described>& commands,
                                   const CommandLine::Described& command) {
  auto words = words_below(commands, command.command);
  for (const auto& [name, values] : command.values)
    if (!name.starts_with("-")) words.insert(words.end(), values.begin(), values.end());
  for (auto& option : words_of(command)) words.push_back(std::move(option));
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : " ") + word;
  return all;
}

std::string without_quotes(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '\'' && c != '`' && c != '"' && c != '$' && c != '\\' && c != ':') out += c;
  return out;
}

// What may follow an option that takes a value: the words it takes, or the name of a file.
std::string bash_values(const CommandLine::Described& command) {
  std::string lines, any;
  for (const auto& [name, words] : command.values) {
    if (!name.starts_with("-")) continue;
    const auto pattern = "\"" + command.command + " " + name + "\"";
    if (words.empty())
      any += (any.empty() ? "" : "|") + pattern;
    else
      lines += "    " + pattern + ") values=\"" + joined(words) + "\" ;;\n";
  }
  if (!any.empty()) lines += "    " + any + ") values=- ;;\n";
  return lines;
}

std::string bash(const std::vector<CommandLine::Described>& commands) {
  std::string known, cases, globals, values;
  for (const auto& command : commands) {
    if (command.command.empty()) {
      globals = joined(words_of(command));
      continue;
    }
    known += (known.empty() ? "\"" : "|\"") + command.command + "\"";
    values += bash_values(command);
    cases += "    \"" + command.command + "\") words=\"" + joined(all_words(commands, command)) + "\" ;;\n";
  }
  return "# bash completion for ec200u-pki; put it where bash-completion looks, or source it\n"
         "_ec200u_pki() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command= word words values=\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \"${command:+$command }$word\" in " +
         known +
         ") command=${command:+$command }$word ;; esac\n"
         "  done\n"
         "  case $previous in -C) COMPREPLY=($(compgen -d -- \"$current\")); return ;; esac\n"
         "  case \"$command $previous\" in\n" +
         values +
         "  esac\n"
         "  case $values in\n"
         "    \"\") ;;\n"
         "    -) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n"
         "    *) COMPREPLY=($(compgen -W \"$values\" -- \"$current\")); return ;;\n"
         "  esac\n"
         "  case $command in\n"
         "    \"\") words=\"" +
         joined(words_below(commands, "")) + "\" ;;\n" + cases +
         "  esac\n"
         "  case $current in -*) words=\"$words " +
         globals +
         "\" ;; esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$current\"))\n"
         "}\n"
         "complete -o filenames -F _ec200u_pki ec200u-pki\n";
}

std::string zsh(const std::vector<CommandLine::Described>& commands) {
  std::string names, cases;
  for (const auto& command : commands) {
    if (command.command.empty()) continue;
    if (command.command.find(' ') == std::string::npos)
      names += "    '" + command.command + ":" + without_quotes(command.summary) + "'\n";
    // The longer name first: a pattern matches the words that stand so far.
    cases = "    '" + command.command + "'|'" + command.command + " '*) compadd -- " +
            joined(all_words(commands, command)) + "; _files ;;\n" + cases;
  }
  return "#compdef ec200u-pki\n"
         "_ec200u_pki() {\n"
         "  local -a commands\n"
         "  commands=(\n" +
         names +
         "  )\n"
         "  if (( CURRENT == 2 )); then\n"
         "    _describe command commands\n"
         "    return\n"
         "  fi\n"
         "  case \"${words[2,CURRENT-1]}\" in\n" +
         cases +
         "    *) _files ;;\n"
         "  esac\n"
         "}\n"
         "_ec200u_pki \"$@\"\n";
}

std::string fish(const std::vector<CommandLine::Described>& commands) {
  std::string out = "# fish completion for ec200u-pki; put it in ~/.config/fish/completions/ec200u-pki.fish\n";
  for (const auto& command : commands) {
    std::string when = "__fish_use_subcommand";
    if (!command.command.empty()) {
      const auto words = split(command.command, ' ');
      const std::string last(words.back());
      std::string above = "__fish_use_subcommand";
      if (words.size() > 1) above = "'__fish_seen_subcommand_from " + std::string(words.front()) + "'";
      out += "complete -c ec200u-pki -n " + above + " -a " + last + " -d '" + without_quotes(command.summary) + "'\n";
      when = "'";
      for (const auto word : words)
        when += (when.size() > 1 ? "; and " : "") + std::string("__fish_seen_subcommand_from ") + std::string(word);
      when += "'";
    }
    for (const auto& [names, help] : command.options) {
      std::string line = "complete -c ec200u-pki -n " + when;
      bool any = false;
      for (const auto name : split(names, ',')) {
        if (name.starts_with("--")) {
          line += " -l " + std::string(name.substr(2));
        } else if (name.starts_with("-")) {
          line += " -s " + std::string(name.substr(1));
        } else {
          continue;
        }
        any = true;
      }
      const auto value = command.values.find(std::string(split(names, ',').back()));
      if (value != command.values.end())
        line += value->second.empty() ? " -r" : " -x -a '" + joined(value->second) + "'";
      if (any) out += line + " -d '" + without_quotes(help) + "'\n";
    }
  }
  return out;
}

}  // namespace

std::string completion_script(std::string_view shell, const std::vector<CommandLine::Described>& commands) {
  if (shell == "zsh") return zsh(commands);
  if (shell == "fish") return fish(commands);
  return bash(commands);
}

}  // namespace epki::cli

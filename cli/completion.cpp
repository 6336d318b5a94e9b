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

std::string bash(const std::vector<CommandLine::Described>& commands) {
  std::string names, cases, globals;
  for (const auto& command : commands) {
    if (command.command.empty()) {
      globals = joined(words_of(command));
      continue;
    }
    names += (names.empty() ? "" : " ") + command.command;
    cases += "    " + command.command + ") words=\"" + joined(words_of(command)) + "\" ;;\n";
  }
  return "# bash completion for ec200u-pki; put it where bash-completion looks, or source it\n"
         "_ec200u_pki() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} command= word words\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \" " +
         names +
         " \" in *\" $word \"*) command=$word; break ;; esac\n"
         "  done\n"
         "  case $command in\n"
         "    \"\") words=\"" +
         names + "\" ;;\n" + cases +
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
    names += "    '" + command.command + ":" + without_quotes(command.summary) + "'\n";
    cases += "    " + command.command + ") compadd -- " + joined(words_of(command)) + "; _files ;;\n";
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
         "  case ${words[2]} in\n" +
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
      out += "complete -c ec200u-pki -n __fish_use_subcommand -a " + command.command + " -d '" +
             without_quotes(command.summary) + "'\n";
      when = "'__fish_seen_subcommand_from " + command.command + "'";
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

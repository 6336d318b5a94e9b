#include "cli/man.hpp"

#include "cli/version.hpp"
#include "core/text.hpp"

namespace epki::cli {

namespace {

constexpr std::string_view name_of_program = "ec200u-pki";

// A line that begins with a dot or a quote would be a request, a backslash an escape, and a hyphen is a minus sign in
// what is typed (man(7), "Text").
std::string roff(std::string_view text) {
  std::string out;
  bool start = true;
  for (const char c : text) {
    if (start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    start = c == '\n';
  }
  return out;
}

std::string dashed(std::string_view name) {
  std::string out(name_of_program);
  if (name.empty()) return out;
  for (const char c : std::string("-") + std::string(name)) out += c == ' ' ? '-' : c;
  return out;
}

std::string option_text(const std::pair<std::string, std::string>& option) {
  return ".TP\n.B " + roff(option.first) + "\n" + roff(option.second) + "\n";
}

bool below(std::string_view name, std::string_view above) {
  if (above.empty()) return name.find(' ') == std::string_view::npos;
  return name.size() > above.size() && name.starts_with(above) && name[above.size()] == ' ';
}

constexpr std::string_view exits =
    ".SH EXIT STATUS\n"
    "0 done, or yes; 1 no; 2 usage; 3 project folder, configuration or input file; 4 key or passphrase; 5 disk or\n"
    "permission; 6 modem not found, silent or gone; 7 modem refused; 8 ledger; 9 broker or network; 20 built\\-in "
    "anchors\n"
    "influence validation; 21 the server is not verified; 22 inconclusive; 23 the uploaded CA is not honoured; 70 a "
    "defect\n"
    "of this program; 130 interrupted.\n";

std::string page(const CommandLine::Described& command, const std::vector<CommandLine::Described>& all,
                 const std::string& day) {
  const auto title = dashed(command.command);
  std::string out = ".TH " + roff(title) + " 1 " + day + " \"ec200u\\-pki " + roff(version) + "\" \"User Commands\"\n";
  out += ".SH NAME\n" + roff(title) + " \\- " + roff(command.summary) + "\n";
  out += ".SH SYNOPSIS\n.B " + roff(name_of_program) + (command.command.empty() ? "" : " " + roff(command.command)) +
         "\n[options]";
  for (const auto& [names, help] : command.options)
    if (!names.starts_with("-")) out += " " + roff(names);
  bool has_commands = false;
  for (const auto& other : all)
    has_commands = has_commands || (!other.command.empty() && below(other.command, command.command));
  out += std::string(has_commands ? " [command]" : "") + "\n";
  if (has_commands) {
    out += ".SH COMMANDS\n";
    for (const auto& other : all)
      if (!other.command.empty() && below(other.command, command.command))
        out += ".TP\n.BR " + roff(dashed(other.command)) + " (1)\n" + roff(other.summary) + "\n";
  }
  out += ".SH OPTIONS\n";
  for (const auto& option : command.options) out += option_text(option);
  if (!command.command.empty())
    out += ".PP\nThe options of\n.BR ec200u\\-pki (1)\nstand before or behind the command.\n";
  if (!command.examples.empty()) out += ".SH EXAMPLES\n.nf\n" + roff(command.examples) + "\n.fi\n";
  out += exits;
  if (!command.command.empty()) out += ".SH SEE ALSO\n.BR ec200u\\-pki (1)\n";
  return out;
}

}  // namespace

std::vector<ManPage> man_pages(const std::vector<CommandLine::Described>& commands, const std::string& date) {
  std::vector<ManPage> pages;
  for (const auto& command : commands)
    pages.push_back({dashed(command.command) + ".1", page(command, commands, date.substr(0, 10))});
  return pages;
}

}  // namespace epki::cli

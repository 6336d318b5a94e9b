#include "sim/front/command_line.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace epki::sim {
namespace {

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
/// V.250, 5.4.1: what the name of an extended command may hold.
bool names(char c) {
  return is_letter(c) || is_digit(c) || std::string_view("!%-./:_").find(c) != std::string_view::npos;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

class Reader {
 public:
  explicit Reader(std::string_view line) : line_(line) {}

  bool done() const { return at_ >= line_.size(); }
  char peek() const { return done() ? '\0' : line_[at_]; }

  std::optional<Command> extended() {
    Command command;
    const auto start = at_++;
    while (!done() && names(peek())) ++at_;
    command.name = upper(line_.substr(start, at_ - start));
    if (command.name.size() < 2 || !tail(command)) return std::nullopt;
    if (!done() && !take(';')) return std::nullopt;
    return command;
  }

  /// E0, V1, &F, I; S3? and S3=13. A `;` after one is taken too.
  std::optional<Command> basic() {
    Command command;
    const auto start = at_;
    if (peek() == '&') ++at_;
    if (done() || !is_letter(peek())) return std::nullopt;
    command.name = upper(line_.substr(start, ++at_ - start));
    const auto number = digits();
    if (command.name == "S") {
      command.name += number;
      if (!tail(command)) return std::nullopt;
    } else if (!number.empty()) {
      command.args = *Args::parse(number);
    }
    take(';');
    return command;
  }

 private:
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  std::string_view digits() {
    const auto start = at_;
    while (!done() && is_digit(peek())) ++at_;
    return line_.substr(start, at_ - start);
  }

  /// `?`, `=?` or `=` and parameters, up to `;` outside quotes.
  bool tail(Command& command) {
    if (take('?')) {
      command.form = Command::Form::read;
    } else if (take('=')) {
      const auto start = at_;
      bool quoted = false;
      for (; !done() && (quoted || peek() != ';'); ++at_)
        if (peek() == '"') quoted = !quoted;
      const auto text = line_.substr(start, at_ - start);
      if (text == "?") {
        command.form = Command::Form::test;
        return true;
      }
      command.form = Command::Form::set;
      auto args = Args::parse(text);
      if (!args) return false;
      command.args = std::move(*args);
    }
    return true;
  }

  std::string_view line_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<std::vector<Command>> parse_command_line(std::string_view line) {
  std::vector<Command> commands;
  Reader reader(line);
  while (!reader.done()) {
    auto command = reader.peek() == '+' ? reader.extended() : reader.basic();
    if (!command) return std::nullopt;
    commands.push_back(std::move(*command));
  }
  return commands;
}

}  // namespace epki::sim

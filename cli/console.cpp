#include "cli/console.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "core/exit_code.hpp"

namespace epki::cli {

namespace {

constexpr std::string_view plain = "\x1b[0m";

void write_to(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

Json with_trail(const Error& error) {
  Json json = error_json(error);
  if (!error.trail.empty()) json.set("while", Json::array_of(error.trail));
  return json;
}

}  // namespace

void Console::configure(const Globals& globals) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  quiet_ = globals.quiet;
  verbose_ = globals.verbose;
  terminal_ = ::isatty(STDERR_FILENO) == 1;
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  colour_ = terminal_ && !dumb && !globals.no_color && (no_color == nullptr || *no_color == '\0');
}

void Console::line(std::string_view mark, std::string_view colour, std::string_view sentence) {
  const std::lock_guard guard(mutex_);
  std::string text;
  if (bar_) text += "\r\x1b[K";
  bar_ = false;
  if (!mark.empty()) {
    if (colour_) text += colour;
    text += mark;
    if (colour_) text += plain;
    text += ' ';
  }
  text += sentence;
  text += '\n';
  write_to(stderr, text);
}

void Console::step(std::string_view sentence) {
  if (!quiet_) line("", "", sentence);
}

void Console::detail(std::string_view sentence) {
  if (verbose_) line("  ", "", sentence);
}

void Console::warning(std::string_view sentence) {
  line("warning:", "\x1b[33m", sentence);
}

void Console::error(const Error& error, const std::vector<std::string>& steps) {
  constexpr std::string_view cyan = "\x1b[36m";
  line("error:", "\x1b[31m", error.what);
  if (steps.empty()) line("hint:", cyan, next_step(error));
  for (const auto& step : steps) line("hint:", cyan, step);
  if (verbose_)
    for (const auto& step : error.trail) line("  while", "", step);
}

void Console::progress(std::string_view what, std::uint64_t done, std::uint64_t total) {
  if (!terminal_ || quiet_) return;
  const std::lock_guard guard(mutex_);
  if (total == 0) {
    if (bar_) write_to(stderr, "\r\x1b[K");
    bar_ = false;
    return;
  }
  constexpr std::uint64_t width = 30;
  const auto filled = static_cast<std::size_t>(std::min(done, total) * width / total);
  std::string text = "\r\x1b[K[" + std::string(filled, '#') + std::string(width - filled, '.') + "] " +
                     std::to_string(done) + "/" + std::to_string(total) + " " + std::string(what);
  write_to(stderr, text);
  std::fflush(stderr);
  bar_ = true;
}

int print_outcome(const std::string& command, const Result<Outcome>& result, const Globals& globals, Console& console) {
  const Error* error = result ? (result->error ? &*result->error : nullptr) : &result.error();
  const int exit = result ? result->exit : exit_code::of(result.error().code);
  if (error != nullptr) console.error(*error, result ? result->next_steps : std::vector<std::string>{});
  if (!globals.json) {
    if (result) write_to(stdout, result->text);
  } else {
    Json document = Json::object();
    // The schema is named after the first word; the second, where there is one, is the action.
    const auto space = command.find(' ');
    const auto first = command.empty() ? std::string("usage") : command.substr(0, space);
    document.set("schema", "ec200u-pki/" + first + "/1");
    if (space != std::string::npos) document.set("action", command.substr(space + 1));
    document.set("ok", exit == exit_code::done);
    if (error != nullptr) document.set("error", with_trail(*error));
    if (result)
      for (const auto& [key, value] : result->document.members()) document.set(key, value);
    write_to(stdout, document.dump() + "\n");
  }
  // A full disk behind a redirected stdout must not look like success.
  if (std::fflush(stdout) != 0) {
    console.error({Errc::disk, "the result could not be written to stdout", "check the disk behind the redirection"});
    return exit == exit_code::done ? exit_code::of(Errc::disk) : exit;
  }
  return exit;
}

}  // namespace epki::cli

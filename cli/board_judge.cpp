#include "cli/board_judge.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "cli/boot_file.hpp"
#include "core/child.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "provision/plan/boot_check.hpp"
#include "provision/plan/settings.hpp"

namespace epki::cli {

namespace {

using From = plan::CaptureLine::From;
using Answer = plan::BootVerdict::Answer;

constexpr auto look_up = std::chrono::milliseconds(500);  // how often Ctrl-C is looked for while nobody says anything

int rank(Answer answer) {
  return answer == Answer::right ? 0 : answer == Answer::inconclusive ? 1 : 2;
}

class BoardJudge {
 public:
  BoardJudge(plan::BootSequence sequence, Context& context) : sequence_(std::move(sequence)), context_(context) {}

  /// A line the simulator printed. True: a verdict came of it.
  bool take(const std::string& printed) {
    const auto said = Json::parse(printed);
    if (!said) return false;
    if (const auto serial = (*said)["serial"].text()) {
      context_.reporter.step("the simulated modem is ready on " + *serial + "; restart the board now" +
                             (::isatty(STDIN_FILENO) != 0 ? " (Enter restarts the modem: RDY comes again)" : ""));
      return false;
    }
    if (!(*said)["text"].text()) return false;
    const bool board = (*said)["from"].text() == "board";
    const auto text = (*said)["text"].text_or("");
    context_.reporter.detail((board ? "> " : "< ") + text);
    const bool ready = !board && text == "RDY";
    bool judged = false;
    if (ready) {
      judged = capture_.host_seen && opening_;  // another boot begins before the answer came
      if (judged) judge();
      // What the board said too early belongs to the boot that begins.
      if (judged) capture_ = {};
      opening_ = false;
    }
    capture_.directions_named = true;
    capture_.host_seen = capture_.host_seen || board;
    capture_.lines.push_back({.from = board ? From::host : From::modem,
                              .text = text,
                              .line = capture_.lines.size() + 1,
                              .at = std::chrono::milliseconds((*said)["ms"].integer().value_or(0))});
    if (board) opening_ = opening_ || lower(text).starts_with("at+qmtopen=");
    if (!board && opening_ && (text.starts_with("+QMTOPEN:") || text == "ERROR")) {
      judge();
      capture_ = {};
      opening_ = false;
      return true;
    }
    return judged;
  }

  Outcome outcome() {
    if (capture_.host_seen) judge();
    Outcome outcome;
    if (verdicts_.items().empty()) {
      outcome.exit = exit_code::inconclusive;
      outcome.text = "inconclusive: the board said nothing\n";
    } else {
      outcome.exit = worst_ == Answer::right   ? exit_code::done
                     : worst_ == Answer::wrong ? exit_code::no
                                               : exit_code::inconclusive;
      outcome.text = text_;
    }
    outcome.document.set("boots", verdicts_);
    return outcome;
  }

 private:
  void judge() {
    const auto verdict = plan::check_boot(capture_, sequence_);
    if (rank(verdict.answer) > rank(worst_)) worst_ = verdict.answer;
    const auto text = verdict.text("board");
    text_ += text;
    for (const auto line : split(trimmed(text), '\n')) context_.reporter.step(line);
    verdicts_.push(verdict.json());
  }

  plan::BootSequence sequence_;
  Context& context_;
  plan::Capture capture_;
  bool opening_ = false;
  Answer worst_ = Answer::right;
  std::string text_;
  Json verdicts_ = Json::array();
};

/// On a terminal Enter restarts the simulated modem, as a board's reset pin would.
bool enter_was_pressed() {
  pollfd watched{STDIN_FILENO, POLLIN, 0};
  if (::isatty(STDIN_FILENO) == 0 || ::poll(&watched, 1, 0) <= 0) return false;
  std::array<char, 256> typed{};
  return ::read(STDIN_FILENO, typed.data(), typed.size()) > 0;
}

bool names_option(const std::vector<std::string>& words, const std::string& name) {
  return std::ranges::any_of(words, [&](const auto& word) { return word == name || word.starts_with(name + "="); });
}

/// What the caller left open: the broker's name leads to this computer, and in a project the simulated modem holds the
/// CA file that the sequence binds, so that a board may go on to connect.
Status complete(std::vector<std::string>& words, const plan::BootSequence& sequence) {
  if (!names_option(words, "--host") && !sequence.host.empty())
    words.insert(words.end(), {"--host", sequence.host + "=127.0.0.1"});
  const auto root = read_file("ca/root.pem", 1U << 20U);
  if (names_option(words, "--state") || !root || plan::file_name_for(*root) != sequence.ca_file()) return success();
  const std::filesystem::path state = ".ec200u-pki/sim/board";
  if (auto made = make_folder(state / "ufs"); !made) return made;
  if (auto written = replace_file(state / "ufs" / sequence.ca_file(), *root, 0644); !written) return written;
  words.insert(words.end(), {"--state", state.string()});
  return success();
}

}  // namespace

Result<Outcome> judge_board(const std::vector<std::string>& words, const std::optional<std::string>& sequence_file,
                            bool once, Context& context) {
  auto sequence = read_boot_sequence(sequence_file);
  if (!sequence) return std::move(sequence).error();
  auto all = words;
  if (auto done = complete(all, *sequence); !done) return std::move(done).error();
  std::vector<std::string> argv{(context.executable.parent_path() / "ec200u-sim").string(), "--tell"};
  argv.insert(argv.end(), all.begin(), all.end());
  auto child = Child::start({.argv = argv});
  if (!child) return std::move(child).error();
  BoardJudge judge(*std::move(sequence), context);
  while (!context.cancel.requested()) {
    auto line = child->read_line(after(look_up));
    if (enter_was_pressed()) child->signal(SIGUSR1);
    if (!line) continue;  // nobody said anything for a while
    if (!*line) {
      const auto exit = child->wait(after(std::chrono::seconds(5)));
      if (exit && *exit == exit_code::of(Errc::modem_gone)) {
        auto outcome = judge.outcome();
        outcome.error = Error{Errc::modem_gone, "the serial port is gone", "plug it in and start again"};
        outcome.exit = exit_code::of(Errc::modem_gone);
        return outcome;
      }
      if (exit && *exit != 0)
        return Error{Errc::input, "the simulator ended with exit code " + std::to_string(*exit), "see above"};
      break;
    }
    if (judge.take(**line) && once) break;
  }
  child->stop();
  return judge.outcome();
}

}  // namespace epki::cli

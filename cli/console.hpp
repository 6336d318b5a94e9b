#pragma once
#include <mutex>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "core/reporter.hpp"

namespace epki::cli {

/// Progress and logs on stderr. Colour and bars only on a terminal. Several threads may speak.
class Console final : public Reporter {
 public:
  void configure(const Globals& globals);
  void step(std::string_view sentence) override;
  void detail(std::string_view sentence) override;
  void warning(std::string_view sentence) override;
  void progress(std::string_view what, std::uint64_t done, std::uint64_t total) override;
  /// With `steps` in place of the error's own hint, unless there are none.
  void error(const Error& error, const std::vector<std::string>& steps = {});

 private:
  void line(std::string_view mark, std::string_view colour, std::string_view sentence);
  std::mutex mutex_;
  bool quiet_ = false, verbose_ = false, colour_ = false, terminal_ = false, bar_ = false;
};

/// Prints what a command has to say: its text, or one JSON document. Returns the exit code.
int print_outcome(const std::string& command, const Result<Outcome>& result, const Globals& globals, Console& console);

}  // namespace epki::cli

#pragma once
// A program started by us, ended by us, by its id alone.

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace epki {

class Child {
 public:
  struct Options {
    std::vector<std::string> argv;        ///< argv[0] is looked up in PATH unless it holds a slash
    std::vector<std::string> unset{};     ///< environment variables the child must not see
    std::filesystem::path folder{};       ///< its working folder; empty: ours
    std::filesystem::path error_file{};   ///< where its stderr goes, appended; empty: ours
    std::filesystem::path output_file{};  ///< where its stdout goes, appended; empty: a pipe read by read_line
    bool pipe_input = false;              ///< give it a stdin we can write; else /dev/null
    std::vector<int> keep{};              ///< descriptors it inherits besides 0, 1 and 2
  };

  /// Starts it. Errc::input when the program does not exist, Errc::internal when no process could be made. The child
  /// gets SIGTERM when the thread that started it ends, so that nothing is left behind even after SIGKILL to us.
  static Result<Child> start(const Options& options);

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();  ///< stop()

  pid_t pid() const { return pid_; }

  /// Its next line of stdout, without the LF. Nothing at end of file; Errc::internal when the deadline passes first.
  Result<std::optional<std::string>> read_line(Deadline by);
  /// All it prints until it closes stdout, at most `limit` bytes.
  Result<std::string> read_all(Deadline by, std::size_t limit = 16U << 20U);
  Status write_input(std::string_view text, Deadline by);
  void close_input();

  /// Its exit code (128 + signal when a signal ended it); nothing when it still runs at the deadline.
  std::optional<int> wait(Deadline by);
  bool running();
  /// For poll(): its stdout; -1 once it has closed it. Who reads from it himself uses read_line() and read_all() no
  /// more.
  int output_fd() const { return out_; }

  /// SIGTERM, then SIGKILL after `grace`; waits for the end. Does nothing to a child that has ended.
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(2000));
  void kill_now();
  void signal(int number);  ///< e.g. SIGHUP

 private:
  Child() = default;
  pid_t pid_ = -1;
  int pidfd_ = -1;
  int in_ = -1;
  int out_ = -1;
  std::string pending_;
  std::optional<int> exit_;
};

}  // namespace epki

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <exception>

#include "cli/console.hpp"
#include "cli/context.hpp"
#include "cli/program.hpp"
#include "cli/siblings.hpp"
#include "core/exit_code.hpp"
#include "core/text.hpp"
#include "pki/ossl/start.hpp"

namespace {

using namespace epki;  // NOLINT(google-build-using-namespace): main is the one file that names everything

Cancel* cancel_for_signals = nullptr;

void on_signal(int) {
  cancel_for_signals->request();
}

void catch_signals(Cancel& cancel) {
  cancel_for_signals = &cancel;
  struct sigaction action {};
  action.sa_handler = on_signal;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // a file size limit becomes an error of the write, like a full disk
}

// No core file may ever hold a key, and no other process of this user may read our memory.
void keep_memory_private() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

// Taken out of the environment before anything else runs, and the kernel's copy of the text overwritten.
std::optional<Secret> take_passphrase() {
  char* value = ::getenv("EC200U_PKI_PASSPHRASE");
  if (value == nullptr) return std::nullopt;
  Secret secret{std::string_view(value)};
  wipe(std::as_writable_bytes(std::span(value, std::strlen(value))));
  ::unsetenv("EC200U_PKI_PASSPHRASE");
  return secret;
}

int run(int argc, char** argv) {
  if (argc == 2)
    if (const auto worked = cli::run_worker(argv[1])) return *worked;
  std::error_code ignored;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", ignored);
  cli::run_elsewhere(argc, argv, executable);

  cli::CommandLine line;
  cli::declare(line, argc, argv, executable);
  if (argc == 2 && argv[1] == cli::describe_word) {
    std::puts(cli::described_json(line.describe()).dump(-1).c_str());
    return exit_code::done;
  }
  const auto parsed = line.parse(argc, argv);
  cli::Console console;
  console.configure(parsed.globals);
  if (const auto missing = cli::not_installed(cli::command_word(argc, argv), executable))
    return cli::print_outcome(std::string(cli::command_word(argc, argv)), *missing, parsed.globals, console);
  if (parsed.text) {
    cli::Outcome told{.text = *parsed.text};
    told.document.set(parsed.text_is, std::string(trimmed(*parsed.text)));
    return cli::print_outcome("", told, parsed.globals, console);
  }
  if (parsed.error) return cli::print_outcome(parsed.command, *parsed.error, parsed.globals, console);
  if (!parsed.globals.folder.empty() && ::chdir(parsed.globals.folder.c_str()) != 0)
    return cli::print_outcome(parsed.command,
                              Error{Errc::input, "-C " + parsed.globals.folder + ": " + std::strerror(errno),
                                    "make the folder first, or name another"},
                              parsed.globals, console);

  Cancel cancel;
  catch_signals(cancel);
  const SystemClock clock;
  SystemRandom random;
  cli::Context context{parsed.globals, cancel, clock, random, console, executable, take_passphrase()};
  return cli::print_outcome(parsed.command, parsed.run(context), parsed.globals, console);
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory_private();
  ossl::no_cleanup_at_exit();
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {  // a defect or no memory: said plainly, never a bare abort
    std::fprintf(stderr, "error: internal: %s\n", e.what());
    return exit_code::of(Errc::internal);
  }
}

// ec200u-sim: constructs the real world (clock, signals, pseudo-terminals, network) around the simulated modems.

#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/clock.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "sim/run/host.hpp"
#include "sim/run/options.hpp"
#include "sim/run/real_network.hpp"
#include "sim/run/serial_host.hpp"

namespace {

using namespace epki;

/// Blocked before any thread starts, so that all of them inherit it.
int signals_as_descriptor() {
  signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&set, number);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

sim::Modem::Log logger(bool verbose, const std::string& imei) {
  if (!verbose) return [](const std::string&) {};
  return [imei](const std::string& sentence) { std::fprintf(stderr, "%s: %s\n", imei.c_str(), sentence.c_str()); };
}

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

Result<sim::Modem::Parts> make_parts(const sim::Options& options, const sim::Persona& base,
                                     const std::filesystem::path& state, int i) {
  auto mine = sim::persona_of(options, base, i);
  if (!mine) return std::move(mine).error();
  auto persona = std::make_shared<const sim::Persona>(std::move(*mine));
  auto files = sim::FileStore::open(sim::files_folder(options, state, i), persona->faults.storage_bytes);
  if (!files) return std::move(files).error();
  return sim::Modem::Parts{persona, std::move(*files), sim::real_network(persona), SystemClock().now(),
                           logger(options.verbose, persona->imei)};
}

Status add_modem(sim::Host& host, const sim::Options& options, const sim::Persona& base,
                 const std::filesystem::path& state, int i) {
  auto parts = make_parts(options, base, state, i);
  if (!parts) return std::move(parts).error();
  return host.add(std::move(*parts), sim::link_path(options, i));
}

/// One modem for a board on a real port.
Status run_serial(const sim::Options& options, const sim::Persona& base, const std::filesystem::path& state,
                  int signals) {
  auto line = sim::SerialLine::open(options.serial, options.baud);
  if (!line) return std::move(line).error();
  auto parts = make_parts(options, base, state, 0);
  if (!parts) return std::move(parts).error();
  return sim::serve_serial(std::move(*line), std::move(*parts), options.tell, signals, say);
}

Status run(const sim::Options& options) {
  auto persona = sim::load_persona(options.persona);
  if (!persona) return std::move(persona).error();
  std::optional<TemporaryFolder> temporary;
  auto state = options.state;
  if (state.empty()) {
    auto made = TemporaryFolder::make("ec200u-sim");
    if (!made) return std::move(made).error();
    temporary.emplace(std::move(*made));
    state = temporary->path();
  }
  const int signals = signals_as_descriptor();
  if (signals < 0) return Error{Errc::internal, "no signal descriptor", ""};
  if (!options.serial.empty()) return run_serial(options, *persona, state, signals);
  sim::Host host(say);
  for (int i = 0; i < options.count; ++i)
    if (auto added = add_modem(host, options, *persona, state, i); !added) return added;
  return host.run(signals);
}

Json document() {
  return Json::object({{"schema", "ec200u-pki/sim/1"}, {"ok", true}});
}

// Parsing may have failed: looked for among the words.
bool wants_json(std::span<char*> words) {
  return std::ranges::any_of(words, [](const char* word) { return std::string_view(word) == "--json"; });
}

int fail(const Error& error, bool json) {
  if (json) say(document().set("ok", false).set("error", error_json(error)).dump());
  std::fprintf(stderr, "ec200u-sim: %s\n", error.what.c_str());
  if (!error.hint.empty()) std::fprintf(stderr, "  %s\n", error.hint.c_str());
  return exit_code::of(error.code);
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = wants_json({argv, static_cast<std::size_t>(argc)});
  const auto options = sim::parse_options(argc, argv);
  if (!options) return fail(options.error(), json);
  if (options->help) {
    const auto text = sim::help_text();
    json ? say(document().set("help", text).dump()) : static_cast<void>(std::fputs(text.c_str(), stdout));
  } else if (options->version) {
    say(json ? document().set("version", "ec200u-sim " EPKI_VERSION).dump() : "ec200u-sim " EPKI_VERSION);
  } else if (options->list) {
    if (json) say(document().set("personas", Json::array_of(sim::shipped_personas())).dump());
    for (const auto& name : sim::shipped_personas())
      if (!json) say(name);
  } else if (auto done = run(*options); !done) {
    return fail(done.error(), json);
  }
  return exit_code::done;
}

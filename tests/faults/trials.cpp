#include "tests/faults/trials.hpp"

#include <random>

#include "tests/faults/floor.hpp"

namespace epki::faults {
namespace {

constexpr const char* plain = "boot_ms = 3000\n";
constexpr int most_runs = 3;

enum class Line : bool {
  sound,  ///< every command arrives as it was sent: nothing may ever be bound to a missing or partial file
  noisy,  ///< bytes change on the way, a file's name too: what counts is where it ends
};

/// Runs until one ends well, and looks after each at what the modem holds.
void run_again(Floor& floor, const std::string& name, Tally& tally, Line line = Line::sound) {
  std::string last;
  ++tally.tried;
  for (int n = 0; n < most_runs; ++n) {
    const auto run = floor.provision();
    last = outcome(run);
    if (!ended_well(run)) continue;
    ++tally.ended_well;
    if (n == 0) ++tally.first_run;
    if (const auto why = floor.differs(); !why.empty()) tally.wrong.push_back(name + ": " + why + "\n" + last);
    break;
  }
  if (const auto why = line == Line::sound ? floor.ever_badly_bound() : floor.badly_bound(); !why.empty())
    tally.wrong.push_back(name + ": " + why);
  if (tally.unended.size() + tally.ended_well < tally.tried) tally.unended.push_back(name + "\n" + last);
}

struct Size {
  std::size_t bytes = 0, lines = 0;
};

/// Of an undisturbed run.
Size size_of_a_run() {
  Floor floor(plain);
  const auto run = floor.provision();
  return {run.written, static_cast<std::size_t>(run.report->exchanges)};
}

std::string with_cache(bool cache) {
  return std::string("[quirks]\nwrite_cache = ") + (cache ? "true" : "false") + "\n";
}

std::string persona_of(std::mt19937_64& random) {
  const auto below = [&](std::uint64_t limit) { return random() % limit; };
  const auto flag = [&](std::string_view key) {
    return std::string(key) + (below(2) == 0 ? " = true\n" : " = false\n");
  };
  std::string toml = "boot_ms = " + std::to_string(500 + below(6000)) + "\n[quirks]\n";
  for (const char* key : {"bare_file_names", "unpadded_checksum", "cme_text", "upload_keeps_partial", "write_cache",
                          "context_active_at_boot", "mqtt_id_leak"})
    toml += flag(key);
  toml += "[faults]\nseed = " + std::to_string(below(1'000'000)) + "\nlate_ms = " + std::to_string(500 + below(20000)) +
          "\n[faults.random]\nper_thousand = " + std::to_string(5 + below(60)) +
          "\nmost = " + std::to_string(1 + below(4)) + "\n";
  return toml;
}

}  // namespace

Tally kill_the_tool(std::size_t first, std::size_t step) {
  Tally tally;
  const auto size = size_of_a_run();
  for (std::size_t at = first; at <= size.bytes; at += step) {
    Floor floor(plain);
    const auto name = "killed at byte " + std::to_string(at) + " of " + std::to_string(size.bytes);
    if (!floor.provision(at).killed) tally.unended.push_back(name + ": was not killed");
    run_again(floor, name, tally);
  }
  return tally;
}

Tally cut_the_power(std::size_t first, std::size_t step) {
  Tally tally;
  const auto size = size_of_a_run();
  for (const bool cache : {false, true}) {
    for (std::size_t at = first; at <= size.lines; at += step) {
      Floor floor(plain + with_cache(cache) + "[faults]\npower_cut_at_command = " + std::to_string(at) + "\n");
      run_again(floor, "power cut at command " + std::to_string(at) + (cache ? ", write cache" : ""), tally);
    }
  }
  return tally;
}

Tally cut_an_upload(std::size_t first, std::size_t step) {
  Tally tally;
  const Floor sized(plain);
  for (const bool cache : {false, true}) {
    for (std::size_t at = first; at <= sized.wanted.ca_pem.size(); at += step) {
      Floor floor(plain + with_cache(cache) + "[faults]\npower_cut_at_upload_byte = " + std::to_string(at) + "\n");
      run_again(floor, "power cut at byte " + std::to_string(at) + " of the upload" + (cache ? ", write cache" : ""),
                tally);
    }
  }
  return tally;
}

std::string told_of_seed(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto persona = persona_of(random);
  Floor floor(persona);
  floor.keep_wire = true;
  std::string text = persona;
  for (int n = 1; n <= most_runs; ++n) {
    const auto run = floor.provision();
    text += "---- run " + std::to_string(n) + "\n" + run.wire + outcome(run);
    if (ended_well(run)) break;
  }
  return text + "---- now: " + floor.differs() + "\n";
}

Tally draw_faults(std::uint64_t first, std::size_t count) {
  Tally tally;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    std::mt19937_64 random(seed);
    Floor floor(persona_of(random));
    run_again(floor, "seed " + std::to_string(seed), tally, Line::noisy);
  }
  return tally;
}

}  // namespace epki::faults

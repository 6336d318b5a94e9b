#pragma once
// The command line of ec200u-sim.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/persona.hpp"

namespace epki::sim {

struct Options {
  std::string persona = "strict";
  std::filesystem::path state{};  ///< empty: a temporary folder
  std::vector<std::filesystem::path> built_in{};
  std::map<std::string, std::vector<std::string>> hosts{};
  int count = 1;
  int first = 1;  ///< number of the first modem: its IMEI is the persona's, counted on by first - 1
  std::filesystem::path link{};
  std::string serial{};        ///< a real port, in place of a pseudo-terminal; empty: none
  std::int64_t baud = 115200;  ///< of `serial`
  bool tell = false;           ///< print the conversation
  std::int64_t seed = -1;      ///< -1: the persona's
  std::int64_t dns_port = 0;   ///< 0: the persona's
  bool json = false;           ///< whatever else is said to stdout is a JSON document, a failure too
  bool verbose = false, help = false, version = false, list = false;
};

/// Errc::usage, with what to write instead.
Result<Options> parse_options(int argc, char** argv);
std::string help_text();

/// The persona of modem number `i` (from 0): IMEI counted on, options applied. Names the persona knows stay as they
/// are.
Result<Persona> persona_of(const Options& options, const Persona& base, int i);

/// Where files and link of modem `i` are.
std::filesystem::path files_folder(const Options& options, const std::filesystem::path& state, int i);
std::filesystem::path link_path(const Options& options, int i);

}  // namespace epki::sim

#include "sim/run/options.hpp"

#include <arpa/inet.h>
#include <getopt.h>

#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::sim {
namespace {

constexpr int most_modems = 1024;

bool is_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

Status add_host(Options& options, const std::string& text) {
  const auto equals = text.find('=');
  std::vector<std::string> addresses;
  if (equals != std::string::npos && equals != 0)
    for (const auto part : split(std::string_view(text).substr(equals + 1), ',')) addresses.emplace_back(part);
  for (const auto& address : addresses)
    if (!is_address(address))
      return Error{Errc::usage, "--host " + text + ": " + address + " is no IP address",
                   "--host broker.test=127.0.0.1"};
  if (addresses.empty())
    return Error{Errc::usage, "--host " + text + " names no address", "--host broker.test=127.0.0.1"};
  options.hosts[lower(text.substr(0, equals))] = std::move(addresses);
  return success();
}

Result<std::int64_t> number(std::string_view name, const char* text, std::int64_t least, std::int64_t most) {
  const auto value = parse_integer(text);
  if (value && *value >= least && *value <= most) return *value;
  return Error{Errc::usage, std::string(name) + " " + text + " is no number it takes",
               "use " + std::to_string(least) + " to " + std::to_string(most)};
}

enum : int {
  persona_option = 256,
  state_option,
  built_in_option,
  host_option,
  count_option,
  first_option,
  link_option,
  seed_option,
  list_option,
  serial_option,
  baud_option,
  tell_option,
  json_option,
  version_option,
  dns_port_option
};

constexpr option long_options[] = {{"persona", required_argument, nullptr, persona_option},
                                   {"state", required_argument, nullptr, state_option},
                                   {"built-in", required_argument, nullptr, built_in_option},
                                   {"host", required_argument, nullptr, host_option},
                                   {"count", required_argument, nullptr, count_option},
                                   {"first", required_argument, nullptr, first_option},
                                   {"link", required_argument, nullptr, link_option},
                                   {"seed", required_argument, nullptr, seed_option},
                                   {"dns-port", required_argument, nullptr, dns_port_option},
                                   {"serial", required_argument, nullptr, serial_option},
                                   {"baud", required_argument, nullptr, baud_option},
                                   {"tell", no_argument, nullptr, tell_option},
                                   {"json", no_argument, nullptr, json_option},
                                   {"list-personas", no_argument, nullptr, list_option},
                                   {"verbose", no_argument, nullptr, 'v'},
                                   {"help", no_argument, nullptr, 'h'},
                                   {"version", no_argument, nullptr, version_option},
                                   {nullptr, 0, nullptr, 0}};

Status take(Options& options, int which) {
  switch (which) {
    case persona_option: options.persona = optarg; break;
    case state_option: options.state = optarg; break;
    case built_in_option: options.built_in.emplace_back(optarg); break;
    case host_option: return add_host(options, optarg);
    case link_option: options.link = optarg; break;
    case list_option: options.list = true; break;
    case serial_option: options.serial = optarg; break;
    case tell_option: options.tell = true; break;
    case json_option: options.json = true; break;
    case baud_option: {
      auto baud = number("--baud", optarg, 1200, 2000000);
      if (!baud) return std::move(baud).error();
      options.baud = *baud;
      break;
    }
    case version_option: options.version = true; break;
    case 'v': options.verbose = true; break;
    case 'h': options.help = true; break;
    case count_option: {
      auto count = number("--count", optarg, 1, most_modems);
      if (!count) return std::move(count).error();
      options.count = static_cast<int>(*count);
      break;
    }
    case first_option: {
      auto first = number("--first", optarg, 1, most_modems);
      if (!first) return std::move(first).error();
      options.first = static_cast<int>(*first);
      break;
    }
    case dns_port_option: {
      auto port = number("--dns-port", optarg, 1, 65535);
      if (!port) return std::move(port).error();
      options.dns_port = *port;
      break;
    }
    case seed_option: {
      auto seed = number("--seed", optarg, 0, 1'000'000'000);
      if (!seed) return std::move(seed).error();
      options.seed = *seed;
      break;
    }
    default: break;
  }
  return success();
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
  Options options;
  optind = 0;
  opterr = 0;
  for (;;) {
    const int word = optind == 0 ? 1 : optind;
    const int which = getopt_long(argc, argv, ":vh", long_options, nullptr);
    if (which == -1) break;
    const std::string given = word < argc ? argv[word] : "";
    if (which == ':') return Error{Errc::usage, given + " needs a value", "see ec200u-sim --help"};
    if (which == '?') return Error{Errc::usage, "there is no option " + given, "see ec200u-sim --help"};
    if (auto taken = take(options, which); !taken) return std::move(taken).error();
  }
  if (!options.serial.empty() && (options.count > 1 || !options.link.empty()))
    return Error{Errc::usage, "--serial is one modem on a port of its own", "leave --count and --link out"};
  if (optind < argc)
    return Error{Errc::usage, std::string("what is ") + argv[optind] + " for?",
                 "a persona is given as --persona " + std::string(argv[optind])};
  return options;
}

std::string help_text() {
  return R"(ec200u-sim: a simulated EC200U modem behind a pseudo-terminal

  ec200u-sim [--persona NAME|FILE.toml] [--state DIR] [--host NAME=ADDR[,ADDR...]]... [--built-in FILE]...
             [--count N] [--first N] [--link PATH] [--seed N] [--dns-port N] [-v]
  ec200u-sim --list-personas | --help | --version

  --persona NAME|FILE  how it behaves: a shipped persona (default strict) or a file (docs/personas.md)
  --state DIR          where the modem's files are kept; default: a temporary folder, removed at the end
  --host NAME=ADDR     what a name resolves to, unless the persona says otherwise; may be repeated
  --built-in FILE      PEM roots inside the firmware, beside the persona's; may be repeated
  --count N            that many modems; each has an IMEI and a state folder of its own
  --first N            the number of the first modem, default 1: its IMEI is counted on by N - 1
  --link PATH          a symbolic link to the pseudo-terminal, removed at the end; with --count: PATH1, PATH2, ...
  --dns-port N         ask the DNS servers that AT+QIDNSCFG names for real, at this port
  --serial DEV         a real serial port, wired to a board's modem connector, in place of a pseudo-terminal
  --baud N             its rate (default 115200)
  --tell               print the conversation on it, a line of JSON for each line: {"from":"board","ms":…,"text":…}.
                       ec200u-pki sim --serial DEV [--sequence FILE.json] [--once] judges with it whether the board
                       sends its boot sequence
  --seed N             the seed of the persona's faults
  --json               a failure, and what --help, --version and --list-personas print, is one JSON document on stdout
  -v, --verbose        log to stderr (commands without their parameters)

For each modem that is ready one line of JSON is printed: {"pty":"/dev/pts/3","imei":...,"persona":...,"link":...}.
It runs until SIGTERM or SIGINT. SIGUSR1 switches modems on again after AT+QPOWD; with --serial it is a reboot.

Examples
  ec200u-sim                                                a modem that trusts only what is uploaded
  ec200u-sim --persona union --link /tmp/modem              a modem with roots of its own, at /tmp/modem
  ec200u-sim --host broker.test=127.0.0.1 --state my-modem  files stay in my-modem/
  ec200u-sim --count 4 --link /tmp/slot                     /tmp/slot1 to /tmp/slot4

Exit: 0 ended by a signal, 2 usage, 3 persona or input file, 5 disk or permission.
)";
}

Result<Persona> persona_of(const Options& options, const Persona& base, int i) {
  Persona mine = base;
  auto imei = parse_integer(base.imei).value_or(0) + options.first - 1 + i;
  mine.imei = std::to_string(imei);
  while (mine.imei.size() < 15) mine.imei.insert(0, "0");
  if (options.seed >= 0) mine.faults.seed = options.seed;
  if (options.dns_port > 0) mine.dns_port = options.dns_port;
  for (const auto& [name, addresses] : options.hosts) mine.hosts.emplace(name, addresses);
  for (const auto& file : options.built_in) {
    auto content = read_file(file, 16U << 20U);
    if (!content) return std::move(content).error();
    mine.built_in_pem.push_back(std::move(*content));
  }
  return mine;
}

std::filesystem::path files_folder(const Options& options, const std::filesystem::path& state, int i) {
  return options.count == 1 ? state / "ufs" : state / std::to_string(i + 1) / "ufs";
}

std::filesystem::path link_path(const Options& options, int i) {
  if (options.link.empty() || options.count == 1) return options.link;
  return options.link.string() + std::to_string(i + 1);
}

}  // namespace epki::sim

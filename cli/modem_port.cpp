#include "cli/modem_port.hpp"

#include <sys/stat.h>

#include <chrono>
#include <set>
#include <utility>

#include "cli/version.hpp"
#include "core/text.hpp"
#include "provision/ec200u/modem.hpp"

namespace epki::cli {

namespace {

// A USB modem that restarts is away for some ten seconds; one that somebody plugs in again, for as long as that takes.
constexpr std::chrono::seconds away_at_most{45};

// Who answers there, for a list to choose from.
std::string who_answers(const transport::FoundPort& port, std::int64_t baud, const Context& context) {
  auto wire = transport::open_serial(port.path, baud, context.cancel);
  if (!wire) return wire.error().what;
  at::Engine engine(**wire, ec200u::unsolicited_prefixes(), ec200u::restart_line);
  auto identity = ec200u::Modem(engine).identify(after(std::chrono::seconds(3)));
  return identity ? "IMEI " + identity->imei : "does not answer AT";
}

// By USB identity and interface number. That it answers AT is seen by whoever identifies it next, first thing.
Result<std::string> only_port(std::int64_t baud, const Context& context) {
  auto found = transport::find_ports();
  if (!found) return std::move(found).error();
  if (found->empty())
    return Error{Errc::modem_gone, "no EC200U found on USB",
                 "plug one in and check the cable, name a port with --port /dev/ttyUSB0, or try --port sim"};
  if (found->size() == 1) return found->front().path;
  std::string list;
  for (const auto& port : *found)
    list += "\n  " + port.path + "  USB " + port.topology + "  " + who_answers(port, baud, context);
  return Error{Errc::usage, counted(found->size(), "EC200U") + " found:" + list, "choose with --port, repeatable"};
}

// The modem that was on this port, wherever it is now: USB ports come back under other names.
Result<std::string> path_now(const std::string& path, const std::string& topology) {
  if (topology.empty()) return path;
  auto found = transport::find_ports();
  if (!found) return std::move(found).error();
  for (const auto& port : *found)
    if (port.topology == topology) return port.path;
  return Error{Errc::modem_gone, path + " is gone (unplugged?)", "plug the modem in again"};
}

std::string topology_of(const std::string& path) {
  // By the device's number: the path may be a link, such as /dev/ec200u/1-2.
  struct stat node {};
  const auto found = transport::find_ports();
  if (!found || ::stat(path.c_str(), &node) != 0 || !S_ISCHR(node.st_mode)) return {};
  for (const auto& port : *found)
    if (port.device == node.st_rdev) return port.topology;
  return {};
}

// A pseudo-terminal named by its number is somebody else's once it is gone.
bool may_come_back(const std::string& path) {
  return !path.starts_with("/dev/pts/");
}

Result<std::unique_ptr<transport::ByteStream>> open_path(const std::string& path, std::int64_t baud,
                                                         const config::Project& project, const Context& context) {
  const transport::SerialOptions options{.baud = baud, .rts_cts = project.modem.rts_cts};
  auto wire = transport::open_serial(path, options, context.cancel);
  if (!wire || !may_come_back(path)) return wire;
  const auto again = [path, topology = topology_of(path), options,
                      &cancel = context.cancel]() -> Result<std::unique_ptr<transport::ByteStream>> {
    auto now = path_now(path, topology);
    if (!now) return std::move(now).error();
    return transport::open_serial(*now, options, cancel);
  };
  return transport::keep_open(*std::move(wire), again, away_at_most, context.cancel);
}

Status start_recording(const transport::PortSpec& spec, OpenModem& modem, const Context& context) {
  if (spec.record.empty()) return success();
  auto recording = at::Recording::create(
      spec.record, "ec200u-pki " + std::string(version) + ", " + modem.name + ", " + rfc3339(context.clock.now()));
  if (!recording) return std::move(recording).error();
  modem.recording = *std::move(recording);
  context.reporter.step("recording the conversation into " + spec.record.string());
  return success();
}

void start_logs(OpenModem& modem, const std::function<void(std::string_view)>& also, const Context& context) {
  Reporter* const shown = context.globals.verbose ? &context.reporter : nullptr;
  at::Recording* const recording = modem.recording.get();
  if (shown == nullptr && recording == nullptr && !also) return;
  modem.engine->log_to([shown, recording, also](std::string_view line) {
    if (shown != nullptr) shown->detail(line);
    if (recording != nullptr) recording->take(line);
    if (also) also(line);
  });
}

}  // namespace

Result<OpenModem> open_modem(const transport::PortSpec& spec, const config::Project& project, std::int64_t baud,
                             const std::vector<std::string>& simulated_names, const Context& context,
                             std::uint16_t simulated_dns, const std::function<void(std::string_view)>& also) {
  using Kind = transport::PortSpec::Kind;
  OpenModem modem;
  Result<std::unique_ptr<transport::ByteStream>> wire = Error{Errc::internal, "no port", {}};
  switch (spec.kind) {
    case Kind::automatic: {
      auto path = only_port(baud, context);
      if (!path) return std::move(path).error();
      modem.name = *path;
      wire = open_path(*path, baud, project, context);
      break;
    }
    case Kind::path:
      modem.name = spec.path;
      wire = open_path(spec.path, baud, project, context);
      break;
    case Kind::tcp:
      modem.name = "tcp:" + spec.host + ":" + std::to_string(spec.port);
      wire = transport::open_tcp(spec.host, spec.port, after(std::chrono::seconds(10)), context.cancel);
      break;
    case Kind::program:
      modem.name = "exec:" + spec.command;
      wire = transport::open_program(spec.command, context.cancel);
      break;
    case Kind::simulator: {
      modem.name = "sim:" + spec.persona + (spec.number > 1 ? "#" + std::to_string(spec.number) : "");
      auto simulator = Simulator::start(spec.persona, spec.number, project.state_folder(), simulated_names, context,
                                        "127.0.0.1", simulated_dns);
      if (!simulator) return std::move(simulator).error();
      modem.simulator = *std::move(simulator);
      wire = open_path(modem.simulator->port(), baud, project, context);
      break;
    }
  }
  if (!wire) return std::move(wire).error();
  modem.wire = *std::move(wire);
  if (auto started = start_recording(spec, modem, context); !started) return std::move(started).error();
  modem.engine = std::make_unique<at::Engine>(*modem.wire, ec200u::unsolicited_prefixes(), ec200u::restart_line);
  start_logs(modem, also, context);
  return modem;
}

Result<std::vector<transport::PortSpec>> parse_ports(const std::vector<std::string>& texts) {
  std::vector<transport::PortSpec> specs;
  std::set<std::pair<std::string, int>> taken;
  for (const auto& text : texts) {
    auto spec = transport::parse_port(text);
    if (!spec) return std::move(spec).error();
    if (spec->kind == transport::PortSpec::Kind::simulator)
      while (!taken.emplace(spec->persona, spec->number).second) ++spec->number;
    specs.push_back(*std::move(spec));
  }
  return specs;
}

Status record_into(const std::optional<std::string>& file, std::vector<transport::PortSpec>& specs) {
  if (!file) return success();
  if (specs.size() > 1)
    return Error{Errc::usage, "--record saves one conversation, and there are several ports", "record one at a time"};
  specs.front().record = *file;
  return success();
}

}  // namespace epki::cli

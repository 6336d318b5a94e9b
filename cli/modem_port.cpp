#include "cli/modem_port.hpp"

#include <map>

#include "core/text.hpp"
#include "provision/ec200u/modem.hpp"

namespace epki::cli {

namespace {

Result<std::string> only_port() {
  auto found = transport::find_ports();
  if (!found) return std::move(found).error();
  if (found->empty())
    return Error{Errc::modem_gone, "no EC200U found on USB",
                 "plug one in and check the cable, name a port with --port /dev/ttyUSB0, or try --port sim"};
  if (found->size() == 1) return found->front().path;
  std::string list;
  for (const auto& port : *found) list += (list.empty() ? "" : ", ") + port.path + " (USB " + port.topology + ")";
  return Error{Errc::usage, counted(found->size(), "EC200U") + " found: " + list, "choose with --port, repeatable"};
}

}  // namespace

Result<OpenModem> open_modem(const transport::PortSpec& spec, const config::Project& project, std::int64_t baud,
                             const std::vector<std::string>& simulated_names, const Context& context,
                             std::uint16_t simulated_dns) {
  using Kind = transport::PortSpec::Kind;
  OpenModem modem;
  const auto open_path = [&](const std::string& path) -> Status {
    auto wire = transport::open_serial(path, baud, context.cancel);
    if (!wire) return std::move(wire).error();
    modem.wire = *std::move(wire);
    return success();
  };
  Status opened = success();
  switch (spec.kind) {
    case Kind::automatic: {
      auto path = only_port();
      if (!path) return std::move(path).error();
      modem.name = *path;
      opened = open_path(*path);
      break;
    }
    case Kind::path:
      modem.name = spec.path;
      opened = open_path(spec.path);
      break;
    case Kind::tcp: {
      modem.name = "tcp:" + spec.host + ":" + std::to_string(spec.port);
      auto wire = transport::open_tcp(spec.host, spec.port, after(std::chrono::seconds(10)), context.cancel);
      if (!wire) return std::move(wire).error();
      modem.wire = *std::move(wire);
      break;
    }
    case Kind::simulator: {
      modem.name = "sim:" + spec.persona + (spec.number > 1 ? "#" + std::to_string(spec.number) : "");
      auto simulator = Simulator::start(spec.persona, spec.number, project.state_folder(), simulated_names, context,
                                        "127.0.0.1", simulated_dns);
      if (!simulator) return std::move(simulator).error();
      modem.simulator = *std::move(simulator);
      opened = open_path(modem.simulator->pty());
      break;
    }
  }
  if (!opened) return std::move(opened).error();
  modem.engine = std::make_unique<at::Engine>(*modem.wire, ec200u::unsolicited_prefixes(), ec200u::restart_line);
  if (context.globals.verbose)
    modem.engine->log_to([&reporter = context.reporter](std::string_view line) { reporter.detail(line); });
  return modem;
}

Result<std::vector<transport::PortSpec>> parse_ports(const std::vector<std::string>& texts) {
  std::vector<transport::PortSpec> specs;
  std::map<std::string, int> seen;
  for (const auto& text : texts) {
    auto spec = transport::parse_port(text);
    if (!spec) return std::move(spec).error();
    if (spec->kind == transport::PortSpec::Kind::simulator) spec->number = ++seen[spec->persona];
    specs.push_back(*std::move(spec));
  }
  return specs;
}

bool vanishes_on_restart(const transport::PortSpec& spec, const OpenModem& modem) {
  if (spec.kind != transport::PortSpec::Kind::automatic && spec.kind != transport::PortSpec::Kind::path) return false;
  std::error_code failed;
  const auto real = std::filesystem::canonical(modem.name, failed).filename().string();
  return real.starts_with("ttyUSB") || real.starts_with("ttyACM");
}

}  // namespace epki::cli

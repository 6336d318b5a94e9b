#pragma once
// From --port to a modem one can talk to.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.hpp"
#include "cli/simulated_world.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "provision/at/engine.hpp"
#include "provision/at/recording.hpp"
#include "provision/transport/byte_stream.hpp"
#include "provision/transport/port_spec.hpp"

namespace epki::cli {

struct OpenModem {
  std::string name;                      ///< for reports: the path, tcp:HOST:PORT or sim:PERSONA
  std::optional<Simulator> simulator{};  ///< kept alive as long as the wire
  std::unique_ptr<transport::ByteStream> wire;
  std::unique_ptr<at::Recording> recording{};  ///< of all that is said, where the spec asks for it
  std::unique_ptr<at::Engine> engine;          ///< ends before what it writes to
};

/// Opens the port: finds it (auto), starts the simulator (sim) or connects. `simulated_names` are the names the modem
/// will dial, known to a simulated modem's resolver; `simulated_dns` the port at which it asks the DNS servers it is
/// given, 0: it does not ask them. `also` takes each line of the wire log. Errc::modem_gone with what was looked for
/// and where.
Result<OpenModem> open_modem(const transport::PortSpec& spec, const config::Project& project, std::int64_t baud,
                             const std::vector<std::string>& simulated_names, const Context& context,
                             std::uint16_t simulated_dns = 0, const std::function<void(std::string_view)>& also = {});

/// What several --port say. One persona of the simulator that comes twice is two modems. Errc::usage as parse_port().
Result<std::vector<transport::PortSpec>> parse_ports(const std::vector<std::string>& texts);

/// What `--record FILE` asks for. Errc::usage with several ports: one file is one conversation.
Status record_into(const std::optional<std::string>& file, std::vector<transport::PortSpec>& specs);

}  // namespace epki::cli

#include "provision/transport/port_spec.hpp"

#include <filesystem>
#include <system_error>

#include "core/text.hpp"

namespace epki::transport {

namespace {

constexpr const char* forms =
    "--port takes auto, a path such as /dev/ttyUSB0, tcp:HOST:PORT, exec:COMMAND or sim[:PERSONA]";

constexpr std::int64_t most_simulators = 1024;

Result<PortSpec> parse_tcp(std::string_view text) {
  const auto rest = text.substr(4);
  const auto colon = rest.rfind(':');
  const Error wrong{Errc::usage, "\"" + std::string(text) + "\" is no tcp:HOST:PORT", forms};
  if (colon == std::string_view::npos) return wrong;
  std::string_view host = rest.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return Error{Errc::usage, wrong.what, "write an IPv6 address in brackets: tcp:[::1]:7000"};
  const auto port = parse_integer(rest.substr(colon + 1));
  if (host.empty() || !port || *port < 1 || *port > 65535) return wrong;
  PortSpec spec;
  spec.kind = PortSpec::Kind::tcp;
  spec.host = std::string(host);
  spec.port = static_cast<std::uint16_t>(*port);
  return spec;
}

/// `sim --link modem` makes a link in the current folder, so a bare word that exists there is a path too.
bool is_path(std::string_view text) {
  if (text.find('/') != std::string_view::npos) return true;
  std::error_code unreadable;
  return !text.empty() && std::filesystem::exists(std::filesystem::path(text), unreadable);
}

}  // namespace

Result<PortSpec> parse_port(std::string_view text) {
  PortSpec spec;
  if (text == "auto") return spec;
  if (text == "sim" || text.starts_with("sim:")) {
    spec.kind = PortSpec::Kind::simulator;
    spec.persona = text == "sim" ? "strict" : std::string(text.substr(4));
    // As a command with several of one persona names them: "sim:strict#2".
    if (const auto hash = spec.persona.rfind('#'); hash != std::string::npos) {
      const auto number = parse_integer(std::string_view(spec.persona).substr(hash + 1));
      if (number && *number >= 1 && *number <= most_simulators) {
        spec.number = static_cast<int>(*number);
        spec.persona.resize(hash);
      }
    }
    if (spec.persona.empty()) return Error{Errc::usage, "\"sim:\" names no persona", forms};
    return spec;
  }
  if (text.starts_with("tcp:")) return parse_tcp(text);
  if (text.starts_with("exec:")) {
    spec.kind = PortSpec::Kind::program;
    spec.command = std::string(trimmed(text.substr(5)));
    if (spec.command.empty()) return Error{Errc::usage, "\"exec:\" names no command", forms};
    return spec;
  }
  if (is_path(text)) {
    spec.kind = PortSpec::Kind::path;
    spec.path = std::string(text);
    return spec;
  }
  return Error{Errc::usage, "\"" + std::string(text) + "\" is no port", forms};
}

}  // namespace epki::transport

#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace epki::transport {

/// What --port takes: auto | PATH | tcp:HOST:PORT | exec:COMMAND | sim[:PERSONA[#NUMBER]].
struct PortSpec {
  enum class Kind : std::uint8_t { automatic, path, tcp, program, simulator };
  Kind kind = Kind::automatic;
  std::string path{};  ///< kind path
  std::string host{};  ///< kind tcp
  std::uint16_t port = 0;
  std::string command{};           ///< kind program: for sh -c
  std::string persona{};           ///< kind simulator; "strict" when none is named
  int number = 1;                  ///< kind simulator: which modem of this persona, where a command uses several
  std::filesystem::path record{};  ///< where the conversation is saved; empty: nowhere
};

/// Errc::usage for anything else.
Result<PortSpec> parse_port(std::string_view text);

/// An EC200U's AT port as udev shows it: USB 2c7c:0901, interface 2 (reference: ec200u-at.md, 5).
struct FoundPort {
  std::string path;      ///< /dev/ttyUSB0
  std::string topology;  ///< "1-2.3": the USB position, stable across re-plugging
  std::string serial;
  dev_t device = 0;  ///< what stat() says of the node, under whatever name it is opened
};

/// AT ports of all EC200U on USB, by topology. Does not open them. Empty when there is none.
Result<std::vector<FoundPort>> find_ports();

}  // namespace epki::transport

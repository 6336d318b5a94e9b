#pragma once
// A simulated modem and the tool in one thread and one time: what takes minutes on a line takes none here, and happens
// the same way every time. The simulator's own front end and file system, a network that is played.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "provision/transport/byte_stream.hpp"
#include "sim/front/modem.hpp"

namespace epki::faults {

/// Thrown in the middle of a write: the tool is gone, as after kill -9. Nothing it meant to do afterwards happens.
struct Killed {};

/// The cellular network and the broker behind it, as far as trust is concerned. Answers at once.
struct World {
  std::string right_ca;              ///< PEM of the root above the broker's certificate
  std::string broker_name;           ///< the one name the certificate carries
  std::vector<std::string> names{};  ///< resolve to the broker
  int tls_opens = 0, plain_opens = 0;
};
std::unique_ptr<sim::NetworkPort> played_network(World& world, const sim::Persona& persona);

class SimulatedLine final : public transport::ByteStream {
 public:
  SimulatedLine(sim::Modem& modem, ManualTime& time) : modem_(modem), time_(time) {}

  Result<std::size_t> read_some(std::span<std::byte> into, Deadline by) override;
  Status write_all(std::span<const std::byte> bytes, Deadline by) override;
  std::string name() const override { return "the simulated line"; }

  /// Kills the tool after so many bytes; 0: never.
  void kill_after(std::size_t bytes) { kill_at_ = bytes; }
  std::size_t written() const { return written_; }
  /// Looked at after every piece that reached the modem.
  void watch(std::function<void()> look) { look_ = std::move(look); }

 private:
  void hand_over(std::string_view bytes);
  sim::Modem& modem_;
  ManualTime& time_;
  std::string ready_;  ///< said by the modem and not read yet
  std::size_t written_ = 0, kill_at_ = 0;
  std::function<void()> look_;
};

}  // namespace epki::faults

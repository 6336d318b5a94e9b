#pragma once
// A place on a factory floor: one simulated modem with its persona, the project's root and twin, a ledger; and a tool
// that may be run again and again, killed, or met with trouble.

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "ledger/ledger.hpp"
#include "provision/plan/provision.hpp"
#include "tests/faults/simulated_line.hpp"

namespace epki::faults {

class Floor {
 public:
  /// `toml`: the persona. The verdict that this firmware trusts the uploaded CA alone stands in the ledger.
  explicit Floor(const std::string& toml);
  /// With these PEMs as the root and its twin.
  Floor(const std::string& toml, std::array<std::string, 2> roots);

  struct Run {
    bool killed = false;
    std::optional<plan::DeviceReport> report{};
    std::string told{};  ///< what the reporter heard
    std::string wire{};  ///< with `keep_wire`
    std::size_t written = 0;
  };
  /// One run of provision; the simulated time it takes passes. `kill_after` bytes written the tool is killed; 0: never.
  Run provision(std::size_t kill_after = 0);

  /// The same run of the tool against a recording in place of a modem, with a ledger that knows nothing of the first
  /// one. Throws where the tool says anything else than it said then.
  plan::DeviceReport replay(const std::string& recording);
  std::string record_into{};  ///< the next runs are recorded there; empty: nowhere

  /// Why what the modem holds is not what the plan wants; empty: it is. Looked up in the simulator itself.
  std::string differs() const;
  /// Why a context is bound to something it must not be bound to; empty: none is.
  std::string badly_bound() const;
  /// What badly_bound() said first, at any moment so far.
  const std::string& ever_badly_bound() const { return ever_; }

  sim::Modem& modem() { return *modem_; }
  World& world() { return world_; }
  plan::Wanted wanted;
  plan::Options options;
  bool keep_wire = false;
  std::int64_t noisy_above = 0;  ///< above this line speed bytes change on the way; 0: never
  std::filesystem::path folder() const { return folder_.path(); }
  Deadline now() const { return time_.now(); }
  /// Lets the modem's boot pass.
  void wait_until_ready();

 private:
  ledger::Ledger fresh_ledger(const std::string& name);
  std::string imei_{}, firmware_{};
  ManualTime time_;
  TemporaryFolder folder_;
  ManualClock clock_;
  World world_;
  std::optional<ledger::Ledger> ledger_;
  std::unique_ptr<sim::Modem> modem_;
  std::string ever_{};
};

/// "protected" or "connected-unproven": the run ended well.
bool ended_well(const Floor::Run& run);
/// Status and sentence, for failing tests.
std::string outcome(const Floor::Run& run);

}  // namespace epki::faults

#pragma once
// The four forms of a device's boot sequence, on disk below the project's boot/ (docs/boot-sequence.md).

#include <array>
#include <mutex>
#include <optional>
#include <string>

#include "config/project.hpp"
#include "core/result.hpp"
#include "provision/plan/boot.hpp"
#include "provision/plan/provision.hpp"

namespace epki::cli {

/// Writes boot files, and writes a sequence out only once for boards of one kind: filling the templates takes a fifth
/// of the time that a station spends on a board. May be shared by the slots of a line.
class BootFiles {
 public:
  /// Writes what differs from what stands there, and names all four files in `report`. Nothing to do for a report
  /// without a sequence. Errors of writing files.
  Status write(const config::Project& project, plan::DeviceReport& report);

 private:
  /// As text, C header, JSON and script.
  using Texts = std::array<std::string, 4>;
  Texts texts_of(const plan::BootSequence& sequence);

  std::mutex mutex_;
  std::optional<plan::BootSequence> last_{};
  Texts texts_{};
};

}  // namespace epki::cli

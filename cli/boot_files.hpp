#pragma once
// The four forms of a device's boot sequence, on disk below the project's boot/ (docs/boot-sequence.md).

#include <array>
#include <filesystem>
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
  using Paths = std::array<std::filesystem::path, 4>;
  Texts texts_of(const plan::BootSequence& sequence);
  using Times = std::array<std::filesystem::file_time_type, 4>;
  static Status write_all(const Paths& paths, const Texts& texts);
  static Times times_of(const Paths& paths);
  Status write_shared(const Paths& paths, const Texts& texts);

  std::mutex mutex_, writing_;
  std::optional<plan::BootSequence> last_{};
  Texts texts_{};
  // The files of the last kind of board, as this run wrote or found them: who changes one has it written again.
  Paths written_{};
  Texts written_texts_{};
  Times written_at_{};
};

}  // namespace epki::cli

#pragma once
// What happens with a finished board: its label is printed, and another system is told.

#include <memory>
#include <mutex>

#include "cli/context.hpp"
#include "config/job.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "provision/station/bench.hpp"
#include "provision/station/labels/label.hpp"
#include "provision/station/labels/printer.hpp"
#include "provision/station/outbox.hpp"
#include "provision/station/tile.hpp"

namespace epki::cli {

class LineResults {
 public:
  /// Reads the label's template and opens the outbox. Errc::input or usage for a job that cannot work, before the first
  /// board.
  static Result<std::unique_ptr<LineResults>> open(const config::Job& job, const config::Project& project,
                                                   Context& context);
  /// Where the label went; empty when none is wanted. Called from the slots' threads.
  Result<std::string> take(const station::Tile& tile, const station::Outcome& outcome);

 private:
  LineResults(const config::Job& job, const config::Project& project, Context& context)
      : job_(job), project_(project), context_(context) {}
  Status tell(const station::Tile& tile, const station::Outcome& outcome);

  config::Job job_;
  config::Project project_;
  Context& context_;
  labels::Template template_{};
  std::vector<labels::Destination> destinations_{};
  std::vector<std::unique_ptr<station::Outbox>> outboxes_{};
  std::mutex printing_;
};

}  // namespace epki::cli

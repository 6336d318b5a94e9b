#pragma once
// The job file of a manufacturing line: what an engineer decides once, so that an operator only plugs and scans.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace epki::config {

/// What to do with a firmware revision that is not on the list, or that has no stored verdict.
enum class Others : std::uint8_t { refuse, warn, allow };
/// Which boards connect to the broker: all, every Nth of the batch, none.
enum class Connect : std::uint8_t { always, sample, never };

struct JobFirmware {
  std::vector<std::string> allow{};  ///< full revisions; empty: every revision is "others"
  Others others = Others::warn;
  std::string require_verdict{};  ///< class of the stored verdict a revision must have; empty: none needed
};

struct JobSteps {
  bool mutual = false;  ///< a client certificate for every board
  Connect connect = Connect::always;
  std::int64_t sample_every = 20;  ///< with Connect::sample: the first of so many boards
  bool reboot_check = false;
  bool audit = false;                ///< the last step: after the product's own boot, compare read-only
  std::int64_t audit_seconds = 120;  ///< so long that boot may take
};

struct JobSlot {
  std::string name;         ///< what stands on the fixture: "A1"
  std::string port;         ///< usb:TOPOLOGY, or what --port takes
  std::string power_cmd{};  ///< run for a board that does not answer; empty: nobody can switch it
};

struct JobLabel {
  std::string template_file{};  ///< SVG, relative to the job file; empty: the shipped one
  std::string qr = "{{imei}}";
  std::vector<std::string> to{};  ///< file:DIR, cups:QUEUE, raw:HOST:PORT
  std::int64_t dpi = 203;
};

struct JobResult {
  std::string command{};  ///< gets the result as JSON on stdin
  std::string url{};      ///< gets it by POST
  std::int64_t timeout_seconds = 10;
};

struct Job {
  std::string name;
  std::filesystem::path file;     ///< for messages; empty when there is none
  std::filesystem::path project;  ///< absolute
  std::string batch{}, operator_name{};
  std::string name_from = "imei";  ///< imei|serial|uuid: the device's name
  bool other_batch = false;        ///< whether a board of another batch is taken
  std::int64_t baud = 115200;
  JobFirmware firmware{};
  JobSteps steps{};
  std::vector<JobSlot> slots{};
  JobLabel label{};
  JobResult on_result{};
};

/// Errc::input with file:line:column for anything wrong; unknown keys are errors. Every key: docs/job-file.md.
Result<Job> load_job(const std::filesystem::path& file);
/// `name` stands for the file in messages; relative paths resolve after `folder`.
Result<Job> parse_job(std::string_view text, std::string_view name, const std::filesystem::path& folder);

}  // namespace epki::config

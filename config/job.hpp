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

/// Which boards that were here before get a new certificate: those the operator asks it for, or all that passed once.
enum class Reissue : std::uint8_t { asked, known };

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
  /// First line: the password under which every board's key is encrypted; empty: keys are not encrypted.
  std::filesystem::path key_password_file{};
};

/// Boards that come back from a customer.
struct JobReissue {
  Reissue when = Reissue::asked;
  std::string reason = "superseded";  ///< of the old certificate's revocation (RFC 5280, 5.3.1)
};

/// How long the station may sign for devices, and how often, before somebody unlocks the CA again.
struct JobSigning {
  std::int64_t minutes = 600;  ///< a shift; 0: without end
  std::int64_t quota = 2000;   ///< certificates; 0: any number
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

/// The station's own TLS server, where each device proves its key. Without a host there is none.
struct JobAcceptor {
  std::string host{};              ///< what the modems dial; stands in the certificate
  std::int64_t port = 8884;        ///< 0: any that is free
  std::string listen = "0.0.0.0";  ///< address of this machine
  std::int64_t listen_port = 0;    ///< 0: the same as `port`; differs where a router forwards
  std::string certificate{};       ///< PEM, leaf first, relative to the job file
  std::string key{};               ///< PEM, of the leaf; the same
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
  JobAcceptor acceptor{};
  JobReissue reissue{};
  JobSigning signing{};
};

/// Errc::input with file:line:column for anything wrong; unknown keys are errors. Every key: docs/job-file.md.
Result<Job> load_job(const std::filesystem::path& file);
/// `name` stands for the file in messages; relative paths resolve after `folder`.
Result<Job> parse_job(std::string_view text, std::string_view name, const std::filesystem::path& folder);

}  // namespace epki::config

#pragma once
// The linter: files in, findings out. No I/O, no clock, and no secret: private keys are compared and never shown.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "pki/lint/finding.hpp"
#include "pki/profile/profile.hpp"

namespace epki::lint {

/// What is asked of all the files.
struct Question {
  Instant at;                                 ///< the moment of use
  std::optional<std::string> host{};          ///< the name or address the modem dials
  const profile::Profile* profile = nullptr;  ///< what else must hold; null: nothing
};

/// What a file is for, where that is known from elsewhere (the name it has in a project, a broker configuration).
enum class Role : std::uint8_t {
  unknown,
  broker_root,     ///< what the modem trusts; one certificate is meant
  device_root,     ///< what device certificates end at; one certificate is meant
  client_anchors,  ///< what the broker trusts for clients; several are fine
};

struct File {
  std::string name;
  std::string_view bytes;  ///< outlives the call
  Role role = Role::unknown;
  std::optional<unsigned> mode{};  ///< its permission bits, where it came from a file system
};

/// The role that a file's name in the project folder gives it.
Role role_of_name(std::string_view file_name);

/// What was recognised in a file, for a summary.
struct Recognised {
  std::string file;
  std::vector<std::string> items;  ///< "certificate CN=broker", "private key", "broker configuration" …
};

struct Report {
  Findings findings;  ///< by file, then by place
  std::vector<Recognised> recognised;
  /// How often each rule applied, and how often it did not hold.
  struct Count {
    std::size_t applied = 0;
    std::size_t broken = 0;
  };
  std::map<std::string_view, Count> counts;
};

/// Judges all files together: keys are compared with certificates and chains completed across them. Never fails,
/// whatever the bytes are. Takes some 0.2 ms for a certificate, most of it the check of its signature.
Report judge(const std::vector<File>& files, const Question& question);

}  // namespace epki::lint

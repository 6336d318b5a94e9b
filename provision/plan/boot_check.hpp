#pragma once
// Whether a device's firmware sends what its boot sequence says, judged from a capture of its UART. No I/O.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "provision/plan/boot.hpp"
#include "provision/plan/capture.hpp"

namespace epki::plan {

struct BootFinding {
  enum class Severity : std::uint8_t {
    error,    ///< the device connects unprotected, or not at all
    warning,  ///< it may
    notice,   ///< it does no harm
  };
  Severity severity = Severity::error;
  std::size_t line = 0;  ///< of the capture; 0: about what is not in it
  std::string step{};    ///< the command of the sequence it is about; empty: none
  std::string what{};
};
std::string_view word(BootFinding::Severity severity);

struct BootVerdict {
  enum class Answer : std::uint8_t { right, wrong, inconclusive };
  Answer answer = Answer::inconclusive;
  std::string because{};  ///< one sentence
  std::size_t boots = 0;  ///< how many boots the capture shows
  std::vector<BootFinding> findings{};
  std::vector<std::string> not_judged{};  ///< "time limits: the capture has no times"

  Json json() const;
  std::string text(std::string_view capture_name) const;
};
std::string_view word(BootVerdict::Answer answer);

/// Every boot in the capture is judged; the worst decides. Right is said only where RDY, every step and the opening of
/// the connection are in the capture.
BootVerdict check_boot(const Capture& capture, const BootSequence& sequence);

/// Whether two command lines say the same to this modem: spaces, case outside values, UFS: and hex forms aside.
bool same_command(std::string_view a, std::string_view b);

}  // namespace epki::plan

#pragma once
// The two TLS clients of the modem as one: open, say something that only an accepted server hears, end.

#include <memory>
#include <string>

#include "core/result.hpp"
#include "provision/ec200u/modem.hpp"
#include "verify/trial/bench.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

/// What the modem said of one open.
struct Said {
  std::string command, result;
  bool opened = false;
  bool silent = false;  ///< no result line came: it is not known whether it opened
  bool spoke = false;   ///< what was to be said was sent
};

/// How long the result lines of an open, and of what is said then, are waited for.
struct Waiting {
  ec200u::Patience to_open{}, to_speak{};
};

class Opener {
 public:
  virtual ~Opener() = default;
  /// Lets this client use the run's SSL context. After every restart.
  virtual Status prepare() = 0;
  /// `speak`: send application data once it is open, or where no result line came (lines get lost; a client that is not
  /// connected refuses). Refusals are answers; an Error ends the run.
  virtual Result<Said> open(const std::string& host, std::uint16_t port, bool speak, const Waiting& waiting) = 0;
  virtual Status end() = 0;
};

std::unique_ptr<Opener> make_opener(Path path, ec200u::Modem& modem, const Setup& setup);

/// Refusals are answers in a trial; only a modem that is gone, a cancel and the like end a run.
inline bool ends_run(const Error& error) {
  return error.code != Errc::modem_refused && error.code != Errc::network;
}

}  // namespace epki::trial

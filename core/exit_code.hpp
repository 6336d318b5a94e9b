#pragma once
// The published exit codes. Never renumber: scripts compare them (README, "Exit codes").

#include "core/result.hpp"

namespace epki::exit_code {

inline constexpr int done = 0;                    ///< done; or the answer is yes
inline constexpr int no = 1;                      ///< the answer is no
inline constexpr int built_in_influence = 20;     ///< verify: built-in anchors influence validation
inline constexpr int unverified = 21;             ///< verify: the server is not verified
inline constexpr int inconclusive = 22;           ///< verify or judge: inconclusive, undecided
inline constexpr int uploaded_not_honoured = 23;  ///< verify: the uploaded CA is not honoured

/// The exit code of a failure. `internal` is 70 (EX_SOFTWARE in sysexits.h): it is our defect, not the user's.
constexpr int of(Errc code) {
  switch (code) {
    case Errc::usage: return 2;
    case Errc::input: return 3;
    case Errc::key: return 4;
    case Errc::disk: return 5;
    case Errc::modem_gone: return 6;
    case Errc::modem_refused: return 7;
    case Errc::ledger: return 8;
    case Errc::network: return 9;
    case Errc::interrupted: return 130;
    case Errc::internal: return 70;
  }
  return 70;
}

/// Of several devices: a failure's own code beats "no", which beats "done".
constexpr int worse(int a, int b) {
  const auto rank = [](int exit) { return exit == done ? 0 : exit == no ? 1 : 2; };
  return rank(b) > rank(a) ? b : a;
}

}  // namespace epki::exit_code

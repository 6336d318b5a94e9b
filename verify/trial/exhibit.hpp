#pragma once
// What a verdict rests on, kept whole for somebody who was not there: each attempt with the bytes that went over its
// connection, and what was concluded from, in the order of the run (docs/evidence.md).

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "pki/ossl/wire_tap.hpp"
#include "verify/infer/evidence.hpp"
#include "verify/oracle/oracle.hpp"
#include "verify/trial/bench.hpp"
#include "verify/trial/census.hpp"
#include "verify/trial/classify.hpp"

namespace epki::trial {

/// One attempt. Certificates are PEM.
struct Exhibit {
  Path path = Path::mqtt;
  /// What was asked; nothing: no question of trust (a case of the acceptance finder, a swept setting, a live server).
  std::optional<infer::Probe> probe{};
  std::size_t record = 0;  ///< its place in Report::probes
  /// False: the modem did not take the probe's settings, so nothing was opened.
  bool brought_about = true;
  Instant at{};         ///< when the server was armed
  std::string chain{};  ///< as presented, leaf first
  std::string bound{};  ///< what was bound; empty: nothing
  std::string host{};   ///< the name that was dialled
  Instant judged_at{};  ///< the time for which the oracle was asked
  oracle::Opinion uploaded{}, with_built_in{};
  ModemSide modem{};
  std::vector<ossl::WireTap> wire{};
  std::size_t lines_from = 0, lines_to = 0;  ///< of the AT log: the first, and the one after the last
};

/// What one path's verdict is concluded from.
struct PathFacts {
  Path path = Path::mqtt;
  infer::Evidence evidence{};            ///< of the full controls
  std::vector<infer::Anchor> anchors{};  ///< all of the run; the evidence's own may be some of them
  std::vector<int> chosen{};             ///< by anchor of the evidence: its number among all; empty: they are the same
  std::optional<CensusFacts> census{};
  std::optional<infer::Evidence> with_key{};  ///< of the user's own certificate
  /// The questions of trust again, as a device with a certificate of its own connects; its probes are named as if
  /// without.
  std::optional<infer::Evidence> mutual{};
  int key_anchor = -1;              ///< its root, among all anchors
  std::vector<std::string> live{};  ///< what live servers showed: a clause each

  int number_of(int anchor) const {
    return chosen.empty() || anchor < 0 ? anchor : chosen[static_cast<std::size_t>(anchor)];
  }
};

}  // namespace epki::trial

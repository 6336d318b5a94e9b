#pragma once
// A run's facts and exhibits as JSON and back (docs/evidence.md). Outside bytes when read: every field is checked.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "verify/infer/evidence.hpp"
#include "verify/trial/exhibit.hpp"

namespace epki::bundle {

Json json_of(const infer::Probe& probe);
Result<infer::Probe> probe_in(const Json& json);

Json json_of(const infer::Anchor& anchor);
Result<infer::Anchor> anchor_in(const Json& json);

/// All but the attempts. Anchor numbers of those that come with it are checked elsewhere.
Json json_of(const infer::Evidence& evidence);
Result<infer::Evidence> evidence_in(const Json& json);

Json json_of(const oracle::Opinion& opinion);
Json json_of(const trial::ModemSide& modem);
Result<trial::ModemSide> modem_in(const Json& json);

std::string_view word(infer::Shown shown);
std::string_view word(infer::Bound::What what);

}  // namespace epki::bundle

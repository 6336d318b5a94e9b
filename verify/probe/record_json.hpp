#pragma once
// A server's record as JSON, for a responder elsewhere and for people.

#include "core/json.hpp"
#include "core/result.hpp"
#include "verify/probe/responder.hpp"

namespace epki::probe {

/// Binary parts are hex.
Json json_of_record(const ServerRecord& record);
/// Errc::input for what json_of_record() did not write.
Result<ServerRecord> record_in(const Json& json);

}  // namespace epki::probe

#pragma once
// A server's record as JSON, for a responder elsewhere and for people.

#include <cstdint>

#include "core/json.hpp"
#include "core/result.hpp"
#include "verify/probe/responder.hpp"

namespace epki::probe {

/// Whether the bytes of its connections are told as well: an exhibit needs them, a person does not.
enum class Wire : std::uint8_t { told, left_out };

/// Binary parts are hex.
Json json_of_record(const ServerRecord& record, Wire wire);
/// Errc::input for what json_of_record(), with the wire told, did not write.
Result<ServerRecord> record_in(const Json& json);

}  // namespace epki::probe

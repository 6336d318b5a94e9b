#pragma once
// docs/json.md, made from the published schemas.

#include <string>

namespace epki::test {

/// The page: a table of keys for each schema. Throws when a schema cannot be read.
std::string json_reference();

}  // namespace epki::test

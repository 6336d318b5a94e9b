// Version 4: what a line asks before each board is found without reading years of events.

#include "ledger/schema.hpp"

namespace epki::ledger {

const SchemaStep schema_step_4{R"sql(
CREATE INDEX event_hold ON event (number) WHERE kind IN ('batch-held', 'batch-released');
)sql",
                               ""};

}  // namespace epki::ledger

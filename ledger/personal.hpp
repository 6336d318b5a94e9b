#pragma once
// Names of people. Rows and events hold a token, which is a salted hash of the name; the name itself stands in one
// place that the chain does not cover, and can be taken out there without breaking it.

#include <map>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "core/random.hpp"
#include "ledger/database.hpp"

namespace epki::ledger {

/// What is shown for somebody who was taken out.
inline constexpr std::string_view redacted_name = "(redacted)";

/// The token of a name, made when there is none yet. Inside a write transaction. "" for "".
Result<std::string> token_of(Database& database, RandomSource& random, std::string_view name);

/// The token that belongs to a salt and a name.
std::string token_from(std::string_view salt, std::string_view name);

/// Looks names up, each once.
class Names {
 public:
  explicit Names(Database& database) : database_(database) {}
  Result<std::string> name_of(const std::string& token);
  /// Puts names in place of the tokens of a detail's member "people".
  Result<Json> with_people(Json detail);

 private:
  Database& database_;
  std::map<std::string, std::string> known_;
};

/// Errc::ledger when a name was changed: it no longer belongs to its token.
Status check_names(Database& database);

}  // namespace epki::ledger

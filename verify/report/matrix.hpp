#pragma once
// The attempts of a verify report as a picture: one row a probe and setting, one column a bound CA, each cell coloured
// by whether the modem agreed with the oracle.

#include <string>
#include <vector>

#include "core/json.hpp"

namespace epki::report {

enum class Agreement {
  agrees,   ///< the modem did what the oracle says of this chain under the bound CA
  differs,  ///< it did the opposite
  silent,   ///< no attempt of this cell gave an answer that can be compared
  mixed,    ///< equal attempts gave different answers
};
std::string_view word(Agreement value);

struct Cell {
  bool tried = false;
  Agreement agreement = Agreement::silent;
  std::string text{};  ///< "accepted 3x", "alert 48 3x"
};

struct Row {
  std::string id, presented;
  std::string settings{};     ///< what differed from the run's own settings; empty: nothing
  std::vector<Cell> cells{};  ///< one for each column
};

struct Matrix {
  std::vector<std::string> columns{};  ///< what was bound, in the order of first use
  std::vector<Row> rows{};
};

/// From the `probes` of a verify document (docs/verify.md), those of `path`. A chain without its key can never be
/// accepted: there, alert 51 says that the chain passed (trust-probing, "Replay").
Matrix matrix_of(const Json& probes, std::string_view path);

}  // namespace epki::report

#pragma once
// The oracle beside every attempt: under what is uploaded, and under that plus the genuine roots.

#include <map>
#include <string>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "verify/oracle/oracle.hpp"
#include "verify/trial/deck.hpp"

namespace epki::trial {

struct Joined {
  oracle::Opinion uploaded, with_built_in;
  bool as_expected = true;  ///< the case means to the oracle what it means to the method
};

class Opinions {
 public:
  Opinions(oracle::Worker worker, Instant at) : worker_(std::move(worker)), at_(at) {}
  /// Asks once per case and binding. Errc::internal when the oracle's process cannot be started.
  Result<Joined> about(Deck& deck, const Shot& shot);

 private:
  Result<oracle::Opinion> ask(std::vector<std::string> trusted, const std::string& chain, const std::string& host);

  oracle::Worker worker_;
  Instant at_;
  std::map<std::string, Joined> known_;
};

}  // namespace epki::trial

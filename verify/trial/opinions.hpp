#pragma once
// The oracle beside every attempt: under what is uploaded, and under that plus the genuine roots.

#include <future>
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

  /// Starts asking, once per case and binding, and returns at once: the oracle thinks while the modem works. The text
  /// is what answer() takes.
  Result<std::string> ask_about(Deck& deck, const Shot& shot);
  /// Waits for it, at most the oracle's own limit. Errc::internal when the oracle's process cannot be started.
  Result<Joined> answer(const std::string& asked);
  Result<Joined> about(Deck& deck, const Shot& shot);
  /// The time for which the oracle is asked.
  Instant time_for(const Deck& deck, const Shot& shot) const { return deck.clock_for(shot).value_or(at_); }
  /// Of any chain under any uploaded file, now. What is no certificate to it is a reject.
  Result<oracle::Opinion> of(const std::string& trusted_pem, const ossl::Chain& chain, const std::string& host);

 private:
  oracle::Worker worker_;
  Instant at_;
  std::map<std::string, std::shared_future<Result<Joined>>> known_;
};

}  // namespace epki::trial
